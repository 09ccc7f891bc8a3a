import { refused } from "../live/errors.ts";
import { endOf, type Interval, startOf } from "../time.ts";

const MOST_POINTS = 1_000;

export interface Span {
  interval: "HOUR" | "DAY";
  from: bigint;
  to: bigint;
}

interface Step {
  start: bigint;
  /** Its end, or now where it has not ended. */
  end: bigint;
}

/** The hours or days that a span touches, none that has not begun. */
export interface Steps {
  readonly interval: Interval;
  readonly all: readonly Step[];
  /** Where the first begins. */
  readonly from: bigint;
  /** Where the last ends. */
  readonly until: bigint;
}

/** To be asked before anything is read: refuses what would be too much. */
export function stepsOf(span: Span, now: bigint): Steps {
  assertOrder(span);
  const interval = intervalOf(span);
  const from = startOf(interval, span.from);
  if (pointsOf(span, now) > MOST_POINTS) {
    throw refused(
      `\`from\` and \`to\` are more than ${MOST_POINTS} points apart: ask for a shorter time, or for days.`,
    );
  }
  const all: Step[] = [];
  for (let start = from; start < span.to && start <= now; start = endOf(interval, start)) {
    const end = endOf(interval, start);
    all.push({ start, end: end < now ? end : now });
  }
  return { interval, all, from, until: all.at(-1)?.end ?? from };
}

/** How many points a span may have at most, before anybody knows what time it is. */
export function mostPointsOf(span: Span): number {
  return Math.min(MOST_POINTS, Math.max(1, pointsOf(span, span.to)));
}

export function assertOrder({ from, to }: { from?: bigint | null; to?: bigint | null }): void {
  if (typeof from === "bigint" && from < 0n) {
    throw refused(`\`from\` is ${from}: it must be a time in seconds since 1970.`);
  }
  if (typeof from === "bigint" && typeof to === "bigint" && from > to) {
    throw refused(`\`from\` is ${from}, after \`to\`, which is ${to}: it must not be later.`);
  }
}

function intervalOf({ interval }: Pick<Span, "interval">): Interval {
  return interval === "HOUR" ? "hour" : "day";
}

function pointsOf(span: Span, now: bigint): number {
  const interval = intervalOf(span);
  const last = span.to < now ? span.to : now;
  const length = endOf(interval, 0n);
  return Number((last - startOf(interval, span.from) + length - 1n) / length);
}

/** The last of some rows in order of which something holds that holds of none behind one of which it does not. */
export function lastOf<Row>(rows: readonly Row[], holds: (row: Row) => boolean): Row | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && holds(row)) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1];
}
