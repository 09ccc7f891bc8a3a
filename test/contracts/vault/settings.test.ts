import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { DAY, deployWorld, usd, VIRTUAL_SHARES } from "../world.ts";

describe("KhipuVault.raiseFee and lowerFee", () => {
  it("book the profit so far at the old rate", async () => {
    const { asset, vault, treasury, first, ana, wait } = await deployWorld({ feeBps: 1_000n });
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.rebalance();
    const feesAreWorth = async () =>
      vault.read.convertToAssets([await vault.read.balanceOf([treasury.address])]);
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.raiseFee([2_000n]);
    await wait(DAY);
    expect(Number(await feesAreWorth())).toBeCloseTo(Number(usd("1")), -2);
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.lowerFee([0n]);
    await wait(DAY);
    // A fifth of the new profit, and the first fee has earned its part of the rest.
    expect(Number(await feesAreWorth())).toBeCloseTo(Number(usd("3.0727")), -3);
    expect(await vault.read.feeBps()).toBe(0n);
  });

  it("each go one way only, and never above the limit in code", async () => {
    const { vault, assertions } = await deployWorld({ feeBps: 1_000n });
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.raiseFee([999n]),
      vault,
      "FeeOutOfRange",
      [999n],
    );
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.raiseFee([2_001n]),
      vault,
      "FeeOutOfRange",
      [2_001n],
    );
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.lowerFee([1_001n]),
      vault,
      "FeeOutOfRange",
      [1_001n],
    );
    expect(await vault.read.maxFeeBps()).toBe(2_000n);
    await assertions.emitWithArgs(vault.write.raiseFee([2_000n]), vault, "FeeSet", [2_000n]);
  });
});

describe("KhipuVault.setFeeRecipient", () => {
  it("leaves the fee on the profit so far to the old one", async () => {
    const { asset, vault, treasury, first, ana, beto } = await deployWorld();
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.rebalance();
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.setFeeRecipient([beto.address]);
    expect(await vault.read.balanceOf([treasury.address])).toBeGreaterThan(0n);
    expect(await vault.read.balanceOf([beto.address])).toBe(0n);
    expect((await vault.read.feeRecipient()).toLowerCase()).toBe(beto.address);
  });

  it("refuses nobody", async () => {
    const { vault, assertions } = await deployWorld();
    await assertions.revertWithCustomError(
      vault.write.setFeeRecipient([zeroAddress]),
      vault,
      "ZeroAddress",
    );
  });
});

describe("KhipuVault.setIdleBuffer", () => {
  it("takes up to all", async () => {
    const { vault, assertions } = await deployWorld();
    await assertions.emitWithArgs(vault.write.setIdleBuffer([10_000n]), vault, "IdleBufferSet", [
      10_000n,
    ]);
    expect(await vault.read.idleBufferBps()).toBe(10_000n);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.setIdleBuffer([10_001n]),
      vault,
      "BufferOutOfRange",
      [10_001n],
    );
  });
});

describe("KhipuVault.stopDeposits and resumeDeposits", () => {
  it("stop and allow deposits", async () => {
    const { vault, roles, ana, assertions } = await deployWorld();
    const is = (address: string) => address.toLowerCase() === roles.address;
    await assertions.emitWithArgs(vault.write.stopDeposits(), vault, "DepositsStopped", [is]);
    expect(await vault.read.depositsStopped()).toBe(true);
    expect(await vault.read.maxDeposit([ana.address])).toBe(0n);
    await assertions.emitWithArgs(vault.write.resumeDeposits(), vault, "DepositsResumed", [is]);
    await vault.write.deposit([1n, ana.address], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(VIRTUAL_SHARES);
  });
});

describe("A vault", () => {
  it("is deployed with an unlock period of up to 30 days", async () => {
    const { viem, asset, manager, vault, ana, assertions } = await deployWorld();
    for (const period of [0n, BigInt(30 * DAY + 1)]) {
      await assertions.revertWithCustomErrorWithArgs(
        viem.deployContract("KhipuVault", [
          asset.address,
          "V",
          "V",
          manager.address,
          ana.address,
          period,
        ]),
        vault,
        "UnlockPeriodOutOfRange",
        [period],
      );
    }
    const longest = BigInt(30 * DAY);
    const other = await viem.deployContract("KhipuVault", [
      asset.address,
      "V",
      "V",
      manager.address,
      ana.address,
      longest,
    ]);
    expect(await other.read.unlockPeriod()).toBe(longest);
  });
});
