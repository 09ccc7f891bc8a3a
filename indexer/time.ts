const lengths = { hour: 3_600n, day: 86_400n } as const;

export type Interval = keyof typeof lengths;

export const intervals = Object.keys(lengths) as Interval[];

/** The second at which the hour or day, of UTC, begins that `time` is in. */
export function startOf(interval: Interval, time: bigint): bigint {
  return time - (time % lengths[interval]);
}

/** The second at which the next one begins. */
export function endOf(interval: Interval, start: bigint): bigint {
  return start + lengths[interval];
}
