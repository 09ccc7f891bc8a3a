import { BooksHistory } from "./books-history.ts";
import type { Context } from "./context.ts";
import { nowOf, type Value } from "./now.ts";
import { refused } from "../live/errors.ts";
import { priceAt, projected, type Yield } from "./yield.ts";

/** The furthest that a yield is reckoned forward. */
const MOST_DAYS = 36_500;

/** What all vault shares of a chain are worth. */
export async function vaultTvl(context: Context, chainId: number): Promise<Value> {
  const now = await nowOf(context, chainId);
  return now.value(now.vault === undefined ? 0n : priceAt(now.vault, now.time).assets - 1n);
}

export async function vaultYield(context: Context, chainId: number): Promise<Yield | null> {
  const now = await nowOf(context, chainId);
  const history = await BooksHistory.readYesterday(context, now, chainId);
  return history.yieldAt(now.time) ?? null;
}

export async function vaultProjection(
  context: Context,
  chainId: number,
  { assets, days }: { assets: bigint; days: number },
): Promise<object | null> {
  if (assets < 0n) throw refused("`assets` must not be below 0.");
  if (days < 0 || days > MOST_DAYS) {
    throw refused(`\`days\` is ${days}: it must be from 0 to ${MOST_DAYS}.`);
  }
  const from = await vaultYield(context, chainId);
  if (from === null) return null;
  const end = projected(assets, days, from);
  return { assets: end, yield: end === null ? null : end - assets, from };
}
