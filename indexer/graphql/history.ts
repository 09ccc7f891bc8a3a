import { and, asc, desc, eq, gte, lt } from "ponder";
import { noEarnings, noFlows } from "../flows.ts";
import { accountHour, poolPeriod, protocolPeriod } from "../ponder.schema.ts";
import { endOf, type Interval, startOf } from "../time.ts";
import { BooksHistory } from "./books-history.ts";
import type { Context } from "./context.ts";
import { refused } from "../live/errors.ts";
import { worthOfTickets } from "./tickets.ts";

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

const nobody = { activeUsers: 0, newUsers: 0 };

export async function protocolHistory(
  context: Context,
  chainId: number,
  span: Span,
): Promise<object[]> {
  const interval = intervalOf(span);
  const history = await BooksHistory.read(context, chainId, span.from, span.to);
  const rows = await context.qb.raw
    .select()
    .from(protocolPeriod)
    .where(
      and(
        eq(protocolPeriod.chainId, chainId),
        eq(protocolPeriod.interval, interval),
        gte(protocolPeriod.start, startOf(interval, span.from)),
        lt(protocolPeriod.start, span.to),
      ),
    );
  const byStart = new Map(rows.map((row) => [row.start, row]));
  return stepsOf(span, history.now.time).map(({ start, end }) => ({
    start,
    ...(byStart.get(start) ?? { ...noFlows, ...noEarnings, ...nobody }),
    tvl: history.tvl(end),
    yieldThen: history.yieldAt(end) ?? null,
  }));
}

export async function poolHistory(
  context: Context,
  pool: { chainId: number; contract: string; poolId: string },
  span: Span,
): Promise<object[]> {
  const interval = intervalOf(span);
  const contract = pool.contract.toLowerCase() as `0x${string}`;
  const history = await BooksHistory.read(context, pool.chainId, span.from, span.to);
  const first = startOf(interval, span.from);
  const ofPool = and(
    eq(poolPeriod.chainId, pool.chainId),
    eq(poolPeriod.contract, contract),
    eq(poolPeriod.poolId, pool.poolId),
    eq(poolPeriod.interval, interval),
  );
  const rows = await poolPeriods(context, ofPool, first, span.to);
  return stepsOf(span, history.now.time).map(({ start, end }) => {
    const latest = rows.findLast((row) => row.start <= start);
    const { totalPrincipal, totalShares } = latest ?? { totalPrincipal: 0n, totalShares: 0n };
    return {
      ...noFlows,
      ...nobody,
      ...(latest?.start === start ? latest : {}),
      start,
      totalPrincipal,
      tvl: history.value(history.worth(totalShares, end) + moneyIn(latest), end),
    };
  });
}

export async function portfolioHistory(
  context: Context,
  { chainId, address }: { chainId: number; address: `0x${string}` },
  span: Span,
): Promise<object[]> {
  const interval = intervalOf(span);
  const history = await BooksHistory.read(context, chainId, span.from, span.to);
  const first = startOf(interval, span.from);
  const ofLottery = and(
    eq(poolPeriod.chainId, chainId),
    eq(poolPeriod.product, "lottery"),
    eq(poolPeriod.interval, interval),
  );
  const lotteries = await poolPeriods(context, ofLottery, first, span.to);
  const ofAccount = and(eq(accountHour.chainId, chainId), eq(accountHour.account, address));
  const before = await context.qb.raw
    .select()
    .from(accountHour)
    .where(and(ofAccount, lt(accountHour.start, first)))
    .orderBy(desc(accountHour.start))
    .limit(1);
  const during = await context.qb.raw
    .select()
    .from(accountHour)
    .where(and(ofAccount, gte(accountHour.start, first), lt(accountHour.start, span.to)))
    .orderBy(asc(accountHour.start));
  const rows = [...before, ...during];
  return stepsOf(span, history.now.time).map(({ start, end }) => {
    const held = rows.findLast((row) => row.start < end);
    if (held === undefined) return { start, value: history.value(0n, end) };
    const { savingsShares, cooperativeShares, vaultShares, prizeShares, circleShares } = held;
    const shares = savingsShares + cooperativeShares + vaultShares + prizeShares + circleShares;
    const lottery = lotteries.findLast((row) => row.start < end);
    const tickets = lottery
      ? worthOfTickets(held.tickets, lottery, (part) => history.worth(part, end))
      : 0n;
    const assets = history.worth(shares, end) + tickets + held.circleCash;
    return { start, value: history.value(assets, end) };
  });
}

/** The periods from `first` until `to`, and the last one before them. */
async function poolPeriods(
  context: Context,
  ofPool: ReturnType<typeof and>,
  first: bigint,
  to: bigint,
): Promise<(typeof poolPeriod.$inferSelect)[]> {
  const before = await context.qb.raw
    .select()
    .from(poolPeriod)
    .where(and(ofPool, lt(poolPeriod.start, first)))
    .orderBy(desc(poolPeriod.start))
    .limit(1);
  const during = await context.qb.raw
    .select()
    .from(poolPeriod)
    .where(and(ofPool, gte(poolPeriod.start, first), lt(poolPeriod.start, to)))
    .orderBy(asc(poolPeriod.start));
  return [...before, ...during];
}

/** Circles hold money beside their shares; in other pools the principal is in the shares. */
function moneyIn(row: typeof poolPeriod.$inferSelect | undefined): bigint {
  return row?.product === "circle" ? row.totalPrincipal : 0n;
}

function intervalOf({ interval }: Span): Interval {
  return interval === "HOUR" ? "hour" : "day";
}

/** The hours or days that a span touches, none that has not begun. */
function stepsOf(span: Span, now: bigint): Step[] {
  const interval = intervalOf(span);
  const steps: Step[] = [];
  for (
    let start = startOf(interval, span.from);
    start < span.to && start <= now;
    start = endOf(interval, start)
  ) {
    if (steps.length === MOST_POINTS) {
      throw refused(
        `That are more than ${MOST_POINTS} points: ask for a shorter time, or for days.`,
      );
    }
    const end = endOf(interval, start);
    steps.push({ start, end: end < now ? end : now });
  }
  return steps;
}
