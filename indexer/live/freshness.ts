import type { Checkpoint } from "./tail.ts";

const usualSeconds = 60;

export interface Freshness {
  readonly isFresh: boolean;
  /** The newest indexed block; null while old blocks are still being read. */
  readonly head: { readonly number: string; readonly timestamp: string } | null;
  readonly ageSeconds: number | null;
  readonly allowedSeconds: number;
}

/** Whether the newest indexed block is young enough; for load balancers and alarms. */
export function freshnessOf(head: Checkpoint | undefined, seconds: string | undefined): Freshness {
  const asked = Number(seconds);
  const allowedSeconds = seconds !== undefined && asked > 0 ? asked : usualSeconds;
  if (!head) return { isFresh: false, head: null, ageSeconds: null, allowedSeconds };
  const ageSeconds = Math.max(0, Date.now() / 1_000 - head.timestamp);
  return {
    isFresh: ageSeconds <= allowedSeconds,
    head: { number: String(head.number), timestamp: String(head.timestamp) },
    ageSeconds,
    allowedSeconds,
  };
}
