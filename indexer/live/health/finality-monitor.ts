import type { IndexedChain } from "../ponder.ts";
import type { BlockRef, Checkpoint } from "../stream/tail.ts";

const lookEvery = 5_000;

export interface FinalityMonitor {
  /** Whether the index holds events as final that are no longer on the chain. */
  readonly isOrphaned: boolean;
  /** The chain's newest block by its node. */
  readonly chainHead: number | undefined;
  stop(): void;
}

/** What is known of one of the indexed chains. */
export interface WatchedChain extends IndexedChain {
  /** The newest indexed block; undefined while old blocks are still being read. */
  readonly head: Checkpoint | undefined;
  readonly finalityMonitor: Pick<FinalityMonitor, "isOrphaned" | "chainHead">;
}

interface Chain {
  head(): Promise<number | undefined>;
  hashOf(number: number): Promise<string | undefined>;
  /** The newest block with events that the index holds as final. */
  newestFinal(): Promise<BlockRef | undefined>;
}

/**
 * Compares the newest final event with the chain, again and again. A reorganisation deeper than finality is not
 * undone by the indexer, which then stands still, and after a restart goes on with events that never happened.
 */
export function monitorFinality(
  chain: Chain,
  onOrphaned: (block: BlockRef) => void,
): FinalityMonitor {
  let isOrphaned = false;
  let chainHead: number | undefined;
  let isLooking = false;

  async function look(): Promise<void> {
    chainHead = await chain.head();
    const block = await chain.newestFinal();
    if (!block) return;
    const hash = await chain.hashOf(block.number);
    // a node that does not know the block may be behind
    if (hash === undefined) return;
    const wasOrphaned = isOrphaned;
    isOrphaned = hash !== block.hash;
    if (isOrphaned && !wasOrphaned) onOrphaned(block);
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // whoever does not answer now is asked again
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, lookEvery);
  return {
    get isOrphaned() {
      return isOrphaned;
    },
    get chainHead() {
      return chainHead;
    },
    stop: () => clearInterval(timer),
  };
}
