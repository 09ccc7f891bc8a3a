import { describe, expect, it } from "vitest";
import { deployWorld, mood, sharesFor, usd } from "../world.ts";

/** Ana and Beto have 100 each: 10 are idle, 120 in the first strategy, 70 in the second. */
async function investedWorld() {
  const world = await deployWorld();
  const { vault, ana, beto } = world;
  await vault.write.deposit([usd("100"), ana.address], { account: ana });
  await vault.write.deposit([usd("100"), beto.address], { account: beto });
  await vault.write.rebalance();
  return world;
}

describe("KhipuVault.withdraw", () => {
  it("pays from idle money first", async () => {
    const { vault, first, ana, balanceOf } = await investedWorld();
    const before = await vault.read.holdingOf([first.address]);
    await vault.write.withdraw([usd("10"), ana.address, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9910"));
    expect(await vault.read.idle()).toBe(0n);
    expect(await vault.read.holdingOf([first.address])).toEqual(before);
  });

  it("then from the strategies, in withdrawal order", async () => {
    const { vault, first, second, ana, balanceOf, assertions } = await investedWorld();
    await vault.write.setWithdrawalOrder([[second.address, first.address]]);
    await assertions.emitWithArgs(
      vault.write.withdraw([usd("90"), ana.address, ana.address], { account: ana }),
      vault,
      "StrategyDrawn",
      [
        (address: string) => address.toLowerCase() === first.address,
        usd("10"),
        usd("110"),
        usd("90"),
      ],
    );
    expect(await balanceOf(ana)).toBe(usd("9990"));
    expect((await vault.read.holdingOf([second.address])).assets).toBe(0n);
  });

  it("books the shares of a strategy that it took as gone", async () => {
    const { vault, first, ana } = await investedWorld();
    await vault.write.withdraw([usd("90"), ana.address, ana.address], { account: ana });
    const held = await first.read.balanceOf([vault.address]);
    expect((await vault.read.holdingOf([first.address])).shares).toBe(held);
    expect(held).toBeLessThan(usd("120"));
  });

  it("passes over a strategy that has nothing to give now, without a word", async () => {
    const { vault, first, second, ana } = await investedWorld();
    await first.write.setLiquid([0n]);
    await vault.write.withdraw([usd("50"), ana.address, ana.address], { account: ana });
    const drawn = await vault.getEvents.StrategyDrawn();
    expect(drawn.map(({ args }) => args.strategy?.toLowerCase())).toEqual([second.address]);
    expect(await vault.getEvents.StrategyLeftOut()).toEqual([]);
  });

  it("counts no gain as available before it is booked", async () => {
    const { vault, asset, first } = await investedWorld();
    await asset.write.mint([first.address, usd("30")]);
    expect(await vault.read.liquidity()).toBe(usd("200"));
  });

  it("says what happened", async () => {
    const { vault, ana, beto, assertions } = await investedWorld();
    await assertions.emitWithArgs(
      vault.write.withdraw([usd("4"), beto.address, ana.address], { account: ana }),
      vault,
      "Withdraw",
      [ana.address, beto.address, ana.address, usd("4"), sharesFor("4")],
    );
  });

  it("refuses more than the owner has", async () => {
    const { vault, ana, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.withdraw([usd("100") + 1n, ana.address, ana.address], { account: ana }),
      vault,
      "ERC4626ExceededMaxWithdraw",
      [ana.address, usd("100") + 1n, usd("100")],
    );
  });

  it("needs the owner's allowance for somebody else", async () => {
    const { vault, ana, beto, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.withdraw([usd("1"), beto.address, ana.address], { account: beto }),
      vault,
      "ERC20InsufficientAllowance",
      [beto.address, 0n, sharesFor("1")],
    );
  });

  it("keeps to the most shares", async () => {
    const { vault, ana, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.withdraw([usd("1"), ana.address, ana.address, sharesFor("1") - 1n], {
        account: ana,
      }),
      vault,
      "TooManyShares",
      [sharesFor("1"), sharesFor("1") - 1n],
    );
    await vault.write.withdraw([usd("1"), ana.address, ana.address, sharesFor("1")], {
      account: ana,
    });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("99"));
  });

  it("works while deposits are stopped", async () => {
    const { vault, ana, balanceOf } = await investedWorld();
    await vault.write.stopDeposits();
    await vault.write.withdraw([usd("100"), ana.address, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("10000"));
  });

  it.each(["RevertsOnReading", "AnswersShort", "AnswersNonsense", "BurnsGasOnReading"] as const)(
    "counts a strategy that %s as nothing until it can be read",
    async (failure) => {
      const { vault, first, ana, beto, balanceOf, assertions } = await investedWorld();
      await first.write.setMood([mood(failure)]);
      // 120 of 200 are in it, so that half of the rest is Ana's.
      expect(await vault.read.maxWithdraw([ana.address])).toBe(usd("40"));
      expect((await vault.read.certainPrice())[1]).toBe(false);
      await assertions.revertWithCustomErrorWithArgs(
        vault.write.withdraw([usd("41"), ana.address, ana.address], { account: ana }),
        vault,
        "ERC4626ExceededMaxWithdraw",
        [ana.address, usd("41"), usd("40")],
      );
      await vault.write.withdraw([usd("40"), ana.address, ana.address], { account: ana });
      expect(await balanceOf(ana)).toBe(usd("9940"));
      // What she left behind is for who stayed.
      await first.write.setMood([mood("Good")]);
      expect(await vault.read.convertToAssets([await vault.read.balanceOf([beto.address])])).toBe(
        usd("160") - 2n,
      );
    },
  );

  it.each([
    "RevertsOnLimits",
    "RevertsOnWithdrawal",
    "BurnsGasOnWithdrawal",
    "PaysLess",
    "BurnsTooMany",
  ] as const)("pays from the other strategy when one %s", async (failure) => {
    const { vault, first, second, ana, balanceOf } = await investedWorld();
    await first.write.setMood([mood(failure)]);
    await vault.write.withdraw([usd("80"), ana.address, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9980"));
    const inFirst = await vault.read.holdingOf([first.address]);
    const inSecond = await vault.read.holdingOf([second.address]);
    expect(inFirst.assets + inSecond.assets + (await vault.read.idle())).toBe(usd("120"));
  });

  it("names the strategy that it left out", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    await first.write.setMood([mood("RevertsOnWithdrawal")]);
    await assertions.emitWithArgs(
      vault.write.withdraw([usd("50"), ana.address, ana.address], { account: ana }),
      vault,
      "StrategyLeftOut",
      [(address: string) => address.toLowerCase() === first.address, usd("40")],
    );
  });

  it("says how much there is when it is too little now, and takes no shares", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    await first.write.setLiquid([usd("1")]);
    expect(await vault.read.liquidity()).toBe(usd("81"));
    expect(await vault.read.maxWithdraw([ana.address])).toBe(usd("81"));
    expect(await vault.read.maxRedeem([ana.address])).toBe(sharesFor("81"));
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.withdraw([usd("82"), ana.address, ana.address], { account: ana }),
      vault,
      "InsufficientLiquidity",
      [usd("82"), usd("81")],
    );
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("100"));
    await vault.write.withdraw([usd("81"), ana.address, ana.address], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("19"));
  });

  it("charges an exit fee of a strategy to those who chose it, not to those who stay", async () => {
    const { vault, first, ana, beto } = await investedWorld();
    await first.write.setExitFee([100n]);
    const before = await vault.read.convertToAssets([sharesFor("100")]);
    expect(before).toBe(usd("99.4"));
    await vault.write.withdraw([usd("90"), ana.address, ana.address], { account: ana });
    expect(await vault.read.maxWithdraw([beto.address])).toBeGreaterThanOrEqual(before - 3n);
  });

  it("refuses to go on with so little gas that a loss could be hidden", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    await first.write.setMood([mood("BurnsGasOnReading")]);
    await assertions.revertWithCustomError(
      vault.write.withdraw([usd("1"), ana.address, ana.address], { account: ana, gas: 320_000n }),
      vault,
      "NotEnoughGas",
    );
    await vault.write.withdraw([usd("1"), ana.address, ana.address], {
      account: ana,
      gas: 3_000_000n,
    });
    // It cannot be read, so that a share is worth 0.4 for now.
    expect(await vault.read.balanceOf([ana.address])).toBeLessThan(sharesFor("97.51"));
  });

  it("keeps the steps of moving money to itself", async () => {
    const { vault, first, ana, assertions } = await investedWorld();
    const attempts = [
      vault.write.drawFrom([first.address, 1n, 1n], { account: ana }),
      vault.write.supplyTo([first.address, 1n], { account: ana }),
      vault.write.drainFrom([first.address, 1n, 1n], { account: ana }),
      vault.write.handOver([first.address, ana.address, 1n], { account: ana }),
    ];
    for (const attempt of attempts) {
      await assertions.revertWithCustomErrorWithArgs(attempt, vault, "OnlySelf", [
        (address: string) => address.toLowerCase() === ana.address,
      ]);
    }
  });
});
