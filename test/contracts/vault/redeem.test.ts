import { describe, expect, it } from "vitest";
import { deployWorld, sharesFor, usd } from "../world.ts";

async function savedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  await world.vault.write.deposit([usd("100"), world.ana.address], { account: world.ana });
  await world.vault.write.rebalance();
  return world;
}

describe("KhipuVault.redeem", () => {
  it("pays what the shares are worth", async () => {
    const { vault, ana, balanceOf } = await savedWorld();
    await vault.write.redeem([sharesFor("40"), ana.address, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9940"));
  });

  it("pays what was earned, once it is released", async () => {
    const { vault, ana, balanceOf, earn } = await savedWorld();
    await earn("10");
    await vault.write.redeem([sharesFor("100"), ana.address, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBeGreaterThan(usd("10009.99"));
    expect(await vault.read.totalSupply()).toBe(0n);
  });

  it("takes a loss off at once", async () => {
    const { vault, first, ana, balanceOf } = await savedWorld();
    await first.write.lose([usd("10")]);
    await vault.write.redeem([sharesFor("100"), ana.address, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBeLessThanOrEqual(usd("9990"));
    expect(await balanceOf(ana)).toBeGreaterThan(usd("9989.99"));
  });

  it("refuses more than the owner has", async () => {
    const { vault, ana, assertions } = await savedWorld();
    const tooMany = sharesFor("100") + 1n;
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.redeem([tooMany, ana.address, ana.address], { account: ana }),
      vault,
      "ERC4626ExceededMaxRedeem",
      [ana.address, tooMany, sharesFor("100")],
    );
  });

  it("keeps to the least assets", async () => {
    const { vault, ana, assertions } = await savedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.redeem([sharesFor("1"), ana.address, ana.address, usd("1") + 1n], {
        account: ana,
      }),
      vault,
      "TooFewAssets",
      [usd("1"), usd("1") + 1n],
    );
    await vault.write.redeem([sharesFor("1"), ana.address, ana.address, usd("1")], {
      account: ana,
    });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("99"));
  });

  it("uses up the owner's allowance", async () => {
    const { vault, ana, beto, balanceOf } = await savedWorld();
    await vault.write.approve([beto.address, sharesFor("1")], { account: ana });
    await vault.write.redeem([sharesFor("1"), beto.address, ana.address], { account: beto });
    expect(await balanceOf(beto)).toBe(usd("10001"));
    expect(await vault.read.allowance([ana.address, beto.address])).toBe(0n);
  });
});
