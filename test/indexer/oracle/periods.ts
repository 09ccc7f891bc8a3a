import type { Row } from "./row.ts";

export const HOUR = 3_600n;
const DAY = 86_400n;

/** When the hour or day began that a time is in. */
export function startOf(time: bigint, length: bigint): bigint {
  return (time / length) * length;
}

/** A row for each hour and each day that has one of `times` in it. */
export function eachPeriod(
  times: readonly bigint[],
  rowOf: (isIn: (time: bigint) => boolean, end: bigint) => Row,
): Row[] {
  return [["hour", HOUR] as const, ["day", DAY] as const].flatMap(([interval, length]) =>
    [...new Set(times.map((time) => startOf(time, length)))].map((start) => {
      const end = start + length;
      return { interval, start, ...rowOf((time) => time >= start && time < end, end) };
    }),
  );
}
