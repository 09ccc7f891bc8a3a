import { describe, expect, it } from "vitest";
import { deployWorld, mood, UINT128_MAX, usd } from "../world.ts";

const CAPS = { absolute: UINT128_MAX, relativeBps: 10_000 };

async function investedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  await world.vault.write.deposit([usd("100"), world.ana.address], { account: world.ana });
  await world.vault.write.rebalance();
  const is = (contract: { address: string }) => (address: string) =>
    address.toLowerCase() === contract.address.toLowerCase();
  return { ...world, is };
}

describe("KhipuVault.addStrategy", () => {
  it("adds it last in both orders and says so", async () => {
    const { viem, asset, vault, first, second, is, assertions } = await investedWorld();
    const third = await viem.deployContract("MoodyStrategy", [asset.address]);
    const caps = { absolute: usd("5"), relativeBps: 100 };
    await assertions.emitWithArgs(
      vault.write.addStrategy([third.address, caps]),
      vault,
      "StrategyAdded",
      [is(third), usd("5"), 100n],
    );
    const order = [first, second, third].map(({ address }) => address.toLowerCase());
    expect((await vault.read.supplyOrder()).map((address) => address.toLowerCase())).toEqual(order);
    expect((await vault.read.withdrawalOrder()).map((address) => address.toLowerCase())).toEqual(
      order,
    );
    expect(await vault.read.capsOf([third.address])).toEqual([caps, true]);
  });

  it("refuses one that is there, one of another asset, too many, and nonsensical caps", async () => {
    const { viem, asset, vault, first, is, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.addStrategy([first.address, CAPS]),
      vault,
      "StrategyKnown",
      [is(first)],
    );
    const other = await viem.deployContract("FaucetToken", ["Other", "OTH", 6, 1n]);
    const foreign = await viem.deployContract("MoodyStrategy", [other.address]);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.addStrategy([foreign.address, CAPS]),
      vault,
      "WrongAsset",
      [is(foreign), is(other)],
    );
    const next = () => viem.deployContract("MoodyStrategy", [asset.address]);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.addStrategy([(await next()).address, { absolute: 1n, relativeBps: 10_001 }]),
      vault,
      "CapsOutOfRange",
      [1n, 10_001n],
    );
    for (let count = 2; count < 8; count++)
      await vault.write.addStrategy([(await next()).address, CAPS]);
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.addStrategy([(await next()).address, CAPS]),
      vault,
      "TooManyStrategies",
      [8n],
    );
  });
});

describe("KhipuVault.raiseCaps and lowerCaps", () => {
  it("each go one way only", async () => {
    const { vault, first, is, assertions } = await investedWorld();
    await vault.write.lowerCaps([first.address, { absolute: 50n, relativeBps: 500 }]);
    for (const caps of [
      { absolute: 51n, relativeBps: 500 },
      { absolute: 50n, relativeBps: 501 },
    ]) {
      await assertions.revertWithCustomErrorWithArgs(
        vault.write.lowerCaps([first.address, caps]),
        vault,
        "CapsOutOfRange",
        [caps.absolute, BigInt(caps.relativeBps)],
      );
    }
    for (const caps of [
      { absolute: 49n, relativeBps: 500 },
      { absolute: 50n, relativeBps: 499 },
      { absolute: 50n, relativeBps: 10_001 },
    ]) {
      await assertions.revertWithCustomErrorWithArgs(
        vault.write.raiseCaps([first.address, caps]),
        vault,
        "CapsOutOfRange",
        [caps.absolute, BigInt(caps.relativeBps)],
      );
    }
    await assertions.emitWithArgs(
      vault.write.raiseCaps([first.address, { absolute: 60n, relativeBps: 600 }]),
      vault,
      "CapsSet",
      [is(first), 60n, 600n],
    );
  });

  it("can leave one of the two as it is", async () => {
    const { vault, first } = await investedWorld();
    const caps = async () => (await vault.read.capsOf([first.address]))[0];
    await vault.write.lowerCaps([first.address, { absolute: UINT128_MAX, relativeBps: 500 }]);
    await vault.write.lowerCaps([first.address, { absolute: 50n, relativeBps: 500 }]);
    expect(await caps()).toEqual({ absolute: 50n, relativeBps: 500 });
    await vault.write.raiseCaps([first.address, { absolute: 60n, relativeBps: 500 }]);
    await vault.write.raiseCaps([first.address, { absolute: 60n, relativeBps: 10_000 }]);
    expect(await caps()).toEqual({ absolute: 60n, relativeBps: 10_000 });
  });

  it("want a strategy of the vault", async () => {
    const { vault, ana, is, assertions } = await investedWorld();
    for (const action of [vault.write.raiseCaps, vault.write.lowerCaps]) {
      await assertions.revertWithCustomErrorWithArgs(
        action([ana.address, { absolute: 0n, relativeBps: 0 }]),
        vault,
        "StrategyUnknown",
        [is(ana)],
      );
    }
  });
});

describe("KhipuVault.removeStrategy", () => {
  it("takes everything out and forgets it", async () => {
    const { vault, first, second, is, assertions } = await investedWorld();
    await assertions.emitWithArgs(
      vault.write.removeStrategy([first.address]),
      vault,
      "StrategyRemoved",
      [is(first)],
    );
    expect(await vault.read.idle()).toBe(usd("65"));
    expect((await vault.read.supplyOrder()).map((address) => address.toLowerCase())).toEqual([
      second.address,
    ]);
    expect((await vault.read.withdrawalOrder()).map((address) => address.toLowerCase())).toEqual([
      second.address,
    ]);
    expect((await vault.read.capsOf([first.address]))[1]).toBe(false);
    await vault.write.removeStrategy([second.address]);
    expect(await vault.read.supplyOrder()).toEqual([]);
    expect(await vault.read.totalAssets()).toBe(usd("100"));
  });

  it("says what came back", async () => {
    const { vault, first, is, assertions } = await investedWorld();
    await assertions.emitWithArgs(
      vault.write.removeStrategy([first.address]),
      vault,
      "StrategyDrawn",
      [is(first), usd("60"), 0n, usd("65")],
    );
  });

  it("says nothing of money when there was none in it", async () => {
    const { viem, asset, vault } = await investedWorld();
    const third = await viem.deployContract("MoodyStrategy", [asset.address]);
    await vault.write.addStrategy([third.address, CAPS]);
    await vault.write.removeStrategy([third.address]);
    expect(await vault.getEvents.StrategyDrawn()).toEqual([]);
    expect(await vault.getEvents.StrategyLeftOut()).toEqual([]);
  });

  it("locks a gain that nobody had booked, as a report would", async () => {
    const { asset, vault, first } = await investedWorld();
    await asset.write.mint([first.address, usd("30")]);
    await vault.write.removeStrategy([first.address]);
    expect(await vault.read.totalAssets()).toBeLessThanOrEqual(usd("100") + 1n);
    expect(await vault.read.lockedProfit()).toBeGreaterThanOrEqual(usd("30") - 2n);
    expect(await vault.read.grossAssets()).toBeGreaterThanOrEqual(usd("130") - 1n);
  });

  it("removes one in the middle and keeps the others in order", async () => {
    const { viem, asset, vault, first, second } = await investedWorld();
    const third = await viem.deployContract("MoodyStrategy", [asset.address]);
    await vault.write.addStrategy([third.address, CAPS]);
    await vault.write.removeStrategy([second.address]);
    const order = (await vault.read.withdrawalOrder()).map((address) => address.toLowerCase());
    expect(order).toEqual([first.address, third.address]);
    await vault.write.removeStrategy([third.address]);
    expect((await vault.read.supplyOrder()).map((address) => address.toLowerCase())).toEqual([
      first.address,
    ]);
  });

  it.each(["RevertsOnWithdrawal", "PaysLess", "RevertsOnReading"] as const)(
    "keeps one that %s listed until it gives back what it has, and puts nothing more in",
    async (failure) => {
      const { vault, first, is, assertions } = await investedWorld();
      if (failure === "RevertsOnReading") await first.write.setLiquid([0n]);
      await first.write.setMood([mood(failure)]);
      await assertions.emitWithArgs(
        vault.write.removeStrategy([first.address]),
        vault,
        "StrategyLeftOut",
        [is(first), usd("60")],
      );
      expect(await vault.read.capsOf([first.address])).toEqual([
        { absolute: 0n, relativeBps: 0 },
        true,
      ]);
      await first.write.setMood([mood("Good")]);
      expect(await vault.read.totalAssets()).toBe(usd("100"));
      await first.write.setLiquid([UINT128_MAX]);
      await vault.write.removeStrategy([first.address]);
      expect((await vault.read.capsOf([first.address]))[1]).toBe(false);
      expect(await vault.read.idle()).toBe(usd("65"));
    },
  );

  it("wants a strategy of the vault", async () => {
    const { vault, ana, is, assertions } = await investedWorld();
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.removeStrategy([ana.address]),
      vault,
      "StrategyUnknown",
      [is(ana)],
    );
  });
});

describe("KhipuVault.setSupplyOrder and setWithdrawalOrder", () => {
  it("name each strategy once", async () => {
    const { vault, first, second, ana, assertions } = await investedWorld();
    for (const set of [vault.write.setSupplyOrder, vault.write.setWithdrawalOrder]) {
      for (const order of [
        [first.address],
        [first.address, first.address],
        [first.address, ana.address],
        [first.address, second.address, first.address],
      ]) {
        await assertions.revertWithCustomError(set([order]), vault, "NotAPermutation");
      }
    }
    await vault.write.setSupplyOrder([[second.address, first.address]]);
    const [supply] = await vault.getEvents.SupplyOrderSet();
    expect(supply?.args.strategies?.map((address) => address.toLowerCase())).toEqual([
      second.address,
      first.address,
    ]);
    await vault.write.setWithdrawalOrder([[second.address, first.address]]);
    const [withdrawal] = await vault.getEvents.WithdrawalOrderSet();
    expect(withdrawal?.args.strategies?.length).toBe(2);
    expect((await vault.read.withdrawalOrder())[0]?.toLowerCase()).toBe(second.address);
  });
});
