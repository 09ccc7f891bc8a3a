import { and, asc, desc, eq, gte, lt, sql } from "ponder";
import { noEarnings, noFlows } from "../flows.ts";
import { accountHour, poolPeriod, protocolPeriod } from "../ponder.schema.ts";
import { checkAddress, checkText } from "../live/operations/arguments.ts";
import { endOf } from "../time.ts";
import { BooksHistory } from "./books-history.ts";
import { once, type Context } from "./context.ts";
import { nowOf } from "./now.ts";
import { lastOf, type Span, stepsOf } from "./steps.ts";
import { worthOfTickets } from "./tickets.ts";

const nobody = { activeUsers: 0, newUsers: 0 };

export async function protocolHistory(
  context: Context,
  chainId: number,
  span: Span,
): Promise<object[]> {
  const now = await nowOf(context, chainId);
  const steps = stepsOf(span, now.time);
  const history = await BooksHistory.read(context, now, chainId, steps);
  const rows = await context.qb.raw
    .select()
    .from(protocolPeriod)
    .where(
      and(
        eq(protocolPeriod.chainId, chainId),
        eq(protocolPeriod.interval, steps.interval),
        gte(protocolPeriod.start, steps.from),
        lt(protocolPeriod.start, steps.until),
      ),
    );
  const byStart = new Map(rows.map((row) => [row.start, row]));
  return steps.all.map(({ start, end }) => ({
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
  checkAddress("contract", pool.contract);
  checkText("poolId", pool.poolId);
  const contract = pool.contract.toLowerCase() as `0x${string}`;
  const now = await nowOf(context, pool.chainId);
  const steps = stepsOf(span, now.time);
  const history = await BooksHistory.read(context, now, pool.chainId, steps);
  const ofPool = and(
    eq(poolPeriod.chainId, pool.chainId),
    eq(poolPeriod.contract, contract),
    eq(poolPeriod.poolId, pool.poolId),
    eq(poolPeriod.interval, steps.interval),
  );
  const rows = await poolPeriods(context, ofPool, steps.from, steps.until);
  return steps.all.map(({ start, end }) => {
    const latest = lastOf(rows, (row) => row.start <= start);
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
  const now = await nowOf(context, chainId);
  const steps = stepsOf(span, now.time);
  const { interval, from, until } = steps;
  const history = await BooksHistory.read(context, now, chainId, steps);
  const ofLottery = and(
    eq(poolPeriod.chainId, chainId),
    eq(poolPeriod.product, "lottery"),
    eq(poolPeriod.interval, steps.interval),
  );
  const lotteries = await once(context, `lotteries ${chainId} ${interval} ${from} ${until}`, () =>
    poolPeriods(context, ofLottery, from, until),
  );
  const ofAccount = and(eq(accountHour.chainId, chainId), eq(accountHour.account, address));
  const before = await context.qb.raw
    .select()
    .from(accountHour)
    .where(and(ofAccount, lt(accountHour.start, from)))
    .orderBy(desc(accountHour.start))
    .limit(1);
  // the last of each step
  const step = sql`div(${accountHour.start}, ${sql.raw(String(endOf(steps.interval, 0n)))})`;
  const during = await context.qb.raw
    .selectDistinctOn([step])
    .from(accountHour)
    .where(and(ofAccount, gte(accountHour.start, from), lt(accountHour.start, until)))
    .orderBy(step, desc(accountHour.start));
  const rows = [...before, ...during];
  return steps.all.map(({ start, end }) => {
    const held = lastOf(rows, (row) => row.start < end);
    if (held === undefined) return { start, value: history.value(0n, end) };
    const { savingsShares, cooperativeShares, vaultShares, prizeShares, circleShares } = held;
    const shares = savingsShares + cooperativeShares + vaultShares + prizeShares + circleShares;
    const lottery = lastOf(lotteries, (row) => row.start < end);
    const tickets = lottery
      ? worthOfTickets(held.tickets, lottery, (part) => history.worth(part, end))
      : 0n;
    const assets = history.worth(shares, end) + tickets + held.circleCash;
    return { start, value: history.value(assets, end) };
  });
}

/** The periods from `first` until `to`, and the last one before them: of a pool, or the latest of several. */
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
