import { describe, expect, it } from "vitest";
import { deployTestnet, usd } from "../deployTestnet.ts";

describe("KhipuVault.deposit", () => {
  it("mints a million shares for the asset's smallest unit at first", async () => {
    const { asset, vault, people } = await deployTestnet();
    const ana = people.ana.account;
    await asset.write.drip([ana.address]);
    await asset.write.approve([vault.address, usd("100")], { account: ana });

    await vault.write.deposit([usd("100"), ana.address], { account: ana });

    expect(await vault.read.balanceOf([ana.address])).toBe(usd("100") * 1_000_000n);
    expect(await vault.read.totalAssets()).toBe(usd("100"));
  });

  it("puts idle money to work and books what it earns", async () => {
    const { asset, yieldSource, vault, people, networkHelpers } = await deployTestnet();
    const ana = people.ana.account;
    await asset.write.drip([ana.address]);
    await asset.write.approve([vault.address, usd("100")], { account: ana });
    await vault.write.deposit([usd("100"), ana.address], { account: ana });

    await vault.write.rebalance();
    expect(await vault.read.idle()).toBe(usd("5"));
    expect((await vault.read.holdingOf([yieldSource.address])).assets).toBe(usd("95"));

    await networkHelpers.time.increase(365 * 24 * 3600);
    await vault.write.report();
    expect(await vault.read.totalAssets()).toBeLessThan(usd("101"));
    await networkHelpers.time.increase(24 * 3600);
    expect(await vault.read.totalAssets()).toBeGreaterThan(usd("104.7"));

    await vault.write.redeem(
      [await vault.read.balanceOf([ana.address]), ana.address, ana.address],
      {
        account: ana,
      },
    );
    expect(await asset.read.balanceOf([ana.address])).toBeGreaterThan(usd("1004"));
  });
});
