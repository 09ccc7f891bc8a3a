import { describe, expect, it } from "vitest";
import { deployWorld, usd } from "../world.ts";

/** Ana was brought by Beto; the fee of 1 is in the treasury, and Beto has earned about 0.18 of it. */
async function rewardedWorld() {
  const world = await deployWorld();
  const { savings, vault, ana, beto, earn } = world;
  await savings.write.nameReferrer([beto.address], { account: ana });
  await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
  await vault.write.rebalance();
  await earn("10");
  await savings.write.compound([[ana.address]]);
  const reward = await savings.read.referralEarned([beto.address]);
  return {
    ...world,
    reward,
    is: (account: { address: string }) => (address: string) =>
      address.toLowerCase() === account.address,
  };
}

describe("FeeTreasury.claimReferralReward", () => {
  it("pays what the referrer has earned, once", async () => {
    const { treasury, beto, carla, reward, is, balanceOf, assertions } = await rewardedWorld();
    expect(reward).toBeGreaterThan(usd("0.17"));
    expect(await treasury.read.owedTo([beto.address])).toBe(reward);
    await assertions.emitWithArgs(
      treasury.write.claimReferralReward([carla.address], { account: beto }),
      treasury,
      "ReferralRewardClaimed",
      [is(beto), is(carla), reward, reward, reward],
    );
    expect(await balanceOf(carla)).toBe(usd("10000") + reward);
    expect(await treasury.read.claimedBy([beto.address])).toBe(reward);
    await assertions.revertWithCustomErrorWithArgs(
      treasury.write.claimReferralReward([beto.address], { account: beto }),
      treasury,
      "NothingToClaim",
      [is(beto)],
    );
  });

  it("pays as far as the fees go and owes the rest", async () => {
    const { asset, vault, savings, treasury, first, second, ana, beto, reward } =
      await rewardedWorld();
    // The fee is in vault shares too: a loss makes it smaller.
    await first.write.lose([usd("60")]);
    await second.write.lose([usd("34")]);
    const available = await vault.read.maxWithdraw([treasury.address]);
    expect(available).toBeLessThan(reward);
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    expect(await treasury.read.owedTo([beto.address])).toBe(reward - available);
    expect(await treasury.read.collectable()).toBe(0n);
    expect(await asset.read.balanceOf([beto.address])).toBe(usd("10000") + available);
    expect((await savings.read.positionOf([ana.address]))[0]).toBeGreaterThan(0n);
  });
});

describe("FeeTreasury.collect", () => {
  it("pays out what no referrer has earned", async () => {
    const { treasury, vault, roles, carla, reward, is, balanceOf, assertions } =
      await rewardedWorld();
    const all = await vault.read.convertToAssets([await vault.read.balanceOf([treasury.address])]);
    const collectable = await treasury.read.collectable();
    expect(collectable).toBe(all - reward);
    await assertions.revertWithCustomErrorWithArgs(
      treasury.write.collect([carla.address, collectable + 1n]),
      treasury,
      "AboveCollectable",
      [collectable + 1n, collectable],
    );
    await assertions.emitWithArgs(
      treasury.write.collect([carla.address, collectable]),
      treasury,
      "FeeCollected",
      [is(roles), is(carla), collectable],
    );
    expect(await balanceOf(carla)).toBe(usd("10000") + collectable);
  });

  it("pays out all that is left once the referrers have theirs", async () => {
    const { treasury, vault, beto, carla } = await rewardedWorld();
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    expect(await treasury.read.collectable()).toBe(
      await vault.read.convertToAssets([await vault.read.balanceOf([treasury.address])]),
    );
    await treasury.write.collect([carla.address, await treasury.read.collectable()]);
    expect(await treasury.read.collectable()).toBe(0n);
  });

  it("leaves the referrers theirs", async () => {
    const { treasury, beto, carla, reward, balanceOf } = await rewardedWorld();
    await treasury.write.collect([carla.address, await treasury.read.collectable()]);
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    expect(await balanceOf(beto)).toBeGreaterThanOrEqual(usd("10000") + reward - 1n);
    expect(await treasury.read.totalClaimed()).toBeGreaterThanOrEqual(reward - 1n);
  });
});
