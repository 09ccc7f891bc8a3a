import { describe, expect, it } from "vitest";
import { is, usd } from "../world.ts";
import {
  BY_BIDS,
  CIRCLE,
  type CirclesWorld,
  fullCollateral,
  GRACE,
  runningWorld,
  TRUSTED,
} from "./circles.ts";

const SALT = `0x${"5a".repeat(32)}` as const;

type Account = CirclesWorld["ana"];

async function biddingWorld(changes = {}) {
  const world = await runningWorld({ ...BY_BIDS, ...changes });
  const { circles } = world;
  const seal = (account: Account, discount: string, round = 0n) =>
    circles.read.sealBid([CIRCLE, round, account.address, usd(discount), SALT]);
  return {
    ...world,
    seal,
    bid: async (account: Account, discount: string, round = 0n) =>
      circles.write.commitBid([CIRCLE, await seal(account, discount, round)], { account }),
    reveal: (account: Account, discount: string) =>
      circles.write.revealBid([CIRCLE, usd(discount), SALT], { account }),
    toGrace: () => world.toRoundsEnd(GRACE - 10),
  };
}

describe("RotatingPools.commitBid and revealBid", () => {
  it("give the pot to the largest discount, which the others share", async () => {
    const world = await biddingWorld();
    const { circles, ana, beto, carla, pay, bid, reveal, toGrace, settle, member } = world;
    for (const account of [ana, beto, carla]) await pay(account);
    await bid(ana, "10");
    await bid(carla, "31");
    const [committed] = await circles.getEvents.BidCommitted();
    expect(committed?.args).toMatchObject({
      round: 0n,
      deposit: usd("200"),
      sealedAfter: 2n,
      circleCashAfter: usd("700") + 3n * fullCollateral(3),
    });
    await toGrace();
    await reveal(carla, "31");
    await reveal(ana, "10");
    const [revealed] = await circles.getEvents.BidRevealed();
    expect(revealed?.args).toMatchObject({
      discount: usd("10"),
      leads: false,
      sealedAfter: 0n,
      claimableAfter: usd("200"),
    });
    await settle();
    const [payout] = await circles.getEvents.PayoutExecuted();
    expect(payout?.args.payout).toMatchObject({ discount: usd("31"), cash: usd("269"), own: 0n });
    expect((await member(carla)).claimable).toBe(usd("469"));
    expect((await member(ana)).claimable).toBe(usd("215.5"));
    expect((await member(beto)).claimable).toBe(usd("15.5"));
    const [served] = await circles.read.queueOf([CIRCLE]);
    expect(served?.toLowerCase()).toBe(carla.address);
  });

  it("give what cannot be divided to the winner", async () => {
    const world = await biddingWorld();
    const { ana, beto, carla, pay, bid, reveal, toGrace, settle, member } = world;
    for (const account of [ana, beto, carla]) await pay(account);
    await bid(beto, "0.000003");
    await toGrace();
    await reveal(beto, "0.000003");
    await settle();
    expect((await member(ana)).claimable).toBe(1n);
    expect((await member(beto)).claimable).toBe(usd("500") - 2n);
  });

  it("settle a tie by the order of payout, whoever reveals first", async () => {
    for (const firstToReveal of ["ana", "beto"] as const) {
      const world = await biddingWorld();
      const { circles, ana, beto, bid, reveal, toGrace } = world;
      await bid(beto, "10");
      await bid(ana, "10");
      await toGrace();
      await reveal(world[firstToReveal], "10");
      await reveal(firstToReveal === "ana" ? beto : ana, "10");
      expect((await circles.read.roundOf([CIRCLE]))[0].toLowerCase()).toBe(ana.address);
    }
  });

  it("give the deposits of those who do not reveal to the others, who hid nothing", async () => {
    const world = await biddingWorld();
    const { ana, beto, carla, pay, bid, reveal, toGrace, settle, member } = world;
    for (const account of [ana, beto, carla]) await pay(account);
    await bid(ana, "50");
    await bid(beto, "0");
    await toGrace();
    await reveal(beto, "0");
    await settle();
    // Beto won with nothing; Ana's 200 are Carla's.
    expect((await member(beto)).claimable).toBe(usd("500"));
    expect((await member(ana)).claimable).toBe(0n);
    expect((await member(carla)).claimable).toBe(usd("200"));
  });

  it("stay with the pot where all the others hid theirs", async () => {
    const world = await biddingWorld();
    const { ana, beto, carla, pay, bid, toGrace, settle, member } = world;
    for (const account of [ana, beto, carla]) await pay(account);
    await bid(beto, "5");
    await bid(carla, "5");
    await toGrace();
    await settle();
    expect((await member(ana)).claimable).toBe(usd("700"));
    for (const account of [beto, carla]) expect((await member(account)).claimable).toBe(0n);
  });

  it("cost whoever hides the higher of two bids at least what that saves them", async () => {
    // Beto and Carla are one person, who sees Ana's bid before opening their own.
    const together = async (hiding: boolean) => {
      const world = await biddingWorld({ bidDeposit: usd("90") });
      const { ana, beto, carla, pay, bid, reveal, toGrace, settle, member } = world;
      for (const account of [ana, beto, carla]) await pay(account);
      await bid(ana, "1");
      await bid(beto, "2");
      await bid(carla, "90");
      await toGrace();
      await reveal(ana, "1");
      await reveal(beto, "2");
      if (!hiding) await reveal(carla, "90");
      await settle();
      return (await member(beto)).claimable + (await member(carla)).claimable;
    };
    expect(await together(true)).toBeLessThanOrEqual(await together(false));
  });

  it("follow the order of joining when nobody bids", async () => {
    const { ana, beto, carla, pay, settle, member } = await biddingWorld();
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    expect((await member(ana)).served).toBe(true);
  });

  it("take a second bid for the first, without a second deposit", async () => {
    const world = await biddingWorld();
    const { circles, ana, bid, reveal, toGrace, assertions } = world;
    await bid(ana, "10");
    await bid(ana, "12");
    expect((await circles.read.roundOf([CIRCLE]))[2]).toBe(1n);
    await toGrace();
    await assertions.revertWithCustomErrorWithArgs(reveal(ana, "10"), circles, "BidInvalid", [
      CIRCLE,
      is(ana),
    ]);
    await reveal(ana, "12");
    await assertions.revertWithCustomErrorWithArgs(reveal(ana, "12"), circles, "BidInvalid", [
      CIRCLE,
      is(ana),
    ]);
  });

  it("are good for nobody else and no other round", async () => {
    const world = await biddingWorld();
    const { circles, ana, beto, carla, pay, seal, reveal, toGrace, settle, assertions } = world;
    for (const account of [ana, beto, carla]) await pay(account);
    const anas = await seal(ana, "10");
    await circles.write.commitBid([CIRCLE, anas], { account: ana });
    await circles.write.commitBid([CIRCLE, anas], { account: beto });
    await toGrace();
    await reveal(ana, "10");
    await assertions.revertWithCustomErrorWithArgs(reveal(beto, "10"), circles, "BidInvalid", [
      CIRCLE,
      is(beto),
    ]);
    await settle();
    await circles.write.commitBid([CIRCLE, await seal(beto, "10", 0n)], { account: beto });
    await toGrace();
    await assertions.revertWithCustomErrorWithArgs(reveal(beto, "10"), circles, "BidInvalid", [
      CIRCLE,
      is(beto),
    ]);
  });

  it("are for those in good standing who have not been served, each at its time, within the pot", async () => {
    const world = await biddingWorld();
    const { circles, ana, beto, carla, pay, bid, reveal, seal, toGrace, settle, assertions } =
      world;
    const { start } = await circles.read.circleOf([CIRCLE]);
    const payBy = BigInt(start + 27 * 24 * 3600);
    await assertions.revertWithCustomErrorWithArgs(reveal(ana, "1"), circles, "RevealingNotOpen", [
      CIRCLE,
      0n,
      payBy,
    ]);
    const nothing = `0x${"00".repeat(32)}` as const;
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.commitBid([CIRCLE, nothing], { account: ana }),
      circles,
      "BidInvalid",
      [CIRCLE, is(ana)],
    );
    await bid(ana, "200.000001");
    await toGrace();
    await assertions.revertWithCustomErrorWithArgs(
      reveal(ana, "200.000001"),
      circles,
      "DiscountTooHigh",
      [usd("200.000001"), usd("200")],
    );
    await assertions.revertWithCustomErrorWithArgs(bid(ana, "1"), circles, "BiddingOver", [
      CIRCLE,
      0n,
      payBy,
    ]);
    await pay(ana);
    await pay(beto);
    await settle();
    await assertions.revertWithCustomErrorWithArgs(bid(ana, "1", 1n), circles, "AlreadyServed", [
      CIRCLE,
      is(ana),
    ]);
    await assertions.revertWithCustomErrorWithArgs(bid(carla, "1", 1n), circles, "InDefault", [
      CIRCLE,
      is(carla),
    ]);
    const outsider = world.keeper;
    const commitment = await seal(outsider, "1", 1n);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.commitBid([CIRCLE, commitment], { account: outsider }),
      circles,
      "NotMember",
      [CIRCLE, is(outsider)],
    );
  });

  it("are for circles by bids only", async () => {
    const { circles, ana, assertions } = await runningWorld();
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.commitBid([CIRCLE, SALT], { account: ana }),
      circles,
      "OrderNotByBids",
      [CIRCLE],
    );
  });

  it("cost a winner of a short pot no more than the pot", async () => {
    const world = await biddingWorld(TRUSTED);
    const { ana, beto, carla, pay, bid, reveal, toGrace, settle, member } = world;
    await pay(beto);
    await bid(ana, "150");
    await toGrace();
    await reveal(ana, "150");
    await settle();
    expect((await member(ana)).claimable).toBe(usd("200"));
    expect((await member(beto)).claimable).toBe(usd("50"));
    expect((await member(carla)).claimable).toBe(usd("50"));
  });

  it("are at most the deposit", async () => {
    const world = await biddingWorld({ bidDeposit: usd("20") });
    const { circles, ana, bid, reveal, toGrace, assertions } = world;
    await bid(ana, "20.000001");
    await toGrace();
    await assertions.revertWithCustomErrorWithArgs(
      reveal(ana, "20.000001"),
      circles,
      "DiscountTooHigh",
      [usd("20.000001"), usd("20")],
    );
  });

  it("cannot be had for nothing by defaulting: a pot in shares pays its discount in shares", async () => {
    const world = await biddingWorld({ invested: true });
    const { vault, ana, beto, carla, bid, reveal, toGrace, settle, member } = world;
    const before = (await member(beto)).shares;
    await bid(ana, "100");
    await toGrace();
    await reveal(ana, "100");
    await settle();
    // The pot is 220 in shares, penalties included; of that Ana gives up 100. Each has their own collateral beside.
    const worthOf = async (shares: bigint) => vault.read.convertToAssets([shares]);
    expect(await worthOf((await member(ana)).claimableShares)).toBe(usd("120"));
    expect((await member(ana)).shares).toBe(before);
    for (const other of [beto, carla]) {
      const { shares, claimableShares } = await member(other);
      expect(await worthOf(claimableShares)).toBe(usd("50"));
      expect(await worthOf(before - shares)).toBe(usd("110"));
    }
  });
});
