import { expect, test } from "vitest";
import { lockedAt, sharesWorthAt, vaultAssetsAt } from "../../protocol/share-price.ts";

const books = {
  grossAssets: 1_100n,
  totalSupply: 1_000_000_000n,
  virtualShares: 1_000_000n,
  lockedProfit: 100n,
  unlockStart: 1_000n,
  unlockEnd: 2_000n,
};

test("locked profit is freed evenly, rounded up, and never after the end", () => {
  expect(lockedAt(books, 1_000n)).toBe(100n);
  expect(lockedAt(books, 1_501n)).toBe(50n);
  expect(lockedAt(books, 1_999n)).toBe(1n);
  expect(lockedAt(books, 2_000n)).toBe(0n);
  expect(lockedAt(books, 9_999n)).toBe(0n);
});

test("before the unlock begins all of the profit is locked, and a span of no length has no in between", () => {
  expect(lockedAt(books, 0n)).toBe(100n);
  const atOnce = { ...books, unlockEnd: books.unlockStart };
  expect([999n, 1_000n, 1_001n].map((time) => lockedAt(atOnce, time))).toEqual([100n, 0n, 0n]);
});

test("where there are no shares at all, they are worth nothing", () => {
  expect(sharesWorthAt({ ...books, totalSupply: 0n, virtualShares: 0n }, 5n, 1_000n)).toBe(0n);
});

test("what the vault holds for its savers grows as profit is freed", () => {
  expect(vaultAssetsAt(books, 1_000n)).toBe(1_000n);
  expect(vaultAssetsAt(books, 2_000n)).toBe(1_100n);
});

test("shares are worth their part, rounded down", () => {
  expect(sharesWorthAt(books, 1_000_000_000n, 1_000n)).toBe(1_000n);
  expect(sharesWorthAt(books, 500_000_000n, 2_000n)).toBe(549n);
});

test("an empty vault without profit ever locked has a price too", () => {
  const empty = {
    grossAssets: 0n,
    totalSupply: 0n,
    virtualShares: 1_000_000n,
    lockedProfit: 0n,
    unlockStart: 0n,
    unlockEnd: 0n,
  };
  expect(sharesWorthAt(empty, 1_000_000n, 5n)).toBe(1n);
});
