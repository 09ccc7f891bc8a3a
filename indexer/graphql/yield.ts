import { type VaultBooks, vaultAssetsAt } from "../../protocol/share-price.ts";

/** What a share of the vault was worth at some time, as a fraction. */
export interface SharePrice {
  assets: bigint;
  shares: bigint;
  time: bigint;
}

export interface Yield {
  /** By how much a share grew in the window. */
  growth: number;
  windowSeconds: number;
  apr: number;
  apy: number | null;
}

const YEAR = 365 * 24 * 3_600;
const PRECISION = 10n ** 15n;

/** The price by books that hold at `time`. Both sides contain the vault's virtual part, so neither is ever zero. */
export function priceAt(books: VaultBooks, time: bigint): SharePrice {
  return {
    assets: vaultAssetsAt(books, time) + 1n,
    shares: books.totalSupply + books.virtualShares,
    time,
  };
}

/** The price of a vault in which nothing has happened yet. */
export function firstPrice(virtualShares: bigint, time: bigint): SharePrice {
  return { assets: 1n, shares: virtualShares, time };
}

/** The yield between two moments, reckoned for a year; undefined when they are the same. */
export function yieldBetween(before: SharePrice, after: SharePrice): Yield | undefined {
  const windowSeconds = Number(after.time - before.time);
  if (windowSeconds <= 0) return undefined;
  const growth =
    Number((after.assets * before.shares * PRECISION) / (after.shares * before.assets)) /
    Number(PRECISION);
  const apy = growth ** (YEAR / windowSeconds) - 1;
  return {
    growth,
    windowSeconds,
    apr: ((growth - 1) * YEAR) / windowSeconds,
    apy: Number.isFinite(apy) ? apy : null,
  };
}

/** What an amount becomes in so many days at a yield; null where that is too large a number. */
export function projected(assets: bigint, days: number, at: Yield): bigint | null {
  const factor = at.growth ** ((days * 86_400) / at.windowSeconds);
  const scaled = factor * Number(PRECISION);
  return Number.isFinite(scaled) ? (assets * BigInt(Math.round(scaled))) / PRECISION : null;
}
