import type { Checkpoint } from "./tail.ts";
import type { Vigil } from "./vigil.ts";

const usualSeconds = 60;

export interface Freshness {
  readonly isFresh: boolean;
  /** The index holds what is not on the chain any more; docs/live-operations.md says what to do. */
  readonly isOrphaned: boolean;
  /** The chain's newest block by its node; null when that does not answer. */
  readonly chainHead: string | null;
  /** The newest indexed block; null while old blocks are still being read. */
  readonly head: { readonly number: string; readonly timestamp: string } | null;
  readonly ageSeconds: number | null;
  readonly allowedSeconds: number;
}

/** Whether the newest indexed block is young enough; for load balancers and alarms. */
export function freshnessOf(
  head: Checkpoint | undefined,
  { isOrphaned, chainHead }: Pick<Vigil, "isOrphaned" | "chainHead">,
  seconds: string | undefined,
): Freshness {
  const chain = { isOrphaned, chainHead: chainHead === undefined ? null : String(chainHead) };
  const asked = Number(seconds);
  const allowedSeconds = seconds !== undefined && asked > 0 ? asked : usualSeconds;
  if (!head) return { ...chain, isFresh: false, head: null, ageSeconds: null, allowedSeconds };
  const ageSeconds = Math.max(0, Date.now() / 1_000 - head.timestamp);
  return {
    ...chain,
    isFresh: ageSeconds <= allowedSeconds && !isOrphaned,
    head: { number: String(head.number), timestamp: String(head.timestamp) },
    ageSeconds,
    allowedSeconds,
  };
}
