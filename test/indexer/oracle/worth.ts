import type { Chain } from "./chain.ts";
import type { Log } from "./log.ts";
import { virtualSharesIn } from "./vault.ts";

/** What shares are worth at a log, by the vault's books before it. */
export function worthAt(chain: Chain, log: Log, shares: bigint): bigint {
  const place = chain.placeOf(log);
  const books = chain
    .logsOf("KhipuVault", "AccountsUpdated")
    .findLast((other) => chain.placeOf(other) < place);
  const virtualShares = virtualSharesIn(chain);
  if (!books) return shares / virtualShares;
  const [start, end] = [books.big("unlockStart"), books.big("unlockEnd")];
  const left = end > log.time ? end - log.time : 0n;
  const locked = left === 0n ? 0n : ceil(books.big("lockedProfit") * left, end - start);
  const assets = books.big("grossAssets") - locked + 1n;
  return (shares * assets) / (books.big("totalSupply") + virtualShares);
}

function ceil(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
