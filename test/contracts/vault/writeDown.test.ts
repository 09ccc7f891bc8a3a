import { describe, expect, it } from "vitest";
import { DAY, deployWorld, is, mood, sharesFor, UINT128_MAX, usd } from "../world.ts";

/** Ana has 100: 60 in the first strategy, 35 in the second, 5 idle. */
async function investedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  await world.vault.write.deposit([usd("100"), world.ana.address], { account: world.ana });
  await world.vault.write.rebalance();
  return world;
}

describe("KhipuVault.writeOff and writeDown", () => {
  it("book a dead strategy as everybody's loss, and keep newcomers out of what may come back", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await assertions.emitWithArgs(
      vault.write.writeOff([first.address]),
      vault,
      "StrategyWrittenOff",
      [is(first), usd("60")],
    );
    expect(await vault.read.totalAssets()).toBe(usd("40"));
    expect(await vault.read.lossToRecover()).toBe(usd("60"));
    expect((await vault.read.certainPrice())[1]).toBe(true);
    expect(await vault.read.maxDeposit([ana.address])).toBe(0n);
    expect(await vault.read.lossOf([first.address])).toEqual([usd("60"), true, true, true]);
    await vault.write.withdraw([usd("40"), ana.address, ana.address], { account: ana });
  });

  it("book a strategy that can be read but not be had at what it is worth", async () => {
    const { vault, first } = await investedWorld();
    await first.write.setLiquid([0n]);
    await vault.write.writeDown([first.address, usd("20")]);
    expect(await vault.read.totalAssets()).toBe(usd("60"));
    // What it says about itself does not count any more.
    await vault.write.report();
    expect(await vault.read.totalAssets()).toBe(usd("60"));
    expect(await vault.read.lockedProfit()).toBe(0n);
  });

  it("let locked profit bear it first", async () => {
    const { asset, vault, first, second } = await investedWorld();
    await asset.write.mint([second.address, usd("30")]);
    await vault.write.report();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await vault.write.writeDown([first.address, usd("40")]);
    await first.write.setMood([mood("Good")]);
    expect(await vault.read.convertToAssets([sharesFor("100")])).toBeGreaterThanOrEqual(usd("100"));
    expect(await vault.read.lockedProfit()).toBeLessThan(usd("10.01"));
  });

  it("give what comes back to those who bore the loss, at once and without a fee", async () => {
    const { vault, treasury, first } = await investedWorld();
    await vault.write.raiseFee([1_000n]);
    await vault.write.writeOff([first.address]);
    expect(await vault.read.totalAssets()).toBe(usd("40"));
    await vault.write.removeStrategy([first.address]);
    expect(await vault.read.totalAssets()).toBe(usd("100"));
    expect(await vault.read.lockedProfit()).toBe(0n);
    expect(await vault.read.balanceOf([treasury.address])).toBe(0n);
    expect(await vault.read.lossToRecover()).toBe(0n);
  });

  it("lock what comes back beyond what was lost, and take the fee on it", async () => {
    const { asset, vault, treasury, first } = await investedWorld();
    await vault.write.raiseFee([1_000n]);
    await vault.write.writeOff([first.address]);
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.removeStrategy([first.address]);
    const worth = await vault.read.convertToAssets([sharesFor("100")]);
    expect(worth).toBeGreaterThanOrEqual(usd("100"));
    expect(worth).toBeLessThan(usd("100.01"));
    expect(await vault.read.lockedProfit()).toBeGreaterThan(usd("8.99"));
    expect(await vault.read.balanceOf([treasury.address])).toBeGreaterThan(0n);
  });

  it("refuse what is booked at no more than that already, and what is not there", async () => {
    const { viem, asset, vault, first, ana, assertions } = await investedWorld();
    const third = await viem.deployContract("MoodyStrategy", [asset.address]);
    await vault.write.addStrategy([third.address, { absolute: UINT128_MAX, relativeBps: 10_000 }]);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.writeOff([third.address]),
      vault,
      "NothingToWriteDown",
      [is(third), 0n],
    );
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.writeDown([first.address, usd("60")]),
      vault,
      "NothingToWriteDown",
      [is(first), usd("60")],
    );
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.writeOff([ana.address]),
      vault,
      "StrategyUnknown",
      [is(ana)],
    );
  });
});

describe("KhipuVault.acceptValue", () => {
  it("makes a loss final: deposits open, and later gains are profit like any other", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    await vault.write.writeDown([first.address, usd("20")]);
    await assertions.emitWithArgs(
      vault.write.acceptValue([first.address]),
      vault,
      "ValueAccepted",
      // It can be read, and says that nothing is lost.
      [is(first), usd("60")],
    );
    expect(await vault.read.totalAssets()).toBe(usd("100"));
    expect(await vault.read.maxDeposit([ana.address])).toBeGreaterThan(0n);
    expect(await vault.read.lossOf([first.address])).toEqual([0n, false, false, false]);
  });

  it("gives up for good what cannot be read and was written off, so that deposits go on", async () => {
    const { vault, first, ana } = await investedWorld();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await vault.write.writeOff([first.address]);
    await vault.write.acceptValue([first.address]);
    await vault.write.deposit([usd("40"), ana.address], { account: ana });
    expect(await vault.read.totalAssets()).toBe(usd("80"));
    await vault.write.removeStrategy([first.address]);
    expect((await vault.read.capsOf([first.address]))[1]).toBe(false);
    // What it pays after all can still be had for the savers.
    await first.write.setMood([mood("Good")]);
    await vault.write.sendReward([first.address, ana.address]);
    expect(await first.read.balanceOf([ana.address])).toBe(usd("60"));
  });

  it("locks a gain beyond the limit that the curator vouches for", async () => {
    const { asset, vault, first } = await investedWorld();
    await asset.write.mint([first.address, usd("200")]);
    await vault.write.report();
    expect((await vault.read.holdingOf([first.address])).assets).toBe(usd("120"));
    await vault.write.acceptValue([first.address]);
    expect((await vault.read.holdingOf([first.address])).assets).toBeGreaterThan(usd("259.9999"));
    expect(await vault.read.totalAssets()).toBeLessThan(usd("100.01"));
    expect(await vault.read.lockedProfit()).toBeGreaterThan(usd("199.9"));
  });

  it("lets a strategy that lost something have money again", async () => {
    const { vault, first, ana } = await investedWorld();
    await first.write.lose([usd("1")]);
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.rebalance();
    expect((await vault.read.holdingOf([first.address])).assets).toBe(usd("59"));
    await vault.write.acceptValue([first.address]);
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.rebalance();
    expect((await vault.read.holdingOf([first.address])).assets).toBeGreaterThan(usd("100"));
  });
});

describe("KhipuVault.donate and sendReward", () => {
  it("turn rewards into profit that is released over time, and never touch what savers have", async () => {
    const { viem, asset, vault, first, beto, assertions } = await investedWorld();
    const reward = await viem.deployContract("FaucetToken", ["Reward", "RWD", 18, 10n ** 21n]);
    await reward.write.mint([vault.address, 5n]);
    await vault.write.sendReward([reward.address, beto.address]);
    expect(await reward.read.balanceOf([beto.address])).toBe(5n);
    for (const token of [asset, first]) {
      await assertions.revertWithCustomError(
        vault.write.sendReward([token.address, beto.address]),
        vault,
        "ZeroAmount",
      );
    }
    await vault.write.donate([usd("10")], { account: beto });
    expect(await vault.read.totalAssets()).toBeLessThan(usd("100.01"));
    await viem.getTestClient().then((client) => client.increaseTime({ seconds: DAY }));
    await vault.write.report();
    expect(await vault.read.totalAssets()).toBe(usd("110"));
  });
});
