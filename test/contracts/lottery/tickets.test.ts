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

describe("LotteryPool.coverPrincipal", () => {
  it("opens a lottery again that a thousandth of a dollar had kept shut since a loss", async () => {
    const world = await lotteryWorld();
    const { lottery, vault, first, ana, beto, buy, balanceOf, assertions } = world;
    await buy(ana, "100");
    await vault.write.rebalance();
    await first.write.lose([usd("1")]);
    // All but a thousandth of a dollar leaves, at a loss.
    await lottery.write.redeemTickets([1n, usd("99.999"), ana.address, 0n], { account: ana });
    const stranger = () =>
      lottery.write.buyTickets([usd("100"), beto.address, 0n], { account: beto });
    await assertions.revertWithCustomError(stranger(), lottery, "PrincipalNotCovered");
    const before = await balanceOf(beto);
    await lottery.write.coverPrincipal([usd("1")], { account: beto });
    const [covered] = await lottery.getEvents.PrincipalCovered();
    const paid = before - (await balanceOf(beto));
    expect(covered?.args).toMatchObject({ assets: paid, totalPrincipalAfter: usd("0.001") });
    expect([covered?.args.shares, covered?.args.totalSharesAfter]).toEqual([
      (await lottery.read.totals())[0] -
        ((covered?.args.totalSharesAfter ?? 0n) - (covered?.args.shares ?? 0n)),
      (await lottery.read.totals())[0],
    ]);
    // A hundredth of what was still in, and no more.
    expect(paid).toBeGreaterThan(0n);
    expect(paid).toBeLessThanOrEqual(11n);
    await stranger();
    await lottery.write.redeemEntries([[1n], ana.address, usd("0.001")], { account: ana });
  });

  it("takes what is missing and no more, also in parts; none of it becomes a prize", async () => {
    const world = await lotteryWorld();
    const { lottery, vault, first, ana, beto, carla, buy, close, balanceOf, assertions } = world;
    const cover = (assets: bigint) => lottery.write.coverPrincipal([assets], { account: carla });
    const nothing = () =>
      assertions.revertWithCustomError(cover(usd("1")), lottery, "NothingToCover");
    await nothing();
    await buy(ana, "100");
    await buy(beto, "100");
    await nothing();
    await vault.write.rebalance();
    await first.write.lose([usd("20")]);
    const before = await balanceOf(carla);
    await cover(usd("5"));
    expect(before - (await balanceOf(carla))).toBe(usd("5"));
    await assertions.revertWithCustomError(cover(0n), lottery, "NothingToCover");
    await cover(usd("1000"));
    const paid = before - (await balanceOf(carla));
    expect(paid).toBeGreaterThan(usd("19.99"));
    expect(paid).toBeLessThan(usd("20.01"));
    await nothing();
    await close();
    expect((await lottery.read.roundOf([1n])).prize).toBe(0n);
    for (const [account, entry] of [
      [ana, 1n],
      [beto, 2n],
    ] as const) {
      await lottery.write.redeemTickets([entry, usd("100"), account.address, usd("99.999999")], {
        account,
      });
    }
  });

  it("takes nothing for what only looks lost while a strategy cannot be read", async () => {
    const { lottery, vault, first, ana, carla, buy, assertions } = await lotteryWorld();
    await buy(ana, "100");
    await vault.write.rebalance();
    await first.write.setMood([mood("RevertsOnReading")]);
    await assertions.revertWithCustomError(
      lottery.write.coverPrincipal([usd("100")], { account: carla }),
      lottery,
      "NothingToCover",
    );
  });
});

describe("LotteryPool.redeemEntries", () => {
  it("redeems all that is left of several purchases with one payment, and says so of each", async () => {
    const { lottery, ana, beto, buy, balanceOf, assertions } = await lotteryWorld();
    for (const amount of ["100", "30", "7"]) await buy(ana, amount);
    await buy(beto, "1");
    await lottery.write.redeemTickets([2n, usd("10"), ana.address, 0n], { account: ana });
    const before = await balanceOf(beto);
    const all = [[3n, 1n, 2n], beto.address, usd("127")] as const;
    await lottery.write.redeemEntries(all, { account: ana });
    const redeemed = await lottery.getEvents.TicketsRedeemed();
    expect(
      redeemed.map(({ args }) => [args.entry, args.principal, args.assets, args.entryAfter]),
    ).toEqual([
      [3n, usd("7"), usd("7"), 0n],
      [1n, usd("100"), usd("100"), 0n],
      [2n, usd("20"), usd("20"), 0n],
    ]);
    expect(redeemed.map(({ args }) => [args.principalAfter, args.totalPrincipalAfter])).toEqual([
      [usd("120"), usd("121")],
      [usd("20"), usd("21")],
      [0n, usd("1")],
    ]);
    expect(await balanceOf(beto)).toBe(before + usd("127"));
    expect(await lottery.read.totals()).toEqual([sharesFor("1"), usd("1")]);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.redeemEntries(all, { account: beto }),
      lottery,
      "NotYourTickets",
      [3n, is(beto)],
    );
  });

  it("gives the shares themselves, too", async () => {
    const { lottery, vault, first, second, ana, carla, buy } = await lotteryWorld();
    await buy(ana, "100");
    await buy(ana, "20");
    await vault.write.rebalance();
    for (const one of [first, second]) await one.write.setMood([mood("RevertsOnEverything")]);
    await lottery.write.redeemEntriesAsShares([[1n, 2n], carla.address], { account: ana });
    expect(await vault.read.balanceOf([carla.address])).toBe(sharesFor("120"));
    expect(await lottery.read.totals()).toEqual([0n, 0n]);
  });

  it("refuses none, one twice, and less than is accepted", async () => {
    const { lottery, ana, buy, assertions } = await lotteryWorld();
    await buy(ana, "100");
    const redeem = (entries: bigint[], least = 0n) =>
      lottery.write.redeemEntries([entries, ana.address, least], { account: ana });
    await assertions.revertWithCustomError(redeem([]), lottery, "ZeroAmount");
    await assertions.revertWithCustomError(redeem([1n, 1n]), lottery, "ZeroAmount");
    await assertions.revertWithCustomErrorWithArgs(
      redeem([1n], usd("100") + 1n),
      lottery,
      "TooFewAssets",
      [usd("100"), usd("100") + 1n],
    );
    await assertions.revertWithCustomError(
      lottery.write.redeemEntriesAsShares([[], ana.address], { account: ana }),
      lottery,
      "ZeroAmount",
    );
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
      [{ ...rules, roundDuration: 59 }, whole],
      [{ ...rules, roundDuration: 365 * 24 * 3600 + 1 }, whole],
      [{ ...rules, answerTime: 59 }, whole],
      [{ ...rules, answerTime: 30 * 24 * 3600 + 1 }, whole],
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
