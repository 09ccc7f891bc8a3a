import { describe, expect, it } from "vitest";
import { deployWorld, sharesFor, usd } from "../world.ts";

describe("KhipuVault.mint", () => {
  it("takes what the shares cost", async () => {
    const { vault, ana, balanceOf } = await deployWorld();
    await vault.write.mint([sharesFor("7"), ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9993"));
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("7"));
  });

  it("rounds the price up", async () => {
    const { vault, ana, balanceOf } = await deployWorld();
    await vault.write.mint([1n, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("10000") - 1n);
  });

  it("keeps to the most assets", async () => {
    const { vault, ana, assertions } = await deployWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.mint([sharesFor("7"), ana.address, usd("7") - 1n], { account: ana }),
      vault,
      "TooManyAssets",
      [usd("7"), usd("7") - 1n],
    );
    await vault.write.mint([sharesFor("7"), ana.address, usd("7")], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("7"));
  });

  it("has room for the whole shares that maxDeposit buys, at any price", async () => {
    const { vault, ana, earn } = await deployWorld({ feeBps: 0n });
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.rebalance();
    await earn("7");
    const { assets, shares } = await vault.read.sharePrice();
    const most = await vault.read.maxDeposit([ana.address]);
    expect(await vault.read.maxMint([ana.address])).toBe((most * shares) / assets);
    expect((most * shares) % assets).not.toBe(0n);
  });

  it("refuses more than maxMint", async () => {
    const { vault, ana, assertions } = await deployWorld();
    await vault.write.stopDeposits();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.mint([1n, ana.address], { account: ana }),
      vault,
      "ERC4626ExceededMaxMint",
      [ana.address, 1n, 0n],
    );
  });
});
