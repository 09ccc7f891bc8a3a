import { encodeFunctionData, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { signPermit } from "../permits.ts";
import { deployWorld, sharesFor, UINT128_MAX, usd } from "../world.ts";

const FOREVER = 10_000_000_000n;

describe("SavingsPool.deposit", () => {
  it("gives the saver a position worth what was paid", async () => {
    const { savings, vault, ana } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    expect(await savings.read.positionOf([ana.address])).toEqual([
      sharesFor("100"),
      usd("100"),
      usd("100"),
      0n,
    ]);
    expect(await savings.read.totals()).toEqual([sharesFor("100"), usd("100")]);
    expect(await vault.read.balanceOf([savings.address])).toBe(sharesFor("100"));
  });

  it("says what happened and what everything is then", async () => {
    const { savings, ana, beto, assertions } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await savings.write.deposit([usd("50"), beto.address, 0n], { account: beto });
    await assertions.emitWithArgs(
      savings.write.deposit([usd("10"), beto.address, 0n], { account: ana }),
      savings,
      "DepositMade",
      [
        ana.address,
        beto.address,
        usd("10"),
        sharesFor("10"),
        usd("60"),
        sharesFor("60"),
        usd("160"),
        sharesFor("160"),
      ],
    );
  });

  it("lets somebody pay for somebody else, who alone can take it out", async () => {
    const { savings, ana, beto, balanceOf, assertions } = await deployWorld();
    await savings.write.deposit([usd("10"), beto.address, 0n], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.withdrawAll([ana.address, 0n], { account: ana }),
      savings,
      "NothingSaved",
      [(address: string) => address.toLowerCase() === ana.address],
    );
    await savings.write.withdrawAll([beto.address, 0n], { account: beto });
    expect(await balanceOf(beto)).toBe(usd("10010"));
  });

  it("buys in at the price of the moment, so that nobody shares in earlier yield", async () => {
    const { savings, vault, ana, beto, earn } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await earn("10");
    await savings.write.deposit([usd("100"), beto.address, 0n], { account: beto });
    const [, , value, earned] = await savings.read.positionOf([beto.address]);
    expect(value).toBeLessThanOrEqual(usd("100"));
    expect(earned).toBe(0n);
    expect((await savings.read.positionOf([ana.address]))[3]).toBeGreaterThan(usd("8.99"));
  });

  it("keeps to the least number of shares", async () => {
    const { savings, vault, ana, assertions } = await deployWorld();
    const tooMany = sharesFor("10") + 1n;
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([usd("10"), ana.address, tooMany], { account: ana }),
      vault,
      "TooFewShares",
      [sharesFor("10"), tooMany],
    );
  });

  it("refuses nothing, too little, and nobody", async () => {
    const { savings, viem, vault, manager, ana, asset, assertions } = await deployWorld();
    const below = usd("1") - 1n;
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([below, ana.address, 0n], { account: ana }),
      savings,
      "BelowMinimum",
      [below, usd("1")],
    );
    await assertions.revertWithCustomError(
      savings.write.deposit([usd("1"), zeroAddress, 0n], { account: ana }),
      savings,
      "ZeroAddress",
    );
    await savings.write.deposit([usd("1"), ana.address, 0n], { account: ana });
    const withoutMinimum = await viem.deployContract("SavingsPool", [
      vault.address,
      manager.address,
      0n,
      UINT128_MAX,
      UINT128_MAX,
      0n,
    ]);
    await asset.write.approve([withoutMinimum.address, 1n], { account: ana });
    await assertions.revertWithCustomError(
      withoutMinimum.write.deposit([0n, ana.address, 0n], { account: ana }),
      withoutMinimum,
      "ZeroAmount",
    );
  });

  it("refuses while the vault takes no deposits", async () => {
    const { savings, vault, ana, assertions } = await deployWorld();
    await vault.write.stopDeposits();
    expect(await savings.read.maxDeposit([ana.address])).toBe(0n);
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([usd("1"), ana.address, 0n], { account: ana }),
      vault,
      "ERC4626ExceededMaxDeposit",
      [(address: string) => address.toLowerCase() === savings.address, usd("1"), 0n],
    );
  });
});

describe("SavingsPool limits", () => {
  it("hold for one saver and for all", async () => {
    const { savings, ana, beto, assertions } = await deployWorld();
    await savings.write.lowerLimits([usd("100"), usd("150")]);
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    expect(await savings.read.maxDeposit([ana.address])).toBe(0n);
    expect(await savings.read.maxDeposit([beto.address])).toBe(usd("50"));
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([usd("1"), ana.address, 0n], { account: ana }),
      savings,
      "AboveSaverLimit",
      [usd("101"), usd("100")],
    );
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([usd("51"), beto.address, 0n], { account: beto }),
      savings,
      "AboveTotalLimit",
      [usd("151"), usd("150")],
    );
    await savings.write.deposit([usd("50"), beto.address, 0n], { account: beto });
    expect(await savings.read.totals()).toEqual([sharesFor("150"), usd("150")]);
  });

  it("leave out what one saver can have no more of, so that nobody can spoil a deposit by paying for somebody", async () => {
    const { savings, ana, carla, balanceOf, assertions } = await deployWorld();
    await savings.write.lowerLimits([usd("100"), UINT128_MAX]);
    await savings.write.deposit([usd("10"), ana.address, 0n], { account: ana });
    for (let times = 0; times < 2; times++) {
      await savings.write.deposit([usd("1"), ana.address, 0n], { account: carla });
    }
    await savings.write.deposit([usd("90"), ana.address, sharesFor("88")], { account: ana });
    expect((await savings.read.positionOf([ana.address]))[1]).toBe(usd("100"));
    expect(await balanceOf(ana)).toBe(usd("9902"));
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([usd("1"), ana.address, 0n], { account: carla }),
      savings,
      "AboveSaverLimit",
      [usd("101"), usd("100")],
    );
  });

  it("leave out no more than the depositor accepts", async () => {
    const { savings, vault, ana, carla, assertions } = await deployWorld();
    await savings.write.lowerLimits([usd("100"), UINT128_MAX]);
    await savings.write.deposit([usd("50"), ana.address, 0n], { account: carla });
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.deposit([usd("100"), ana.address, sharesFor("99")], { account: ana }),
      vault,
      "TooFewShares",
      [sharesFor("50"), sharesFor("99")],
    );
  });

  it("go up by one function and down by the other", async () => {
    const { savings, assertions } = await deployWorld();
    await assertions.emitWithArgs(savings.write.lowerLimits([10n, 20n]), savings, "LimitsSet", [
      10n,
      20n,
    ]);
    for (const limits of [
      [11n, 20n],
      [10n, 21n],
    ] as const) {
      await assertions.revertWithCustomErrorWithArgs(
        savings.write.lowerLimits(limits),
        savings,
        "LimitsOutOfRange",
        [...limits],
      );
    }
    for (const limits of [
      [9n, 20n],
      [10n, 19n],
    ] as const) {
      await assertions.revertWithCustomErrorWithArgs(
        savings.write.raiseLimits(limits),
        savings,
        "LimitsOutOfRange",
        [...limits],
      );
    }
    await savings.write.raiseLimits([30n, 40n]);
    expect(await savings.read.limits()).toEqual([30n, 40n]);
  });

  it("can each be left as they are", async () => {
    const { savings } = await deployWorld();
    await savings.write.lowerLimits([10n, UINT128_MAX]);
    await savings.write.lowerLimits([10n, 20n]);
    await savings.write.raiseLimits([11n, 20n]);
    await savings.write.raiseLimits([11n, 21n]);
    expect(await savings.read.limits()).toEqual([11n, 21n]);
  });

  it("never keep anybody in", async () => {
    const { savings, ana, balanceOf } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await savings.write.lowerLimits([0n, 0n]);
    await savings.write.withdrawAll([ana.address, usd("100")], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("10000"));
  });
});

describe("SavingsPool.depositWithPermit", () => {
  it("needs no approval before, and does not mind a permit that was used already", async () => {
    const world = await deployWorld();
    const { asset, savings, ana, beto } = world;
    await asset.write.approve([savings.address, 0n], { account: ana });
    const spender = savings.address;
    for (const stolen of [false, true]) {
      const { v, r, s } = await signPermit(world, ana, {
        spender,
        value: usd("10"),
        deadline: FOREVER,
      });
      if (stolen) {
        await asset.write.permit([ana.address, spender, usd("10"), FOREVER, v, r, s], {
          account: beto,
        });
      }
      await savings.write.depositWithPermit([usd("10"), ana.address, 0n, FOREVER, v, r, s], {
        account: ana,
      });
    }
    expect((await savings.read.positionOf([ana.address]))[1]).toBe(usd("20"));
  });

  it("serves a contract wallet by way of usePermit and multicall", async () => {
    const world = await deployWorld();
    const { asset, savings, viem, ana } = world;
    const wallet = await viem.deployContract("ContractWallet", [ana.address]);
    await asset.write.mint([wallet.address, usd("10")]);
    const permit = {
      owner: wallet.address,
      spender: savings.address,
      value: usd("10"),
      deadline: FOREVER,
    };
    const { signature } = await signPermit(world, ana, permit);
    const { abi } = savings;
    const calls = [
      encodeFunctionData({ abi, functionName: "usePermit", args: [usd("10"), FOREVER, signature] }),
      encodeFunctionData({ abi, functionName: "deposit", args: [usd("10"), wallet.address, 0n] }),
    ];
    const batch = encodeFunctionData({ abi, functionName: "multicall", args: [calls] });
    await wallet.write.execute([savings.address, batch], { account: ana });
    expect((await savings.read.positionOf([wallet.address]))[1]).toBe(usd("10"));
  });
});
