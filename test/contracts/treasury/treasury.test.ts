import { describe, expect, it } from "vitest";
import { DAY, deployWorld, is, usd } from "../world.ts";

/** Ana was brought by Beto; the fee of 1 is in the treasury, and a fifth of it is Beto's. */
async function rewardedWorld() {
  const world = await deployWorld();
  const { savings, vault, treasury, ana, beto, earn, wait } = world;
  await savings.write.nameReferrer([beto.address], { account: ana });
  await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
  await vault.write.rebalance();
  await earn("10");
  await savings.write.compound([[ana.address]]);
  await wait(DAY);
  const owed = await treasury.read.owedTo([beto.address]);
  return { ...world, owed, reward: await vault.read.convertToAssets([owed]) };
}

describe("FeeTreasury.claimReferralReward", () => {
  it("pays what the referrer has earned, once", async () => {
    const { treasury, beto, carla, owed, reward, balanceOf, assertions } = await rewardedWorld();
    expect(reward).toBeGreaterThan(usd("0.19"));
    await assertions.emitWithArgs(
      treasury.write.claimReferralReward([carla.address], { account: beto }),
      treasury,
      "ReferralRewardClaimed",
      [is(beto), is(carla), reward, owed, owed, owed],
    );
    expect(await balanceOf(carla)).toBe(usd("10000") + reward);
    expect(await treasury.read.claimedBy([beto.address])).toBe(owed);
    await assertions.revertWithCustomErrorWithArgs(
      treasury.write.claimReferralReward([beto.address], { account: beto }),
      treasury,
      "NothingToClaim",
      [is(beto)],
    );
  });

  it("pays a part, and no more than all", async () => {
    const { treasury, beto, owed, reward, balanceOf, assertions } = await rewardedWorld();
    await treasury.write.claimReferralReward([beto.address, usd("0.1")], { account: beto });
    const left = await treasury.read.owedTo([beto.address]);
    expect(left).toBeLessThan(owed);
    expect(await balanceOf(beto)).toBe(usd("10000.1"));
    await assertions.revertWithCustomErrorWithArgs(
      treasury.write.claimReferralReward([beto.address, reward], { account: beto }),
      treasury,
      "AboveOwed",
      [(shares: bigint) => shares > left, left],
    );
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    expect(await treasury.read.owedTo([beto.address])).toBe(0n);
    expect(await treasury.read.totalClaimed()).toBe(owed);
  });

  it("pays as far as there is money and owes the rest, which can be had as shares", async () => {
    const { vault, treasury, first, second, beto, owed, balanceOf, assertions } =
      await rewardedWorld();
    await vault.write.setIdleBuffer([0n]);
    await vault.write.rebalance();
    await first.write.setLiquid([usd("0.05")]);
    await second.write.setLiquid([0n]);
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    const left = await treasury.read.owedTo([beto.address]);
    expect(left).toBe(owed - (await treasury.read.claimedBy([beto.address])));
    expect(await balanceOf(beto)).toBeGreaterThanOrEqual(usd("10000.05") - 5n);
    await first.write.setLiquid([0n]);
    await assertions.revertWithCustomError(
      treasury.write.claimReferralReward([beto.address], { account: beto }),
      treasury,
      "NothingToClaim",
    );
    await treasury.write.takeOutShares([beto.address], { account: beto });
    expect(await vault.read.balanceOf([beto.address])).toBe(left);
  });

  it("pays less after a loss, of which the referrer's shares bear their part", async () => {
    const { vault, treasury, first, second, beto, owed, reward, balanceOf } = await rewardedWorld();
    await first.write.lose([usd("30")]);
    await second.write.lose([usd("20")]);
    const worth = await vault.read.convertToAssets([owed]);
    expect(worth).toBeLessThan(reward);
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    expect(await balanceOf(beto)).toBe(usd("10000") + worth);
    expect(await treasury.read.owedTo([beto.address])).toBe(0n);
  });
});

describe("FeeTreasury.takeOutShares", () => {
  it("gives the vault shares themselves when no strategy can pay", async () => {
    const { vault, treasury, first, second, beto, carla, owed, assertions } = await rewardedWorld();
    for (const strategy of [first, second]) await strategy.write.setLiquid([0n]);
    await assertions.emitWithArgs(
      treasury.write.takeOutShares([carla.address], { account: beto }),
      treasury,
      "ReferralSharesTakenOut",
      [is(beto), is(carla), owed, owed, owed],
    );
    expect(await vault.read.balanceOf([carla.address])).toBe(owed);
    await assertions.revertWithCustomErrorWithArgs(
      treasury.write.takeOutShares([beto.address], { account: beto }),
      treasury,
      "NothingToClaim",
      [is(beto)],
    );
  });
});

describe("FeeTreasury.collect", () => {
  it("pays out what no referrer has earned", async () => {
    const { treasury, vault, roles, carla, owed, balanceOf, assertions } = await rewardedWorld();
    const all = await vault.read.balanceOf([treasury.address]);
    const collectable = await treasury.read.collectable();
    const free = await vault.read.convertToAssets([all - owed]);
    expect(collectable).toBeGreaterThanOrEqual(free - 1n);
    expect(collectable).toBeLessThanOrEqual(free);
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

  it("never takes what is a referrer's, in whatever order is reported, collected and counted", async () => {
    const world = await rewardedWorld();
    const { asset, savings, vault, treasury, first, ana, beto, carla, owed, wait } = world;
    const feesBefore = await vault.read.balanceOf([treasury.address]);
    let collected = 0n;
    let fees = 0n;
    for (let times = 0; times < 6; times++) {
      await asset.write.mint([first.address, usd("10")]);
      const before = await vault.read.balanceOf([treasury.address]);
      await vault.write.report();
      const reported = await vault.read.balanceOf([treasury.address]);
      fees += reported - before;
      await treasury.write.collect([carla.address, await treasury.read.collectable()]);
      collected += reported - (await vault.read.balanceOf([treasury.address]));
      await wait(DAY);
    }
    await treasury.write.collect([carla.address, await treasury.read.collectable()]);
    await savings.write.compound([[ana.address]]);
    const now = await treasury.read.owedTo([beto.address]);
    // Nearly all shares are Ana's.
    expect(now - owed).toBeGreaterThan((fees * 19n) / 100n);
    expect(now - owed).toBeLessThanOrEqual(fees / 5n);
    expect(await vault.read.balanceOf([treasury.address])).toBeGreaterThanOrEqual(now);
    expect(collected).toBeLessThanOrEqual(feesBefore + fees - now);
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    expect(await treasury.read.owedTo([beto.address])).toBe(0n);
  });

  it("gets what is not counted because the saver's shares did not stay", async () => {
    const { asset, savings, vault, treasury, first, ana, beto } = await rewardedWorld();
    await treasury.write.claimReferralReward([beto.address], { account: beto });
    await savings.write.withdrawAll([ana.address, 0n], { account: ana });
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    expect(await savings.read.referralReserve()).toBeGreaterThan(
      await savings.read.totalReferralEarned(),
    );
    await savings.write.withdrawAll([ana.address, 0n], { account: ana });
    expect(await savings.read.referralReserve()).toBe(await treasury.read.totalClaimed());
    const all = await vault.read.balanceOf([treasury.address]);
    expect(await treasury.read.collectable()).toBe(await vault.read.convertToAssets([all]));
  });
});

describe("A fee treasury", () => {
  it("is made by the savings pool, and knows it and its vault", async () => {
    const { savings, treasury, vault } = await deployWorld();
    expect(await treasury.read.savingsPool()).toMatch(new RegExp(savings.address, "i"));
    expect(await treasury.read.vault()).toMatch(new RegExp(vault.address, "i"));
  });
});
