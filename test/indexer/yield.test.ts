import { describe, expect, it } from "vitest";
import { firstPrice, priceAt, projected, yieldBetween } from "../../indexer/graphql/yield.ts";

const DAY = 86_400n;

describe("the yield of a vault", () => {
  const before = { assets: 1_000_000_000_001n, shares: 10n ** 18n, time: 0n };

  it("compounds what a share gained in the window over a year", () => {
    const gained = { assets: 1_000_100_000_001n, shares: 10n ** 18n, time: DAY };
    const found = yieldBetween(before, gained);
    expect(found?.apr).toBeCloseTo(0.0365, 6);
    expect(found?.apy).toBeCloseTo(1.0001 ** 365 - 1, 6);
    expect(found?.windowSeconds).toBe(86_400);
  });

  it("does not rise when money comes in at the same price", () => {
    const more = { assets: before.assets * 3n, shares: before.shares * 3n, time: DAY };
    expect(yieldBetween(before, more)?.apr).toBe(0);
  });

  it("is below zero after a loss", () => {
    const lost = { ...before, assets: (before.assets * 9n) / 10n, time: DAY };
    expect(yieldBetween(before, lost)?.apr).toBeCloseTo(-36.5, 6);
  });

  it("is unknown in the first second", () => {
    expect(yieldBetween(before, before)).toBeUndefined();
  });

  it("has no compounded number where that would be too large", () => {
    const huge = { ...before, assets: before.assets * 1_000n, time: 3_600n };
    expect(yieldBetween(before, huge)?.apy).toBeNull();
  });

  it("counts profit only as far as it is released", () => {
    const books = {
      grossAssets: 1_100n,
      totalSupply: 1_000_000_000n,
      virtualShares: 1_000_000n,
      lockedProfit: 100n,
      unlockStart: 0n,
      unlockEnd: 100n,
    };
    expect(priceAt(books, 0n).assets).toBe(1_001n);
    expect(priceAt(books, 50n).assets).toBe(1_051n);
    expect(priceAt(books, 100n).assets).toBe(1_101n);
  });

  it("projects an amount forward, and nothing over no time", () => {
    const doubled = yieldBetween(firstPrice(1_000_000n, 0n), {
      assets: 2n,
      shares: 1_000_000n,
      time: DAY,
    });
    if (!doubled) throw new Error("a day has a yield");
    expect(projected(1_000n, 2, doubled)).toBe(4_000n);
    expect(projected(1_000n, 0, doubled)).toBe(1_000n);
    expect(projected(1_000n, 36_500, doubled)).toBeNull();
  });
});
