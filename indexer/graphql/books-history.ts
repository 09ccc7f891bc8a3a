import { and, asc, desc, eq, gt, lt, lte, sql } from "ponder";
import type { VaultBooks } from "../../protocol/share-price.ts";
import { price, vaultPeriod } from "../ponder.schema.ts";
import { endOf, type Interval, startOf } from "../time.ts";
import { once, type Context } from "./context.ts";
import { type Now, type Price, type Value, worthAt } from "./now.ts";
import { lastOf, type Steps } from "./steps.ts";
import { firstPrice, priceAt, type SharePrice, type Yield, yieldBetween } from "./yield.ts";

const DAY = 86_400n;

type Period = typeof vaultPeriod.$inferSelect;

/** What shares and assets were worth at the ends of steps of the past, and now. */
export class BooksHistory {
  readonly now: Now;
  readonly #periods: readonly Period[];
  readonly #yesterday: Period | undefined;
  readonly #prices: readonly Price[];

  private constructor(
    now: Now,
    periods: readonly Period[],
    yesterday: Period | undefined,
    prices: readonly Price[],
  ) {
    this.now = now;
    this.#periods = periods;
    this.#yesterday = yesterday;
    this.#prices = prices;
  }

  /** Reads what is needed for the ends of the steps, and a day before each: with each step one row, whatever happened in it. */
  static read(context: Context, now: Now, chainId: number, steps: Steps): Promise<BooksHistory> {
    const key = `books ${chainId} ${steps.interval} ${steps.from} ${steps.until}`;
    return once(context, key, () => BooksHistory.#read(context, now, chainId, steps));
  }

  static async #read(
    context: Context,
    now: Now,
    chainId: number,
    { interval, from, until }: Steps,
  ): Promise<BooksHistory> {
    const db = context.qb.raw;
    const earliest = from - DAY;
    const ofVault = and(eq(vaultPeriod.chainId, chainId), eq(vaultPeriod.interval, interval));
    const before = await lastPeriod(context, chainId, interval, earliest);
    const during = await db
      .select()
      .from(vaultPeriod)
      .where(
        and(ofVault, gt(vaultPeriod.start, before?.start ?? -1n), lt(vaultPeriod.start, until)),
      )
      .orderBy(asc(vaultPeriod.start));
    const priceBefore = await db
      .select()
      .from(price)
      .where(and(eq(price.chainId, chainId), lte(price.time, from)))
      .orderBy(desc(price.time), desc(price.roundId))
      .limit(1);
    // the last of each step, which the second that it ends in belongs to
    const step = sql`div(${price.time} - 1, ${sql.raw(String(endOf(interval, 0n)))})`;
    const pricesDuring = await db
      .selectDistinctOn([step])
      .from(price)
      .where(and(eq(price.chainId, chainId), gt(price.time, from), lte(price.time, until)))
      .orderBy(step, desc(price.time), desc(price.roundId));
    const periods = [...(before ? [before] : []), ...during];
    const yesterday = await lastPeriod(context, chainId, "hour", dayBefore(now.time));
    return new BooksHistory(now, periods, yesterday, [...priceBefore, ...pricesDuring]);
  }

  /** Reads what is needed for the yield of now. */
  static async readYesterday(context: Context, now: Now, chainId: number): Promise<BooksHistory> {
    const yesterday = await lastPeriod(context, chainId, "hour", dayBefore(now.time));
    return new BooksHistory(now, [], yesterday, []);
  }

  /** What shares were worth in assets at the end of a step, or now. */
  worth(shares: bigint, time: bigint): bigint {
    return worthAt(this.#booksAt(time), shares, time);
  }

  value(assets: bigint, time: bigint): Value {
    const last = lastOf(this.#prices, (known) => known.time <= time);
    return this.now.valueAt(assets, last, time);
  }

  /** What all shares were worth together. */
  tvl(time: bigint): Value {
    const books = this.#booksAt(time);
    return this.value(books === undefined ? 0n : priceAt(books, time).assets - 1n, time);
  }

  /** The yield of the 24 hours before: from the last full hour that is at least so long ago. */
  yieldAt(time: bigint): Yield | undefined {
    const after = this.#priceAt(time);
    const before = this.#priceAt(dayBefore(time));
    return before && after ? yieldBetween(before, after) : undefined;
  }

  /** A vault that is younger than that began with its first price. */
  #priceAt(time: bigint): SharePrice | undefined {
    const { vault } = this.now;
    if (vault === undefined || vault.totalSupply === 0n) return undefined;
    const books = this.#booksAt(time);
    return books ? priceAt(books, time) : firstPrice(vault.virtualShares, vault.createdAt);
  }

  #booksAt(time: bigint): VaultBooks | undefined {
    if (time >= this.now.time) return this.now.vault;
    if (time === dayBefore(this.now.time)) return this.#yesterday;
    return lastOf(this.#periods, ({ start }) => start < time);
  }
}

function dayBefore(time: bigint): bigint {
  return startOf("hour", time) - DAY;
}

/** The last hour or day before a time in which the vault's books changed. */
async function lastPeriod(
  { qb }: Context,
  chainId: number,
  interval: Interval,
  before: bigint,
): Promise<Period | undefined> {
  const ofVault = and(eq(vaultPeriod.chainId, chainId), eq(vaultPeriod.interval, interval));
  const [row] = await qb.raw
    .select()
    .from(vaultPeriod)
    .where(and(ofVault, lt(vaultPeriod.start, before)))
    .orderBy(desc(vaultPeriod.start))
    .limit(1);
  return row;
}
