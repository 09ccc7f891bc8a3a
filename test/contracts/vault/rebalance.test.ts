import { describe, expect, it } from "vitest";
import { deployWorld, mood, sharesFor, UINT128_MAX, usd } from "../world.ts";

async function savedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  await world.vault.write.deposit([usd("100"), world.ana.address], { account: world.ana });
  const inStrategy = async (name: "first" | "second") =>
    (await world.vault.read.holdingOf([world[name].address])).assets;
  return { ...world, inStrategy };
}

describe("KhipuVault.rebalance", () => {
  it("fills strategies in supply order up to their caps and leaves the buffer", async () => {
    const { vault, keeper, inStrategy } = await savedWorld();
    await vault.write.rebalance({ account: keeper });
    expect(await inStrategy("first")).toBe(usd("60"));
    expect(await inStrategy("second")).toBe(usd("35"));
    expect(await vault.read.idle()).toBe(usd("5"));
  });

  it("says where the money went", async () => {
    const { vault, first, assertions } = await savedWorld();
    const isFirst = (address: string) => address.toLowerCase() === first.address;
    await assertions.emitWithArgs(vault.write.rebalance(), vault, "StrategySupplied", [
      isFirst,
      usd("60"),
      usd("60"),
      usd("40"),
    ]);
  });

  it("follows another supply order", async () => {
    const { vault, first, second, inStrategy } = await savedWorld();
    await vault.write.setSupplyOrder([[second.address, first.address]]);
    await vault.write.rebalance();
    expect(await inStrategy("first")).toBe(0n);
    expect(await inStrategy("second")).toBe(usd("95"));
  });

  it("takes out what is above a cap, absolute or relative", async () => {
    const { vault, first, inStrategy } = await savedWorld();
    await vault.write.rebalance();
    await vault.write.lowerCaps([first.address, { absolute: UINT128_MAX, relativeBps: 2_000 }]);
    await vault.write.rebalance();
    expect(await inStrategy("first")).toBe(usd("20"));
    expect(await inStrategy("second")).toBe(usd("75"));
    await vault.write.lowerCaps([first.address, { absolute: usd("15"), relativeBps: 2_000 }]);
    await vault.write.rebalance();
    expect(await inStrategy("first")).toBe(usd("15"));
    expect(await inStrategy("second")).toBe(usd("80"));
    expect(await vault.read.idle()).toBe(usd("5"));
  });

  it("fills the buffer again from the strategies", async () => {
    const { vault, ana, inStrategy } = await savedWorld();
    await vault.write.rebalance();
    await vault.write.withdraw([usd("5"), ana.address, ana.address], { account: ana });
    await vault.write.rebalance();
    expect(await vault.read.idle()).toBe(usd("4.75"));
    // 60 less 3 above the cap, which fell to 57, less 1.75 that the buffer still lacked.
    expect(await inStrategy("first")).toBe(usd("55.25"));
  });

  it("does nothing the second time", async () => {
    const { vault, inStrategy } = await savedWorld();
    await vault.write.rebalance();
    await vault.write.rebalance();
    expect(await inStrategy("first")).toBe(usd("60"));
    expect(await vault.read.idle()).toBe(usd("5"));
    expect(await vault.getEvents.StrategySupplied()).toEqual([]);
  });

  it("passes over a strategy that is full", async () => {
    const { vault, first, ana, inStrategy } = await savedWorld();
    await vault.write.lowerCaps([first.address, { absolute: usd("10"), relativeBps: 6_000 }]);
    await vault.write.rebalance();
    await vault.write.deposit([usd("20"), ana.address], { account: ana });
    await vault.write.rebalance();
    const supplied = await vault.getEvents.StrategySupplied();
    expect(supplied.map(({ args }) => args.strategy?.toLowerCase())).not.toContain(first.address);
    expect(await inStrategy("first")).toBe(usd("10"));
    expect(supplied.length).toBe(1);
  });

  it("books a loss of the strategy that has it and leaves the others alone", async () => {
    const { vault, first } = await savedWorld();
    await vault.write.rebalance();
    await first.write.lose([usd("1")]);
    await vault.write.rebalance();
    const booked = await vault.getEvents.StrategyBooked();
    expect(booked.map(({ args }) => args.strategy?.toLowerCase())).toEqual([first.address]);
  });

  it("takes what is above a cap out before it fills the buffer from there", async () => {
    const { vault, first, ana } = await savedWorld();
    await vault.write.rebalance();
    await vault.write.lowerCaps([first.address, { absolute: UINT128_MAX, relativeBps: 5_900 }]);
    await vault.write.withdraw([usd("5"), ana.address, ana.address], { account: ana });
    await vault.write.setIdleBuffer([5_000n]);
    await vault.write.rebalance();
    expect(await vault.read.idle()).toBe(usd("47.5"));
    expect(await vault.getEvents.StrategyLeftOut()).toEqual([]);
  });

  it.each(["RevertsOnDeposit", "KeepsEntryFee", "TakesLess"] as const)(
    "leaves out a strategy that %s",
    async (failure) => {
      const { asset, vault, first, beto, inStrategy, assertions } = await savedWorld();
      // An entry fee costs something only where others get it.
      await asset.write.approve([first.address, usd("100")], { account: beto });
      await first.write.deposit([usd("100"), beto.address], { account: beto });
      await first.write.setMood([mood(failure)]);
      const isFirst = (address: string) => address.toLowerCase() === first.address;
      await assertions.emitWithArgs(vault.write.rebalance(), vault, "StrategyLeftOut", [
        isFirst,
        usd("60"),
      ]);
      expect(await inStrategy("first")).toBe(0n);
      expect(await inStrategy("second")).toBe(usd("95"));
      expect(await vault.read.totalAssets()).toBe(usd("100"));
    },
  );

  it("puts in no more than a strategy takes", async () => {
    const { vault, first, inStrategy } = await savedWorld();
    await first.write.setRoom([usd("10")]);
    await vault.write.rebalance();
    expect(await inStrategy("first")).toBe(usd("10"));
    await first.write.setRoom([0n]);
    await vault.write.rebalance();
    expect(await inStrategy("first")).toBe(usd("10"));
    expect(await inStrategy("second")).toBe(usd("85"));
  });

  it("leaves out a strategy that has lost everything and mints without measure", async () => {
    const { viem, asset, vault, inStrategy } = await savedWorld();
    const doomed = await viem.deployContract("MoodyStrategy", [asset.address]);
    await asset.write.mint([vault.address, 0n]);
    await asset.write.approve([doomed.address, 2n ** 100n]);
    const [me] = await viem.getWalletClients();
    await asset.write.mint([me?.account.address ?? vault.address, 2n ** 100n]);
    await doomed.write.deposit([2n ** 100n, vault.address]);
    await doomed.write.lose([2n ** 100n]);
    await vault.write.addStrategy([doomed.address, { absolute: UINT128_MAX, relativeBps: 10_000 }]);
    await vault.write.setSupplyOrder([
      [doomed.address, ...(await vault.read.supplyOrder()).slice(0, 2)],
    ]);
    await vault.write.rebalance();
    expect((await vault.read.holdingOf([doomed.address])).assets).toBe(0n);
    expect(await inStrategy("first")).toBe(usd("60"));
  });

  it("books a loss that it meets", async () => {
    const { vault, first } = await savedWorld();
    await vault.write.rebalance();
    await first.write.lose([usd("30")]);
    await vault.write.rebalance();
    expect(await vault.read.lossToRecover()).toBeGreaterThanOrEqual(usd("30"));
    expect(await vault.read.convertToAssets([sharesFor("100")])).toBeLessThanOrEqual(usd("70"));
  });
});
