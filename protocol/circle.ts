// Where a rotating circle stands and when its rounds end, as the contract reckons it.

/** IRotatingPools.State. */
export const circleState = {
  unknown: 0,
  forming: 1,
  requested: 2,
  answered: 3,
  running: 4,
  completed: 5,
  aborted: 6,
} as const;

/** What `circleOf` says about a circle's rounds, in seconds; the first started at `start`. */
export interface CircleRounds {
  start: number;
  period: number;
  grace: number;
  /** How many are settled. */
  settled: number;
}

/** From when the round that runs can be settled, in seconds since 1970. */
export function settleFrom({ start, period, grace, settled }: CircleRounds): bigint {
  return BigInt(start) + BigInt(settled + 1) * BigInt(period + grace);
}
