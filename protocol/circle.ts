// Where a rotating circle stands and when its rounds end, as the contract reckons it.

/** IRotatingPools.State. */
export const circleState = {
  unknown: 0,
  forming: 1,
  full: 2,
  requested: 3,
  answered: 4,
  running: 5,
  completed: 6,
  aborted: 7,
} as const;

/** What `circleOf` says about a circle's rounds, in seconds; the first starts at `start`. */
export interface CircleRounds {
  start: number;
  period: number;
  grace: number;
  /** How many are settled. */
  settled: number;
}

/** From when the round that runs can be settled, in seconds since 1970: not in the last second in which one can pay. */
export function settleFrom({ start, period, grace, settled }: CircleRounds): bigint {
  return BigInt(start + settled * (period + grace) + period + Math.max(grace, 1));
}
