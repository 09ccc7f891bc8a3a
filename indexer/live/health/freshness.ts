import type { WatchedChain } from "./finality-monitor.ts";

const usualSeconds = 60;

interface ChainFreshness {
  readonly isFresh: boolean;
  /** The index holds what is not on the chain any more; docs/live-operations.md says what to do. */
  readonly isOrphaned: boolean;
  /** The chain's newest block by its node, or by the index where that knows more; null when nobody knows. */
  readonly chainHead: string | null;
  /** The newest indexed block; null while old blocks are still being read. */
  readonly head: { readonly number: string; readonly timestamp: string } | null;
  readonly ageSeconds: number | null;
}

/** First that of the chain whose events are streamed, but for `isFresh`, which is about all. */
export interface Freshness extends ChainFreshness {
  readonly allowedSeconds: number;
  readonly chains: readonly (ChainFreshness & { readonly chainId: number })[];
}

/** Whether the newest indexed block of each chain is young enough; for load balancers and alarms. */
export function freshnessOf(
  streamed: number,
  watched: readonly WatchedChain[],
  seconds: string | undefined,
): Freshness {
  const asked = Number(seconds);
  const allowedSeconds = seconds !== undefined && asked > 0 ? asked : usualSeconds;
  const chains = watched.map((chain) => ({
    chainId: chain.id,
    ...ofChain(chain, allowedSeconds),
  }));
  const first = watched.find(({ id }) => id === streamed);
  if (!first) throw new Error(`The chain ${streamed} is not watched.`);
  return {
    ...ofChain(first, allowedSeconds),
    isFresh: chains.every(({ isFresh }) => isFresh),
    allowedSeconds,
    chains,
  };
}

function ofChain(
  { head, finalityMonitor: { isOrphaned, chainHead } }: WatchedChain,
  allowedSeconds: number,
): ChainFreshness {
  const newest = Math.max(head?.number ?? -1, chainHead ?? -1);
  const chain = { isOrphaned, chainHead: newest < 0 ? null : String(newest) };
  if (!head) return { ...chain, isFresh: false, head: null, ageSeconds: null };
  const ageSeconds = Math.max(0, Date.now() / 1_000 - head.timestamp);
  return {
    ...chain,
    isFresh: ageSeconds <= allowedSeconds && !isOrphaned,
    head: { number: String(head.number), timestamp: String(head.timestamp) },
    ageSeconds,
  };
}
