import { describe, expect, it } from "vitest";
import { deployWorld, is, sharesFor, usd } from "../world.ts";

/** Ana has saved 100 and Beto 50, and the vault has earned 15 for them. */
async function earnedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  const { savings, vault, ana, beto, earn } = world;
  await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
  await savings.write.deposit([usd("50"), beto.address, 0n], { account: beto });
  await vault.write.rebalance();
  await earn("15");
  return world;
}

describe("SavingsPool.claimYield", () => {
  it("pays what the position says, and says what everything is then", async () => {
    const { savings, ana, beto, balanceOf } = await earnedWorld();
    const [shares, , , earned] = await savings.read.positionOf([ana.address]);
    await savings.write.claimYield([beto.address], { account: ana });
    const [claim] = await savings.getEvents.YieldClaimed();
    expect(earned).toBeGreaterThan(usd("9.99"));
    expect(await balanceOf(beto)).toBe(usd("9950") + earned);
    const burned = claim?.args.shares ?? 0n;
    expect(claim?.args).toMatchObject({
      assets: earned,
      principalAfter: usd("100"),
      sharesAfter: shares - burned,
      totalPrincipalAfter: usd("150"),
      totalSharesAfter: sharesFor("150") - burned,
    });
    expect((await savings.read.positionOf([ana.address]))[0]).toBe(shares - burned);
  });

  it("leaves the principal fully covered and the others as they were", async () => {
    const { savings, ana, beto } = await earnedWorld();
    const before = await savings.read.positionOf([beto.address]);
    await savings.write.claimYield([ana.address], { account: ana });
    const [, principal, value, earned] = await savings.read.positionOf([ana.address]);
    expect(value).toBeGreaterThanOrEqual(principal);
    expect(earned).toBe(0n);
    expect(await savings.read.positionOf([beto.address])).toEqual(before);
  });

  it("leaves just the shares that cover the principal at the price of the claim", async () => {
    const { savings, vault, ana } = await earnedWorld();
    const price = await vault.read.sharePrice();
    await savings.write.claimYield([ana.address], { account: ana });
    const [shares] = await savings.read.positionOf([ana.address]);
    expect(shares * price.assets).toBeGreaterThanOrEqual(usd("100") * price.shares);
    expect((shares - 1n) * price.assets).toBeLessThan(usd("100") * price.shares);
  });

  it("pays nothing and does not fail when there is none: it was claimed, compounded by somebody, or lost", async () => {
    const { savings, first, ana, beto, keeper, balanceOf } = await earnedWorld();
    await savings.write.claimYield([ana.address], { account: ana });
    await savings.write.compound([[beto.address]], { account: keeper });
    for (const account of [ana, beto]) {
      const before = await balanceOf(account);
      await savings.write.claimYield([account.address], { account });
      expect(await savings.getEvents.YieldClaimed()).toEqual([]);
      expect(await balanceOf(account)).toBe(before);
    }
    // What was compounded has become principal.
    const [, principal] = await savings.read.positionOf([beto.address]);
    await savings.write.withdraw([principal - usd("50"), beto.address, 2n ** 255n], {
      account: beto,
    });
    expect(await balanceOf(beto)).toBeGreaterThan(usd("9954.9"));
    await first.write.lose([usd("30")]);
    await savings.write.claimYield([ana.address], { account: ana });
    expect(await savings.getEvents.YieldClaimed()).toEqual([]);
  });

  it("is for savers", async () => {
    const { savings, carla, assertions } = await earnedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.claimYield([carla.address], { account: carla }),
      savings,
      "NothingSaved",
      [is(carla)],
    );
  });
});

describe("SavingsPool.compound", () => {
  it("turns the yield of many into principal, by anybody", async () => {
    const { savings, ana, beto, carla, keeper } = await earnedWorld();
    const [, , worthOfAna] = await savings.read.positionOf([ana.address]);
    const [, , worthOfBeto] = await savings.read.positionOf([beto.address]);
    await savings.write.compound([[ana.address, beto.address, carla.address]], { account: keeper });
    const [first, second, ...more] = await savings.getEvents.AutoCompoundExecuted();
    expect(more).toEqual([]);
    expect(first?.args).toMatchObject({
      assets: worthOfAna - usd("100"),
      principalAfter: worthOfAna,
      sharesAfter: sharesFor("100"),
      totalPrincipalAfter: worthOfAna + usd("50"),
      totalSharesAfter: sharesFor("150"),
    });
    expect(first?.args.caller?.toLowerCase()).toBe(keeper.address);
    expect(second?.args).toMatchObject({ totalPrincipalAfter: worthOfAna + worthOfBeto });
    expect(await savings.read.positionOf([ana.address])).toEqual([
      sharesFor("100"),
      worthOfAna,
      worthOfAna,
      0n,
    ]);
    expect(await savings.read.totals()).toEqual([sharesFor("150"), worthOfAna + worthOfBeto]);
  });

  it("lets the saver withdraw what it made principal", async () => {
    const { savings, ana, balanceOf } = await earnedWorld();
    await savings.write.compound([[ana.address, ana.address]]);
    const [, principal] = await savings.read.positionOf([ana.address]);
    await savings.write.withdraw([principal, ana.address, sharesFor("100")], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9900") + principal);
  });

  it("never lowers a mark", async () => {
    const { savings, first, ana } = await earnedWorld();
    await first.write.lose([usd("30")]);
    await savings.write.compound([[ana.address]]);
    expect((await savings.read.positionOf([ana.address]))[1]).toBe(usd("100"));
  });
});
