import { describe, expect, it } from "vitest";
import { deployTestnet } from "../deployTestnet.ts";
import { signPermit } from "../permits.ts";
import { deployWorld, usd } from "../world.ts";

describe("FaucetToken", () => {
  it("drips the same amount each time", async () => {
    const { asset, people } = await deployTestnet();
    await asset.write.drip([people.saver.address]);
    await asset.write.drip([people.saver.address], { account: people.admin });
    expect(await asset.read.balanceOf([people.saver.address])).toBe(
      2n * (await asset.read.dripAmount()),
    );
    expect(await asset.read.dripAmount()).toBe(usd("1000"));
    expect([
      await asset.read.name(),
      await asset.read.symbol(),
      await asset.read.decimals(),
    ]).toEqual(["Test USD", "tUSD", 6]);
  });

  it("takes permits by any signature, until their deadline", async () => {
    const world = await deployWorld();
    const { asset, ana, beto, networkHelpers, now, assertions } = world;
    const deadline = (await now()) + 100n;
    const permit = { spender: beto.address, value: 5n, deadline };
    const { signature } = await signPermit(world, ana, permit);
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await asset.write.permit([ana.address, beto.address, 5n, deadline, signature]);
    expect(await asset.read.allowance([ana.address, beto.address])).toBe(5n);
    await assertions.revertWithCustomErrorWithArgs(
      asset.write.permit([ana.address, beto.address, 5n, deadline, signature]),
      asset,
      "ERC2612ExpiredSignature",
      [deadline],
    );
  });
});

describe("TestnetYieldVault", () => {
  it("mints its own yield at a rate that anybody may set", async () => {
    const { asset, yieldSource, networkHelpers, people, assertions } = await deployTestnet();
    const { saver } = people;
    await asset.write.drip([saver.address]);
    await asset.write.approve([yieldSource.address, usd("1000")], { account: saver });
    await networkHelpers.time.increase(1_000_000);
    await yieldSource.write.deposit([usd("1000"), saver.address], { account: saver });
    expect(await yieldSource.read.totalAssets()).toBe(usd("1000"));
    await networkHelpers.time.increase(365 * 24 * 3600);
    expect(await yieldSource.read.totalAssets()).toBeGreaterThan(usd("1049.9"));
    expect(await yieldSource.read.totalAssets()).toBeLessThan(usd("1050.1"));
    await assertions.emit(
      yieldSource.write.setRate([0n], { account: saver }),
      yieldSource,
      "RateSet",
    );
    const fixed = await yieldSource.read.totalAssets();
    await networkHelpers.time.increase(1_000);
    expect(await yieldSource.read.totalAssets()).toBe(fixed);
    expect(await asset.read.balanceOf([yieldSource.address])).toBe(fixed);
    await yieldSource.write.redeem(
      [await yieldSource.read.balanceOf([saver.address]), saver.address, saver.address],
      {
        account: saver,
      },
    );
    expect(await asset.read.balanceOf([saver.address])).toBeGreaterThan(usd("1049.9"));
  });

  it("is believed by the vault at a local world's rate for as long as anybody looks", async () => {
    const { asset, vault, yieldSource, networkHelpers, people } = await deployTestnet();
    const { saver } = people;
    // 5 % an hour
    await yieldSource.write.setRate([13_888_888_888_889n]);
    await asset.write.drip([saver.address]);
    await asset.write.approve([vault.address, usd("1000")], { account: saver });
    await vault.write.deposit([usd("1000"), saver.address], { account: saver });
    await vault.write.rebalance();
    for (let hour = 0; hour < 3 * 24; hour++) {
      await networkHelpers.time.increase(3_600);
      await vault.write.report();
    }
    const { assets } = await vault.read.holdingOf([yieldSource.address]);
    const worth = await yieldSource.read.convertToAssets([
      await yieldSource.read.balanceOf([vault.address]),
    ]);
    expect(worth).toBeGreaterThan(usd("4000"));
    expect(worth - assets).toBeLessThan(worth / 1_000n);
  });

  it("can lose money, for rehearsals", async () => {
    const { asset, yieldSource, people } = await deployTestnet();
    const { saver } = people;
    await asset.write.drip([saver.address]);
    await asset.write.approve([yieldSource.address, usd("1000")], { account: saver });
    await yieldSource.write.deposit([usd("1000"), saver.address], { account: saver });
    await yieldSource.write.setRate([0n]);
    const before = await yieldSource.read.totalAssets();
    await yieldSource.write.lose([usd("400")]);
    expect(await yieldSource.read.totalAssets()).toBe(before - usd("400"));
  });
});

describe("TestnetPriceFeed", () => {
  it("answers with the price that anybody set last, and says each", async () => {
    const { viem, carla, assertions } = await deployWorld();
    const feed = await viem.deployContract("TestnetPriceFeed", [8, 99_990_000n]);
    const [first] = await feed.getEvents.AnswerUpdated();
    expect(first?.args).toMatchObject({ current: 99_990_000n, roundId: 1n });
    await assertions.emitWithArgs(
      feed.write.setPrice([100_020_000n], { account: carla }),
      feed,
      "AnswerUpdated",
      [100_020_000n, 2n, (time: bigint) => time > 0n],
    );
    const [round, price, , updatedAt] = await feed.read.latestRoundData();
    expect([round, price]).toEqual([2n, 100_020_000n]);
    expect(updatedAt).toBeGreaterThan(first?.args.updatedAt ?? 0n);
    expect(await feed.read.decimals()).toBe(8);
  });
});
