// What vault shares are worth at any second, reckoned from the vault's last books as the vault itself does.

/** The vault's books after its last change, in assets, shares and seconds since 1970. */
export interface VaultBooks {
  /** All assets, the still locked profit included. */
  grossAssets: bigint;
  totalSupply: bigint;
  /** What the price counts beside `totalSupply`, so that it is never a division by zero. */
  virtualShares: bigint;
  /** Profit that was locked at `unlockStart` and is free at `unlockEnd`, evenly in between. */
  lockedProfit: bigint;
  unlockStart: bigint;
  unlockEnd: bigint;
}

/** What a vault without deposits is taken to hold, beside its virtual shares. */
const virtualAssets = 1n;

/** Profit that is still locked, rounded up. Before the unlock begins it is all of it; without a span it is all until the end. */
export function lockedAt({ lockedProfit, unlockStart, unlockEnd }: VaultBooks, time: bigint) {
  if (time >= unlockEnd) return 0n;
  if (time <= unlockStart) return lockedProfit;
  const length = unlockEnd - unlockStart;
  return (lockedProfit * (unlockEnd - time) + length - 1n) / length;
}

/** All that the vault's shares are worth together. */
export function vaultAssetsAt(books: VaultBooks, time: bigint): bigint {
  return books.grossAssets - lockedAt(books, time);
}

/** What some shares are worth, rounded down; nothing, where there are neither shares nor virtual ones. */
export function sharesWorthAt(books: VaultBooks, shares: bigint, time: bigint): bigint {
  const all = books.totalSupply + books.virtualShares;
  return all === 0n ? 0n : (shares * (vaultAssetsAt(books, time) + virtualAssets)) / all;
}
