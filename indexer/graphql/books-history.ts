import { and, asc, desc, eq, gte, lt, lte } from "ponder";
import type { VaultBooks } from "../../protocol/share-price.ts";
import { price, vaultPeriod } from "../ponder.schema.ts";
import { startOf } from "../time.ts";
import type { Context } from "./context.ts";
import { type Now, nowOf, type Price, type Value, valueAt, worthAt } from "./now.ts";
import { firstPrice, priceAt, type SharePrice, type Yield, yieldBetween } from "./yield.ts";

const DAY = 86_400n;

/** What shares and assets were worth at full hours of the past, and now. */
export class BooksHistory {
  readonly now: Now;
  readonly #hours: readonly (typeof vaultPeriod.$inferSelect)[];
  readonly #prices: readonly Price[];

  private constructor(
    now: Now,
    hours: readonly (typeof vaultPeriod.$inferSelect)[],
    prices: readonly Price[],
  ) {
    this.now = now;
    this.#hours = hours;
    this.#prices = prices;
  }

  /** Reads what is needed for any time from `from` to `to`, with the day before. */
  static async read(
    context: Context,
    chainId: number,
    from: bigint,
    to: bigint,
  ): Promise<BooksHistory> {
    const db = context.qb.raw;
    const now = await nowOf(context, chainId);
    const earliest = startOf("hour", from) - DAY;
    const isHour = and(eq(vaultPeriod.chainId, chainId), eq(vaultPeriod.interval, "hour"));
    const before = await db
      .select()
      .from(vaultPeriod)
      .where(and(isHour, lt(vaultPeriod.start, earliest)))
      .orderBy(desc(vaultPeriod.start))
      .limit(1);
    const during = await db
      .select()
      .from(vaultPeriod)
      .where(and(isHour, gte(vaultPeriod.start, earliest), lt(vaultPeriod.start, to)))
      .orderBy(asc(vaultPeriod.start));
    const priceBefore = await db
      .select()
      .from(price)
      .where(and(eq(price.chainId, chainId), lte(price.time, from)))
      .orderBy(desc(price.time), desc(price.roundId))
      .limit(1);
    const pricesDuring = await db
      .select()
      .from(price)
      .where(and(eq(price.chainId, chainId), gte(price.time, from), lte(price.time, to)))
      .orderBy(asc(price.time), asc(price.roundId));
    return new BooksHistory(now, [...before, ...during], [...priceBefore, ...pricesDuring]);
  }

  /** What shares were worth in assets at a full hour, or now. */
  worth(shares: bigint, time: bigint): bigint {
    return worthAt(this.#booksAt(time), shares, time);
  }

  value(assets: bigint, time: bigint): Value {
    const latest = this.#prices.findLast((known) => known.time <= time);
    return valueAt(assets, latest, this.now.decimals);
  }

  /** What all shares were worth together. */
  tvl(time: bigint): Value {
    const books = this.#booksAt(time);
    return this.value(books === undefined ? 0n : priceAt(books, time).assets - 1n, time);
  }

  /** The yield of the 24 hours before: from the last full hour that is at least so long ago. */
  yieldAt(time: bigint): Yield | undefined {
    const after = this.#priceAt(time);
    const before = this.#priceAt(startOf("hour", time) - DAY);
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
    return this.#hours.findLast(({ start }) => start < time);
  }
}
