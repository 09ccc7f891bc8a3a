import { describe, expect, it } from "vitest";
import { signPermit } from "../permits.ts";
import { is, mood, sharesFor, usd } from "../world.ts";
import { lotteryWorld, STATE, WEEK } from "./lottery.ts";

const NOBODY = "0x0000000000000000000000000000000000000000";

describe("LotteryPool.buyTickets", () => {
  it("deposits the money and says what everything is then", async () => {
    const { lottery, ana, beto, balanceOf, now, assertions } = await lotteryWorld();
    await lottery.write.buyTickets([usd("100"), ana.address, 0n], { account: ana });
    await assertions.emitWithArgs(
      lottery.write.buyTickets([usd("50"), beto.address, sharesFor("50")], { account: ana }),
      lottery,
      "TicketPurchased",
      [
        1n,
        is(beto),
        is(ana),
        2n,
        (time: bigint) => time > 0n,
        usd("50"),
        sharesFor("50"),
        usd("50"),
        usd("150"),
        sharesFor("150"),
      ],
    );
    expect(await balanceOf(ana)).toBe(usd("9850"));
    const [player, principal, time] = await lottery.read.entryOf([2n]);
    expect([is(beto)(player), principal, time]).toEqual([true, usd("50"), await now()]);
    expect(await lottery.read.entryOf([3n])).toEqual([NOBODY, 0n, 0n]);
  });

  it("takes a permit instead of an allowance", async () => {
    const world = await lotteryWorld();
    const { lottery, asset, ana, now } = world;
    await asset.write.approve([lottery.address, 0n], { account: ana });
    const deadline = (await now()) + 100n;
    const value = usd("10");
    const { v, r, s } = await signPermit(world, ana, { spender: lottery.address, value, deadline });
    await lottery.write.buyTicketsWithPermit([value, ana.address, 0n, deadline, v, r, s], {
      account: ana,
    });
    expect((await lottery.read.playerOf([ana.address])).principal).toBe(value);
  });

  it("refuses nobody as player, too little money and too few shares", async () => {
    const { lottery, vault, ana, assertions } = await lotteryWorld();
    const buy = (assets: bigint, player = ana.address, least = 0n) =>
      lottery.write.buyTickets([assets, player, least], { account: ana });
    await assertions.revertWithCustomError(buy(usd("1"), NOBODY), lottery, "ZeroAddress");
    await assertions.revertWithCustomErrorWithArgs(buy(0n), lottery, "BelowMinimum", [
      0n,
      usd("1"),
    ]);
    await assertions.revertWithCustomErrorWithArgs(
      buy(usd("1"), ana.address, sharesFor("1") + 1n),
      vault,
      "TooFewShares",
      [sharesFor("1"), sharesFor("1") + 1n],
    );
    await assertions.revertWithCustomError(
      lottery.write.sponsorPrize([0n, 0n], { account: ana }),
      lottery,
      "ZeroAmount",
    );
  });

  it("refuses newcomers who would bear a loss of others, until yield has made it good", async () => {
    const { lottery, first, ana, buy, earnAtWork, wait, vault, assertions } = await lotteryWorld();
    await buy(ana, "100");
    await vault.write.rebalance();
    await first.write.lose([usd("10")]);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.buyTickets([usd("100"), ana.address, 0n], { account: ana }),
      lottery,
      "PrincipalNotCovered",
      [(value: bigint) => value <= usd("90.01") && value >= usd("89.99"), usd("100")],
    );
    await earnAtWork("10.01");
    await wait(WEEK);
    await buy(ana, "100");
  });
});

describe("LotteryPool.redeemTickets", () => {
  it("pays principal to the last unit and says what everything is then", async () => {
    const { lottery, ana, beto, buy, balanceOf, assertions } = await lotteryWorld();
    await buy(ana, "100");
    await assertions.emitWithArgs(
      lottery.write.redeemTickets([1n, usd("30"), beto.address, usd("30")], { account: ana }),
      lottery,
      "TicketsRedeemed",
      [
        is(ana),
        is(beto),
        1n,
        usd("30"),
        usd("30"),
        sharesFor("30"),
        usd("70"),
        usd("70"),
        usd("70"),
        sharesFor("70"),
      ],
    );
    expect(await balanceOf(beto)).toBe(usd("10030"));
    await lottery.write.redeemTickets([1n, usd("70"), ana.address, usd("70")], { account: ana });
    expect(await lottery.read.totals()).toEqual([0n, 0n]);
  });

  it("works in every state of a round, with the oracle dead", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, buy, close, earnAtWork, networkHelpers, answer } = world;
    await buy(ana, "100");
    await earnAtWork("10");
    const redeem = () =>
      lottery.write.redeemTickets([1n, usd("10"), ana.address, usd("10")], { account: ana });
    const inState = async (state: number) => {
      expect((await lottery.read.roundOf([1n])).state).toBe(state);
      await redeem();
    };
    await inState(STATE.open);
    await close();
    await inState(STATE.closed);
    await lottery.write.requestDraw();
    await inState(STATE.requested);
    await networkHelpers.mine(3);
    const pending = await networkHelpers.takeSnapshot();
    await networkHelpers.time.increase(WEEK);
    await inState(STATE.requested);
    await lottery.write.rollOver();
    await inState(STATE.rolledOver);
    await pending.restore();
    await (await answer()).send();
    await inState(STATE.answered);
    await lottery.write.finalizeDraw([100n]);
    await inState(STATE.drawn);
  });

  it("is for the tickets' owner, and for no more than there is", async () => {
    const { lottery, ana, beto, buy, assertions } = await lotteryWorld();
    await buy(ana, "100");
    const redeem = (account: typeof ana, entry: bigint, amount: bigint, least = 0n) =>
      lottery.write.redeemTickets([entry, amount, account.address, least], { account });
    await assertions.revertWithCustomErrorWithArgs(
      redeem(beto, 1n, 1n),
      lottery,
      "NotYourTickets",
      [1n, is(beto)],
    );
    await assertions.revertWithCustomErrorWithArgs(redeem(ana, 0n, 1n), lottery, "NotYourTickets", [
      0n,
      is(ana),
    ]);
    await assertions.revertWithCustomErrorWithArgs(
      redeem(ana, 1n, usd("101")),
      lottery,
      "TicketsTooLow",
      [usd("101"), usd("100")],
    );
    await assertions.revertWithCustomError(redeem(ana, 1n, 0n), lottery, "ZeroAmount");
    await assertions.revertWithCustomErrorWithArgs(
      redeem(ana, 1n, usd("1"), usd("2")),
      lottery,
      "TooFewAssets",
      [usd("1"), usd("2")],
    );
  });

  it("shares a loss among all in the proportion of their principal", async () => {
    const { lottery, first, vault, ana, beto, buy, balanceOf } = await lotteryWorld();
    await buy(ana, "100");
    await buy(beto, "300");
    await vault.write.rebalance();
    await first.write.lose([usd("80")]);
    const redeem = (account: typeof ana, entry: bigint, amount: string) =>
      lottery.write.redeemTickets([entry, usd(amount), account.address, 0n], { account });
    await redeem(ana, 1n, "100");
    await redeem(beto, 2n, "150");
    await redeem(beto, 2n, "150");
    const [anas, betos] = [await balanceOf(ana), await balanceOf(beto)];
    expect(anas).toBeGreaterThan(usd("9979.999"));
    expect(anas).toBeLessThanOrEqual(usd("9980"));
    expect(betos).toBeGreaterThan(usd("9939.999"));
    expect(betos).toBeLessThanOrEqual(usd("9940"));
  });

  it("pays what there is after the loss of everything", async () => {
    const { lottery, first, second, vault, ana, buy } = await lotteryWorld();
    await buy(ana, "100");
    await vault.write.setIdleBuffer([0n]);
    await vault.write.rebalance();
    await first.write.lose([await first.read.totalAssets()]);
    await second.write.lose([await second.read.totalAssets()]);
    await lottery.write.redeemTickets([1n, usd("100"), ana.address, 0n], { account: ana });
    expect((await lottery.read.playerOf([ana.address])).principal).toBe(0n);
  });

  it("gives the vault shares themselves when the strategies are broken", async () => {
    const { lottery, vault, first, second, ana, carla, buy } = await lotteryWorld();
    await buy(ana, "100");
    await vault.write.rebalance();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await second.write.setMood([mood("RevertsOnEverything")]);
    await lottery.write.redeemTicketsAsShares([1n, usd("60"), carla.address], { account: ana });
    expect(await vault.read.balanceOf([carla.address])).toBe(sharesFor("60"));
    expect(await lottery.read.totals()).toEqual([sharesFor("40"), usd("40")]);
  });
});

describe("LotteryPool.claimPrize", () => {
  it("pays all that a player has won, once", async () => {
    const { lottery, vault, ana, beto, buy, earnAtWork, closeAndAnswer, balanceOf, assertions } =
      await lotteryWorld({ tiers: [{ winners: 2, shareBps: 10_000 }] });
    await buy(ana, "100");
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([2n]);
    const { prizeShares, principal } = await lottery.read.playerOf([ana.address]);
    const assets = await vault.read.convertToAssets([prizeShares]);
    expect(assets).toBeGreaterThan(usd("9.99"));
    await assertions.emitWithArgs(
      lottery.write.claimPrize([beto.address, assets], { account: ana }),
      lottery,
      "PrizeClaimed",
      [is(ana), is(beto), assets, prizeShares],
    );
    expect(await balanceOf(beto)).toBe(usd("10000") + assets);
    expect(await lottery.read.playerOf([ana.address])).toEqual({ principal, prizeShares: 0n });
    for (const again of [
      lottery.write.claimPrize([ana.address, 0n], { account: ana }),
      lottery.write.claimPrizeAsShares([ana.address], { account: ana }),
    ]) {
      await assertions.revertWithCustomErrorWithArgs(again, lottery, "NothingToClaim", [is(ana)]);
    }
    await lottery.write.redeemTickets([1n, usd("100"), ana.address, usd("100")], { account: ana });
  });

  it("pays in shares, however long it waited", async () => {
    const { lottery, vault, ana, buy, earnAtWork, closeAndAnswer, wait } = await lotteryWorld();
    await buy(ana, "100");
    await lottery.write.sponsorPrize([usd("5"), 0n], { account: ana });
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([4n]);
    await wait(100 * WEEK);
    const { prizeShares } = await lottery.read.playerOf([ana.address]);
    await lottery.write.claimPrizeAsShares([ana.address], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(prizeShares);
    expect(await vault.read.convertToAssets([prizeShares])).toBeGreaterThan(usd("14.9"));
  });
});

describe("The rules of a lottery", () => {
  it("must make sense", async () => {
    const { viem, vault, coordinator, lottery, assertions, ana } = await lotteryWorld();
    const rules = await lottery.read.rules();
    const vrf = {
      coordinator: coordinator.address,
      keyHash: await lottery.read.keyHash(),
      confirmations: 3,
      callbackGas: 100_000,
      nativePayment: true,
    } as const;
    const whole = [{ winners: 1, shareBps: 10_000 }];
    for (const [badRules, badTiers] of [
      [{ ...rules, roundDuration: 0 }, whole],
      [{ ...rules, answerTime: 0 }, whole],
      [rules, []],
      [rules, [{ winners: 1, shareBps: 9_999 }]],
      [rules, [{ winners: 65, shareBps: 10_000 }]],
      [rules, [...whole, { winners: 1, shareBps: 0 }]],
      [rules, [{ winners: 0, shareBps: 10_000 }]],
    ] as const) {
      await assertions.revertWithCustomError(
        viem.deployContract("LotteryPool", [vault.address, badRules, [...badTiers], vrf]),
        lottery,
        "RulesOutOfRange",
      );
    }
    await assertions.revertWithCustomErrorWithArgs(
      viem.deployContract("LotteryPool", [
        vault.address,
        rules,
        whole,
        { ...vrf, coordinator: ana.address },
      ]),
      lottery,
      "CoordinatorUnknown",
      [is(ana)],
    );
    expect(await lottery.read.tiers()).toEqual([
      { winners: 1, shareBps: 7_000 },
      { winners: 3, shareBps: 3_000 },
    ]);
  });
});
