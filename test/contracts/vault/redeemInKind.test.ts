import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { deployWorld, mood, sharesFor, usd } from "../world.ts";

async function investedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  const { vault, ana, beto } = world;
  await vault.write.deposit([usd("100"), ana.address], { account: ana });
  await vault.write.deposit([usd("100"), beto.address], { account: beto });
  await vault.write.rebalance();
  return world;
}

/** The virtual shares have a part of a unit of everything. */
const roundedDown = (amount: string) => usd(amount) - 1n;

describe("KhipuVault.redeemInKind", () => {
  it("pays an equal part of everything", async () => {
    const { vault, first, second, ana, balanceOf } = await investedWorld();
    await vault.write.redeemInKind([sharesFor("100"), ana.address, ana.address, []], {
      account: ana,
    });
    expect(await balanceOf(ana)).toBe(usd("9900") + roundedDown("5"));
    expect(await first.read.balanceOf([ana.address])).toBe(roundedDown("60"));
    expect(await second.read.balanceOf([ana.address])).toBe(roundedDown("35"));
    expect(await vault.read.balanceOf([ana.address])).toBe(0n);
    expect(await vault.read.totalAssets()).toBe(usd("100") + 3n);
    for (const strategy of [first, second]) {
      expect((await vault.read.holdingOf([strategy.address])).shares).toBe(
        await strategy.read.balanceOf([vault.address]),
      );
    }
  });

  it("says what it paid", async () => {
    const { vault, ana, beto, assertions } = await investedWorld();
    await assertions.emitWithArgs(
      vault.write.redeemInKind([sharesFor("10"), beto.address, ana.address, []], { account: ana }),
      vault,
      "RedeemedInKind",
      [ana.address, beto.address, ana.address, roundedDown("0.5"), usd("10") - 3n, sharesFor("10")],
    );
  });

  it("says which strategy gave what, and what the vault has left in it", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    await assertions.emitWithArgs(
      vault.write.redeemInKind([sharesFor("10"), ana.address, ana.address, []], { account: ana }),
      vault,
      "StrategyHandedOver",
      [first.address, roundedDown("6"), roundedDown("6"), usd("114") + 1n],
    );
  });

  it("works when no strategy pays anything", async () => {
    const { vault, first, second, ana } = await investedWorld();
    await first.write.setMood([mood("RevertsOnReading")]);
    await second.write.setMood([mood("RevertsOnWithdrawal")]);
    await vault.write.redeemInKind([sharesFor("100"), ana.address, ana.address, []], {
      account: ana,
    });
    expect(await first.read.balanceOf([ana.address])).toBe(roundedDown("60"));
    expect(await second.read.balanceOf([ana.address])).toBe(roundedDown("35"));
  });

  it("leaves out a strategy on request, and that part is given up", async () => {
    const { vault, first, second, ana } = await investedWorld();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await vault.write.redeemInKind([sharesFor("100"), ana.address, ana.address, [first.address]], {
      account: ana,
    });
    expect(await second.read.balanceOf([ana.address])).toBe(roundedDown("35"));
    expect(await first.read.balanceOf([ana.address])).toBe(0n);
    expect(await vault.read.balanceOf([ana.address])).toBe(0n);
  });

  it("takes no profit along that nobody has booked yet", async () => {
    const { asset, vault, first, second, ana, beto, balanceOf } = await investedWorld();
    await asset.write.mint([first.address, usd("60")]);
    await vault.write.deposit([usd("9000"), beto.address], { account: beto });
    await vault.write.redeemInKind(
      [await vault.read.balanceOf([beto.address]), beto.address, beto.address, []],
      {
        account: beto,
      },
    );
    const inKind = await Promise.all(
      [first, second].map(async (strategy) =>
        strategy.read.previewRedeem([await strategy.read.balanceOf([beto.address])]),
      ),
    );
    const got = (await balanceOf(beto)) + inKind.reduce((sum, assets) => sum + assets, 0n);
    expect(got).toBeLessThanOrEqual(usd("10000"));
    expect(await vault.read.lockedProfit()).toBeGreaterThan(0n);
    expect(await vault.read.maxWithdraw([ana.address])).toBeGreaterThanOrEqual(usd("100"));
    expect(await vault.read.maxWithdraw([ana.address])).toBeLessThan(usd("100.01"));
  });

  it("needs the owner's allowance for somebody else", async () => {
    const { vault, ana, beto, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.redeemInKind([sharesFor("1"), beto.address, ana.address, []], { account: beto }),
      vault,
      "ERC20InsufficientAllowance",
      [beto.address, 0n, sharesFor("1")],
    );
  });

  it("refuses more than the owner has", async () => {
    const { vault, ana, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.redeemInKind([sharesFor("101"), ana.address, ana.address, [zeroAddress]], {
        account: ana,
      }),
      vault,
      "ERC20InsufficientBalance",
      [ana.address, sharesFor("100"), sharesFor("101")],
    );
  });

  it("refuses shares that are worth nothing", async () => {
    const { vault, ana, assertions } = await investedWorld();
    await assertions.revertWithCustomError(
      vault.write.redeemInKind([1n, ana.address, ana.address, []], { account: ana }),
      vault,
      "ZeroAmount",
    );
  });
});
