import { describe, expect, it } from "vitest";
import { DAY, deployWorld, mood, sharesFor, usd, VIRTUAL_SHARES } from "../world.ts";

/** Ana has 100, of which 60 are in the first strategy and 35 in the second. */
async function investedWorld(options: { feeBps?: bigint } = {}) {
  const world = await deployWorld(options);
  await world.vault.write.deposit([usd("100"), world.ana.address], { account: world.ana });
  await world.vault.write.rebalance();
  return world;
}

describe("KhipuVault.report", () => {
  it("does not move the price at that moment", async () => {
    const { asset, vault, first } = await investedWorld();
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    expect(await vault.read.convertToAssets([sharesFor("100")])).toBe(usd("100"));
  });

  it("releases profit evenly over the unlock period", async () => {
    const { asset, vault, first, wait } = await investedWorld({ feeBps: 0n });
    await asset.write.mint([first.address, usd("8")]);
    await vault.write.report();
    const worth = () => vault.read.convertToAssets([sharesFor("100")]);
    await wait(DAY / 4);
    expect(Number(await worth())).toBeCloseTo(Number(usd("102")), -3);
    await wait(DAY / 4);
    expect(Number(await worth())).toBeCloseTo(Number(usd("104")), -3);
    await wait(DAY / 2);
    expect(Number(await worth())).toBeCloseTo(Number(usd("108")), -1);
    expect(await vault.read.lockedProfit()).toBe(0n);
  });

  it("keeps what is still locked rounded up, to the unit", async () => {
    const { asset, vault, first, wait, now } = await investedWorld({ feeBps: 0n });
    await asset.write.mint([first.address, usd("8")]);
    await vault.write.report();
    const [accounts] = await vault.getEvents.AccountsUpdated();
    const { lockedProfit, unlockStart, unlockEnd } = accounts?.args ?? {};
    if (!lockedProfit || !unlockStart || !unlockEnd) throw new Error("nothing was locked");
    for (const seconds of [1, 10, 100, 1_000]) {
      await wait(seconds);
      const left = lockedProfit * (unlockEnd - (await now()));
      const period = unlockEnd - unlockStart;
      expect(await vault.read.lockedProfit()).toBe((left + period - 1n) / period);
    }
  });

  it("says what it booked, and the books from which the price follows at any second", async () => {
    const { asset, vault, treasury, first, keeper, now, assertions } = await investedWorld();
    await asset.write.mint([first.address, usd("10") + 1n]);
    const transaction = vault.write.report({ account: keeper });
    await assertions.emitWithArgs(transaction, vault, "Reported", [
      keeper.address,
      usd("10"),
      0n,
      usd("1"),
      (usd("1") * (sharesFor("100") + VIRTUAL_SHARES)) / (usd("109") + 1n),
    ]);
    const [booked] = await vault.getEvents.StrategyBooked();
    expect(booked?.args).toMatchObject({ profit: usd("10"), loss: 0n, assetsAfter: usd("70") });
    const [accounts] = await vault.getEvents.AccountsUpdated();
    const feeShares = await vault.read.balanceOf([treasury.address]);
    expect(accounts?.args).toEqual({
      grossAssets: usd("110"),
      totalSupply: sharesFor("100") + feeShares,
      lockedProfit: usd("10") - (feeShares / VIRTUAL_SHARES + 1n),
      unlockStart: await now(),
      unlockEnd: (await now()) + BigInt(DAY),
    });
  });

  it("takes the fee in shares and only from profit", async () => {
    const { asset, vault, treasury, first, wait } = await investedWorld({ feeBps: 2_000n });
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    await vault.write.report();
    await wait(DAY);
    const feeShares = await vault.read.balanceOf([treasury.address]);
    const fee = await vault.read.convertToAssets([feeShares]);
    expect(fee).toBeLessThanOrEqual(usd("2"));
    expect(fee).toBeGreaterThan(usd("1.99999"));
  });

  it("takes no fee on profit that only makes good for a loss", async () => {
    const { asset, vault, treasury, first, wait } = await investedWorld();
    await first.write.lose([usd("10")]);
    await vault.write.report();
    expect(await vault.read.lossToRecover()).toBeGreaterThanOrEqual(usd("10"));
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    expect(await vault.read.balanceOf([treasury.address])).toBe(0n);
    await asset.write.mint([first.address, usd("5")]);
    await vault.write.report();
    await wait(DAY);
    const fee = await vault.read.convertToAssets([await vault.read.balanceOf([treasury.address])]);
    expect(fee).toBeGreaterThan(usd("0.4999"));
    expect(fee).toBeLessThanOrEqual(usd("0.5"));
  });

  it("lets locked profit bear a loss before savers do", async () => {
    const { asset, vault, first, second } = await investedWorld({ feeBps: 0n });
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    await second.write.lose([usd("4")]);
    const worth = await vault.read.convertToAssets([sharesFor("100")]);
    expect(worth).toBeGreaterThanOrEqual(usd("100"));
    await vault.write.report();
    expect(await vault.read.convertToAssets([sharesFor("100")])).toBeGreaterThanOrEqual(worth);
    expect(await vault.read.lockedProfit()).toBeLessThan(usd("6.001"));
    await second.write.lose([usd("20")]);
    expect(await vault.read.convertToAssets([sharesFor("100")])).toBeLessThan(usd("86.01"));
    expect(await vault.read.lockedProfit()).toBe(0n);
  });

  it("gives new profit its own time without releasing or holding back the old", async () => {
    const { asset, vault, first, wait, now } = await investedWorld({ feeBps: 0n });
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    await wait(DAY / 2);
    const before = await vault.read.lockedProfit();
    await asset.write.mint([first.address, usd("5")]);
    await vault.write.report();
    const [accounts] = await vault.getEvents.AccountsUpdated();
    const end = accounts?.args.unlockEnd ?? 0n;
    expect(accounts?.args.lockedProfit).toBeLessThanOrEqual(before + usd("5"));
    // Half of it has half a day left, the other half a day: three quarters together.
    expect(Number(end - (await now()))).toBeCloseTo((DAY * 3) / 4, -1);
  });

  it("earns nothing for who steps in before and out after", async () => {
    const { asset, vault, first, beto, balanceOf } = await investedWorld();
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.deposit([usd("9000"), beto.address], { account: beto });
    await vault.write.report();
    await vault.write.redeem(
      [await vault.read.balanceOf([beto.address]), beto.address, beto.address],
      {
        account: beto,
      },
    );
    expect(await balanceOf(beto)).toBeLessThan(usd("10000.001"));
  });

  it("passes over a strategy that cannot be read, and books it when it can", async () => {
    const { asset, vault, first } = await investedWorld();
    await asset.write.mint([first.address, usd("10")]);
    await first.write.setMood([mood("RevertsOnReading")]);
    await vault.write.report();
    expect((await vault.read.holdingOf([first.address])).assets).toBe(usd("60"));
    await first.write.setMood([mood("Good")]);
    await vault.write.report();
    expect((await vault.read.holdingOf([first.address])).assets).toBe(usd("70") - 1n);
  });

  it("ignores money that was thrown at the vault", async () => {
    const { asset, vault } = await investedWorld();
    await asset.write.mint([vault.address, usd("1000")]);
    await vault.write.report();
    expect(await vault.read.grossAssets()).toBe(usd("100"));
  });
});
