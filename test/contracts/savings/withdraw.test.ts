import { describe, expect, it } from "vitest";
import { deployWorld, mood, sharesFor, usd } from "../world.ts";

/** Ana has saved 100 and Beto 50; nothing is earned yet. */
async function savedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  const { savings, vault, ana, beto } = world;
  await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
  await savings.write.deposit([usd("50"), beto.address, 0n], { account: beto });
  await vault.write.rebalance();
  return world;
}

const MOST = 2n ** 256n - 1n;

describe("SavingsPool.withdraw", () => {
  it("takes principal out and says what everything is then", async () => {
    const { savings, ana, beto, balanceOf, assertions } = await savedWorld();
    await assertions.emitWithArgs(
      savings.write.withdraw([usd("30"), beto.address, MOST], { account: ana }),
      savings,
      "WithdrawalMade",
      [
        ana.address,
        beto.address,
        usd("30"),
        sharesFor("30"),
        usd("70"),
        sharesFor("70"),
        usd("120"),
        sharesFor("120"),
      ],
    );
    expect(await balanceOf(beto)).toBe(usd("9980"));
  });

  it("takes out everything to the last unit, when nothing was earned", async () => {
    const { savings, ana, balanceOf } = await savedWorld();
    await savings.write.withdraw([usd("100"), ana.address, sharesFor("100")], { account: ana });
    expect(await savings.read.positionOf([ana.address])).toEqual([0n, 0n, 0n, 0n]);
    expect(await balanceOf(ana)).toBe(usd("10000"));
  });

  it("leaves the yield where it is", async () => {
    const { savings, ana, earn } = await savedWorld();
    await earn("15");
    await savings.write.withdraw([usd("100"), ana.address, MOST], { account: ana });
    const [, principal, value, earned] = await savings.read.positionOf([ana.address]);
    expect(principal).toBe(0n);
    expect(value).toBeGreaterThan(usd("9.99"));
    expect(earned).toBe(value);
  });

  it("refuses more than the principal", async () => {
    const { savings, ana, assertions } = await savedWorld();
    const tooMuch = usd("100") + 1n;
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.withdraw([tooMuch, ana.address, MOST], { account: ana }),
      savings,
      "PrincipalTooLow",
      [tooMuch, usd("100")],
    );
  });

  it("refuses nothing", async () => {
    const { savings, ana, assertions } = await savedWorld();
    await assertions.revertWithCustomError(
      savings.write.withdraw([0n, ana.address, MOST], { account: ana }),
      savings,
      "ZeroAmount",
    );
  });

  it("keeps to the most shares", async () => {
    const { savings, ana, assertions } = await savedWorld();
    const most = sharesFor("1") - 1n;
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.withdraw([usd("1"), ana.address, most], { account: ana }),
      savings,
      "TooManyShares",
      [sharesFor("1"), most],
    );
    await savings.write.withdraw([usd("1"), ana.address, sharesFor("1")], { account: ana });
    expect((await savings.read.positionOf([ana.address]))[0]).toBe(sharesFor("99"));
  });

  it("refuses, after a loss, more than the shares are worth", async () => {
    const { savings, vault, first, ana, assertions } = await savedWorld();
    await first.write.lose([usd("30")]);
    const needed = await vault.read.previewWithdraw([usd("100")]);
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.withdraw([usd("100"), ana.address, MOST], { account: ana }),
      savings,
      "SharesTooLow",
      [needed, sharesFor("100")],
    );
  });

  it("can take all the shares after a loss; leaving then clears the mark", async () => {
    const { savings, first, ana, balanceOf } = await savedWorld();
    await first.write.lose([usd("30")]);
    const [, , value] = await savings.read.positionOf([ana.address]);
    await savings.write.withdraw([value, ana.address, MOST], { account: ana });
    expect((await savings.read.positionOf([ana.address]))[1]).toBe(usd("100") - value);
    expect(await balanceOf(ana)).toBe(usd("9900") + value);
    await savings.write.withdrawAll([ana.address, 0n], { account: ana });
    expect(await savings.read.positionOf([ana.address])).toEqual([0n, 0n, 0n, 0n]);
    expect((await savings.read.totals())[1]).toBe(usd("50"));
  });
});

describe("SavingsPool.withdrawAll", () => {
  it("pays principal and yield, each with its event", async () => {
    const { savings, ana, balanceOf, earn } = await savedWorld();
    await earn("15");
    const [shares, , value] = await savings.read.positionOf([ana.address]);
    await savings.write.withdrawAll([ana.address, value], { account: ana });
    const [withdrawal] = await savings.getEvents.WithdrawalMade();
    const [claim] = await savings.getEvents.YieldClaimed();
    expect(withdrawal?.args).toMatchObject({
      assets: usd("100"),
      principalAfter: 0n,
      sharesAfter: claim?.args.shares,
      totalPrincipalAfter: usd("50"),
      totalSharesAfter: sharesFor("50") + (claim?.args.shares ?? 0n),
    });
    expect(claim?.args).toMatchObject({
      assets: value - usd("100"),
      principalAfter: 0n,
      sharesAfter: 0n,
      totalPrincipalAfter: usd("50"),
      totalSharesAfter: sharesFor("50"),
    });
    expect((withdrawal?.args.shares ?? 0n) + (claim?.args.shares ?? 0n)).toBe(shares);
    expect(await balanceOf(ana)).toBe(usd("9900") + value);
    expect(await savings.read.totals()).toEqual([sharesFor("50"), usd("50")]);
  });

  it("pays what there is after a loss, and claims no yield", async () => {
    const { savings, first, ana, balanceOf } = await savedWorld();
    await first.write.lose([usd("30")]);
    const [, , value] = await savings.read.positionOf([ana.address]);
    await savings.write.withdrawAll([ana.address, value], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9900") + value);
    expect(await savings.getEvents.YieldClaimed()).toEqual([]);
    const [withdrawal] = await savings.getEvents.WithdrawalMade();
    expect(withdrawal?.args).toMatchObject({
      assets: value,
      shares: sharesFor("100"),
      sharesAfter: 0n,
    });
    expect((await savings.read.totals())[1]).toBe(usd("50"));
  });

  it("pays the yield that is left when the principal went before", async () => {
    const { savings, vault, ana, earn, balanceOf } = await savedWorld();
    await vault.write.rebalance();
    await earn("15");
    await savings.write.withdraw([usd("100"), ana.address, MOST], { account: ana });
    const [, principal, value] = await savings.read.positionOf([ana.address]);
    expect(principal).toBe(0n);
    await savings.write.withdrawAll([ana.address, value], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("10000") + value);
  });

  it("keeps to the least assets", async () => {
    const { savings, vault, ana, assertions } = await savedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.withdrawAll([ana.address, usd("100") + 1n], { account: ana }),
      vault,
      "TooFewAssets",
      [usd("100"), usd("100") + 1n],
    );
  });

  it("has nothing for who saved nothing", async () => {
    const { savings, carla, assertions } = await savedWorld();
    await assertions.revertWithCustomError(
      savings.write.withdrawAll([carla.address, 0n], { account: carla }),
      savings,
      "NothingSaved",
    );
  });
});

describe("SavingsPool.takeOutShares", () => {
  it("gives the vault shares themselves, whatever the strategies do", async () => {
    const { savings, vault, first, second, ana, assertions } = await savedWorld();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await second.write.setMood([mood("RevertsOnEverything")]);
    await assertions.emitWithArgs(
      savings.write.takeOutShares([ana.address], { account: ana }),
      savings,
      "SharesTakenOut",
      [ana.address, ana.address, sharesFor("100"), usd("100"), usd("50"), sharesFor("50")],
    );
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("100"));
    await vault.write.redeemInKind(
      [sharesFor("100"), ana.address, ana.address, [first.address, second.address]],
      {
        account: ana,
      },
    );
    expect(await vault.read.balanceOf([ana.address])).toBe(0n);
  });

  it("has nothing for who saved nothing", async () => {
    const { savings, carla, assertions } = await savedWorld();
    await assertions.revertWithCustomError(
      savings.write.takeOutShares([carla.address], { account: carla }),
      savings,
      "NothingSaved",
    );
  });
});
