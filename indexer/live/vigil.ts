import type { BlockRef } from "./tail.ts";

const lookEvery = 5_000;

export interface Vigil {
  /** Whether the index holds events as final that are no longer on the chain. */
  readonly isOrphaned: boolean;
  /** The chain's newest block by its node. */
  readonly chainHead: number | undefined;
  stop(): void;
}

interface Chain {
  head(): Promise<number | undefined>;
  hashOf(number: number): Promise<string | undefined>;
}

/**
 * Compares the newest final event with the chain, again and again. A reorganisation deeper than finality is not
 * undone by the indexer, which then stands still, and after a restart goes on with events that never happened.
 */
export function keepVigil(
  chain: Chain,
  newestFinal: () => BlockRef | undefined,
  onOrphaned: (block: BlockRef) => void,
): Vigil {
  let isOrphaned = false;
  let chainHead: number | undefined;
  let isLooking = false;

  async function look(): Promise<void> {
    const block = newestFinal();
    chainHead = await chain.head();
    if (!block || block.number === 0) return;
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
    void look().finally(() => (isLooking = false));
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
