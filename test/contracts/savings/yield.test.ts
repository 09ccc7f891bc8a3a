import { describe, expect, it } from "vitest";
import { deployWorld, sharesFor, usd } from "../world.ts";

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

  it("has nothing when nothing was earned, or after a loss", async () => {
    const { savings, first, ana, carla, assertions } = await earnedWorld();
    await savings.write.claimYield([ana.address], { account: ana });
    for (const account of [ana, carla]) {
      await assertions.revertWithCustomError(
        savings.write.claimYield([account.address], { account }),
        savings,
        "NothingToClaim",
      );
    }
    await first.write.lose([usd("30")]);
    await assertions.revertWithCustomError(
      savings.write.claimYield([ana.address], { account: ana }),
      savings,
      "NothingToClaim",
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
