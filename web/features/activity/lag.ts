import type { Head } from "../../../packages/live-client/src/index.ts";

/** Heads younger than this need no second look. */
const suspicious = 15;

export type Lag =
  | { known: false }
  /** seconds between what the chain has and what the index has */
  | { known: true; seconds: number; behind: boolean };

/**
 * How far the index is behind the chain. An old head alone proves nothing, for a chain can be idle: it counts
 * only against the chain's own head, where that has been asked.
 */
export function lagOf(indexed: Head | undefined, chain: Head | undefined, now: number): Lag {
  if (!indexed) return { known: false };
  const age = Math.max(0, now - Number(indexed.timestamp));
  if (age < suspicious) return { known: true, seconds: age, behind: false };
  if (!chain) return { known: false };
  const seconds = Math.max(0, Number(chain.timestamp) - Number(indexed.timestamp));
  const caughtUp = BigInt(indexed.number) >= BigInt(chain.number) || seconds === 0;
  return caughtUp
    ? { known: true, seconds: 0, behind: false }
    : { known: true, seconds, behind: seconds >= suspicious };
}

/** Whether it is worth asking the chain for its head. */
export function isSuspicious(indexed: Head | undefined, now: number): boolean {
  return indexed !== undefined && now - Number(indexed.timestamp) >= suspicious;
}
