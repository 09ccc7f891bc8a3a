import { describe, expect, it } from "vitest";
import { DAY, deployWorld, mood, sharesFor, UINT128_MAX, usd, VIRTUAL_SHARES } from "../world.ts";

describe("KhipuVault.deposit", () => {
  it("mints a million million shares for the asset's smallest unit at first", async () => {
    const { vault, ana } = await deployWorld();
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("100"));
    expect(await vault.read.totalAssets()).toBe(usd("100"));
    expect(await vault.read.idle()).toBe(usd("100"));
    expect(await vault.read.decimals()).toBe(18);
  });

  it("says what happened and what the books are then", async () => {
    const { vault, ana, assertions } = await deployWorld();
    const transaction = vault.write.deposit([usd("100"), ana.address], { account: ana });
    await assertions.emitWithArgs(transaction, vault, "Deposit", [
      ana.address,
      ana.address,
      usd("100"),
      sharesFor("100"),
    ]);
    await assertions.emitWithArgs(
      vault.write.deposit([usd("50"), ana.address], { account: ana }),
      vault,
      "AccountsUpdated",
      [usd("150"), sharesFor("150"), 0n, 0n, 0n],
    );
  });

  it("gives the shares to somebody else when asked to", async () => {
    const { vault, ana, beto } = await deployWorld();
    await vault.write.deposit([usd("5"), beto.address], { account: ana });
    expect(await vault.read.balanceOf([beto.address])).toBe(sharesFor("5"));
  });

  it("gives fewer shares once the vault has earned", async () => {
    const { vault, ana, beto, earn } = await deployWorld({ feeBps: 0n });
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.rebalance();
    await earn("50");
    await vault.write.deposit([usd("100"), beto.address], { account: beto });
    const shares = await vault.read.balanceOf([beto.address]);
    expect(shares).toBeGreaterThan(sharesFor("66.666"));
    expect(shares).toBeLessThan(sharesFor("66.668"));
  });

  it("keeps to the least number of shares", async () => {
    const { vault, ana, assertions } = await deployWorld();
    const shares = sharesFor("10");
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.deposit([usd("10"), ana.address, shares + 1n], { account: ana }),
      vault,
      "TooFewShares",
      [shares, shares + 1n],
    );
    await vault.write.deposit([usd("10"), ana.address, shares], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(shares);
  });

  it("refuses an asset that keeps a toll", async () => {
    const world = await deployWorld();
    const { viem, ana, assertions } = world;
    const toll = await viem.deployContract("TollToken");
    const vault = await viem.deployContract("KhipuVault", [
      toll.address,
      "Toll vault",
      "kvTOLL",
      world.manager.address,
      ana.address,
      1n,
    ]);
    await toll.write.mint([ana.address, 1_000n]);
    await toll.write.approve([vault.address, 1_000n], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.deposit([1_000n, ana.address], { account: ana }),
      vault,
      "AssetTookFee",
      [1_000n, 990n],
    );
  });

  it("refuses what is too small for a share, and takes nothing at all for nothing", async () => {
    const world = await deployWorld({ feeBps: 0n, idleBufferBps: 0n });
    const { asset, vault, ana, assertions } = world;
    await vault.write.deposit([1n, ana.address], { account: ana });
    // One unit and a million million shares in the vault: now each share is worth more than a unit.
    await asset.write.mint([ana.address, usd("5000000")]);
    await vault.write.donate([usd("5000000")], { account: ana });
    await world.wait(DAY);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.deposit([1n, ana.address], { account: ana }),
      vault,
      "ZeroShares",
      [1n],
    );
    await vault.write.deposit([0n, ana.address], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(VIRTUAL_SHARES);
  });

  it("has an end to what it takes", async () => {
    const { asset, vault, ana, assertions } = await deployWorld();
    const most = await vault.read.maxDeposit([ana.address]);
    expect(most).toBe(UINT128_MAX / VIRTUAL_SHARES);
    await asset.write.mint([ana.address, most]);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.deposit([most + 1n, ana.address], { account: ana }),
      vault,
      "ERC4626ExceededMaxDeposit",
      [ana.address, most + 1n, most],
    );
  });

  it.each(["RevertsOnReading", "AnswersShort", "AnswersNonsense", "BurnsGasOnReading"] as const)(
    "takes nothing while a strategy that holds money %s",
    async (failure) => {
      const { vault, first, ana, assertions } = await deployWorld();
      await vault.write.deposit([usd("100"), ana.address], { account: ana });
      await vault.write.rebalance();
      await first.write.setMood([mood(failure)]);
      expect(await vault.read.maxDeposit([ana.address])).toBe(0n);
      expect(await vault.read.maxMint([ana.address])).toBe(0n);
      await assertions.revertWithCustomErrorWithArgs(
        vault.write.deposit([usd("1"), ana.address], { account: ana }),
        vault,
        "ERC4626ExceededMaxDeposit",
        [ana.address, usd("1"), 0n],
      );
    },
  );
});
