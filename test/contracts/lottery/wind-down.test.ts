import { describe, expect, it } from "vitest";
import { publicKeyOf } from "../../../protocol/local-oracle/proof.ts";
import { ORACLE_KEY } from "../chainlink.ts";
import { is, mood, usd } from "../world.ts";
import { ANSWER_TIME, lotteryWorld, REASON, STATE, WEEK } from "./lottery.ts";

/** Ana has 100 and Beto 300 from the start; the vault has earned 40, and nobody answers any more. */
async function silentWorld(rounds?: number, options: Parameters<typeof lotteryWorld>[0] = {}) {
  const world = await lotteryWorld(options);
  await world.buy(world.ana, "100");
  await world.buy(world.beto, "300");
  await world.earnAtWork("40");
  await world.passUnanswered(rounds);
  return world;
}

type World = Awaited<ReturnType<typeof silentWorld>>;

/** Redeems all of an entry, and says how much was paid. */
async function leave({ lottery, balanceOf }: World, account: World["ana"], entry: bigint) {
  const before = await balanceOf(account);
  await lottery.write.redeemEntries([[entry], account.address, 0n], { account });
  return (await balanceOf(account)) - before;
}

describe("A lottery that gets no answers", () => {
  it("can be wound down by anybody after eight rounds in a row, and by nobody before", async () => {
    const world = await silentWorld(7);
    const { lottery, keeper, assertions } = world;
    const windDown = () => lottery.write.windDown({ account: keeper });
    await assertions.revertWithCustomErrorWithArgs(windDown(), lottery, "TooEarlyToWindDown", [
      7n,
      8n,
    ]);
    await world.passUnanswered(1);
    const { prize } = await lottery.read.roundOf([9n]);
    const [shares, principal] = await lottery.read.totals();
    expect(prize).toBeGreaterThan(0n);
    await windDown();
    const [wound] = await lottery.getEvents.LotteryWoundDown();
    const { weight } = await lottery.read.roundOf([8n]);
    expect(wound?.args).toMatchObject({
      ...{ roundId: 9n, prizeShares: prize, weight },
      ...{ totalPrincipalAfter: principal, totalSharesAfter: shares + prize },
    });
    expect(is(keeper)(wound?.args.caller ?? "")).toBe(true);
    expect((await lottery.getEvents.RoundNotDrawn())[0]?.args).toEqual({
      ...{ roundId: 9n, reason: REASON.woundDown },
    });
    expect(await lottery.read.isWoundDown()).toBe(true);
    expect(await lottery.read.roundOf([9n])).toMatchObject({ state: STATE.rolledOver, prize: 0n });
  });

  it("pays principal and what would have been won, and keeps nothing back", async () => {
    const world = await silentWorld();
    const { lottery, vault, ana, beto } = world;
    await lottery.write.windDown();
    const anas = await leave(world, ana, 1n);
    const betos = await leave(world, beto, 2n);
    // 40 were earned, in proportion to 100 and 300
    expect(anas).toBeGreaterThan(usd("109.99"));
    expect(anas).toBeLessThan(usd("110.01"));
    expect(betos).toBeGreaterThan(usd("329.98"));
    expect(betos).toBeLessThan(usd("330.02"));
    expect(await lottery.read.totals()).toEqual([0n, 0n]);
    expect(await lottery.read.remainder()).toEqual([0n, 0n]);
    expect(await vault.read.balanceOf([lottery.address])).toBe(0n);
  });

  it("pays the same in shares, in parts and in whatever order", async () => {
    const world = await silentWorld();
    const { lottery, vault, ana, beto, carla } = world;
    await lottery.write.windDown();
    const held = await vault.read.balanceOf([lottery.address]);
    const account = ana;
    const part = [1n, usd("40"), carla.address] as const;
    await lottery.write.redeemTicketsAsShares(part, { account: ana });
    await lottery.write.redeemEntriesAsShares([[2n], carla.address], { account: beto });
    const rest = await vault.read.balanceOf([lottery.address]);
    expect(Number((rest * 10_000n) / held)).toBeCloseTo(1_500, -1);
    await lottery.write.redeemEntriesAsShares([[1n], carla.address], { account });
    expect(await vault.read.balanceOf([carla.address])).toBe(held);
  });

  it("gives nothing of it to who comes just before, however rich", async () => {
    const world = await silentWorld();
    const { lottery, asset, ana, beto, carla } = world;
    await asset.write.mint([carla.address, usd("1000000")]);
    await lottery.write.buyTickets([usd("1000000"), carla.address, 0n], { account: carla });
    await lottery.write.windDown();
    const carlas = await leave(world, carla, 3n);
    expect(carlas).toBeLessThanOrEqual(usd("1000000") + 1n);
    expect(carlas).toBeGreaterThan(usd("999999.99"));
    expect(await leave(world, ana, 1n)).toBeGreaterThan(usd("109.99"));
    expect(await leave(world, beto, 2n)).toBeGreaterThan(usd("329.98"));
  });

  it("gives who was in for half of the last round half as much for their money", async () => {
    const world = await silentWorld(7);
    const { lottery, networkHelpers, ana, carla, buy } = world;
    const { start } = await lottery.read.roundOf([8n]);
    await networkHelpers.time.increaseTo(start + WEEK / 2);
    await buy(carla, "100");
    await world.passUnanswered(1);
    await lottery.write.windDown();
    const anas = await leave(world, ana, 1n);
    const carlas = await leave(world, carla, 3n);
    const half = Number(carlas - usd("100")) / Number(anas - usd("100"));
    expect(half).toBeCloseTo(0.5, 2);
  });

  it("covers the principal first, where the vault has lost some of it", async () => {
    const world = await silentWorld();
    const { lottery, first, vault, ana, beto, carla, buy } = world;
    await buy(carla, "100");
    await vault.write.rebalance();
    await first.write.lose([usd("30")]);
    await lottery.write.windDown();
    // Of 40 that there were to win some 10 are left.
    const carlas = await leave(world, carla, 3n);
    expect(carlas).toBeGreaterThan(usd("99.99"));
    expect(carlas).toBeLessThanOrEqual(usd("100") + 1n);
    const both = (await leave(world, ana, 1n)) + (await leave(world, beto, 2n));
    expect(both).toBeGreaterThan(usd("409"));
    expect(both).toBeLessThan(usd("411"));
  });

  it("shares a loss that is greater than what there was to win", async () => {
    const world = await silentWorld();
    const { lottery, first, vault, ana, beto } = world;
    await lottery.write.windDown();
    await vault.write.rebalance();
    await first.write.lose([usd("140")]);
    const anas = await leave(world, ana, 1n);
    expect(anas).toBeGreaterThan(usd("74.9"));
    expect(anas).toBeLessThan(usd("75.1"));
    expect(3n * anas - (await leave(world, beto, 2n))).toBeLessThan(usd("0.01"));
  });

  it("divides what is earned after it, too", async () => {
    const world = await silentWorld();
    const { lottery, ana, beto, earnAtWork, wait } = world;
    await lottery.write.windDown();
    await earnAtWork("40");
    // What took so long to come about takes as long to be released.
    await wait(10 * WEEK);
    const anas = await leave(world, ana, 1n);
    expect(anas).toBeGreaterThan(usd("119.9"));
    expect(anas).toBeLessThan(usd("120.1"));
    expect(await leave(world, beto, 2n)).toBeGreaterThan(usd("359.7"));
  });

  it("moves nothing between players while a strategy cannot be read", async () => {
    const world = await silentWorld();
    const { lottery, vault, asset, first, second, ana, beto, carla } = world;
    await asset.write.mint([carla.address, usd("10000")]);
    await lottery.write.buyTickets([usd("10000"), carla.address, 0n], { account: carla });
    await vault.write.rebalance();
    await lottery.write.windDown();
    const strategies = [first, second];
    for (const one of strategies) await one.write.setMood([mood("RevertsOnReading")]);
    // Shares look worth little: but what is to be divided by weight is none of Carla's.
    const [, rest] = await lottery.read.remainder();
    await lottery.write.redeemEntriesAsShares([[3n], carla.address], { account: carla });
    expect((await lottery.read.remainder())[1]).toBe(rest);
    for (const one of strategies) await one.write.setMood([mood("Good")]);
    expect(await leave(world, ana, 1n)).toBeGreaterThan(usd("109.9"));
    expect(await leave(world, beto, 2n)).toBeGreaterThan(usd("329.9"));
  });

  it("takes no more money, starts no more rounds and is wound down once; prizes are claimed as ever", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, buy, earnAtWork, closeAndAnswer, assertions, wait } = world;
    await buy(ana, "100");
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([4n]);
    await earnAtWork("10");
    await world.passUnanswered();
    await lottery.write.windDown();
    await wait(WEEK);
    for (const action of [
      () => lottery.write.buyTickets([usd("1"), ana.address, 0n], { account: ana }),
      () => lottery.write.sponsorPrize([usd("1"), 0n], { account: ana }),
      () => lottery.write.coverPrincipal([usd("1")], { account: ana }),
      () => lottery.write.closeRound(),
      () => lottery.write.windDown(),
    ]) {
      await assertions.revertWithCustomError(action(), lottery, "WoundDown");
    }
    for (const action of [
      () => lottery.write.requestDraw(),
      () => lottery.write.finalizeDraw([1n]),
      () => lottery.write.rollOver(),
    ]) {
      await assertions.revertWithCustomError(action(), lottery, "WrongState");
    }
    expect(await lottery.read.prizeSoFar()).toEqual([0n, 0n]);
    const { prizeShares } = await lottery.read.playerOf([ana.address]);
    expect(prizeShares).toBeGreaterThan(0n);
    await lottery.write.claimPrize([ana.address, usd("9")], { account: ana });
    await lottery.write.redeemEntries([[1n], ana.address, usd("109")], { account: ana });
    expect(await world.vault.read.balanceOf([lottery.address])).toBe(0n);
  });

  it("goes on when one answer comes: only rounds in a row count, and only those that needed one", async () => {
    const world = await silentWorld(7);
    const { lottery, earnAtWork, closeAndAnswer, assertions, close } = world;
    await closeAndAnswer();
    await lottery.write.finalizeDraw([100n]);
    expect((await lottery.read.roundOf([9n])).unanswered).toBe(0);
    await earnAtWork("10");
    await world.passUnanswered(7);
    // One with too little to win in between changes nothing: here the prize is unreadable.
    for (const one of [world.first, world.second]) {
      await one.write.setMood([mood("RevertsOnReading")]);
    }
    await close();
    expect((await lottery.read.roundOf([16n])).state).toBe(STATE.rolledOver);
    expect((await lottery.read.roundOf([17n])).unanswered).toBe(7);
    await assertions.revertWithCustomError(lottery.write.windDown(), lottery, "TooEarlyToWindDown");
    for (const one of [world.first, world.second]) await one.write.setMood([mood("Good")]);
    await world.passUnanswered(1);
    await lottery.write.windDown();
  });

  it("cannot be wound down in front of a word that may be on its way", async () => {
    const world = await silentWorld();
    const { lottery, close, answer, networkHelpers, assertions } = world;
    await close();
    const pending = () =>
      assertions.revertWithCustomErrorWithArgs(lottery.write.windDown(), lottery, "DrawPending", [
        9n,
      ]);
    await pending();
    await lottery.write.requestDraw();
    await pending();
    await networkHelpers.mine(3);
    await (await answer()).send();
    await pending();
    await lottery.write.finalizeDraw([100n]);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.windDown(),
      lottery,
      "TooEarlyToWindDown",
      [0n, 8n],
    );
  });

  it("cannot be kept from it by a draw that is always pending", async () => {
    // As soon as an answer is given up, the next round could be closed, in the same transaction.
    const answerTime = 10 * 24 * 3600;
    const world = await silentWorld(8, { answerTime });
    const { lottery, close, networkHelpers, assertions } = world;
    const { deadline } = await lottery.read.roundOf([8n]);
    const closesFrom = deadline + answerTime + 1;
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.closeRound(),
      lottery,
      "RoundRunning",
      [9n, BigInt(closesFrom)],
    );
    const inTime = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(closesFrom - 1);
    await lottery.write.windDown();
    await inTime.restore();
    await networkHelpers.time.increaseTo(closesFrom);
    await close();
  });

  it("keeps its prize for the next player when nobody is in any more", async () => {
    const world = await silentWorld();
    const { lottery, ana, beto, carla, buy, assertions } = world;
    await leave(world, ana, 1n);
    await leave(world, beto, 2n);
    await assertions.revertWithCustomError(lottery.write.windDown(), lottery, "NobodyIsIn");
    await buy(carla, "1");
    await buy(ana, "1");
    await lottery.write.windDown();
    // Nobody weighed anything: their principal counts.
    const [one, other] = [await leave(world, carla, 3n), await leave(world, ana, 4n)];
    expect(one).toBeGreaterThan(usd("20.9"));
    expect(other - one).toBeLessThan(usd("0.001"));
  });

  it("ignores what the oracle still sends", async () => {
    const world = await silentWorld(7);
    const { lottery, close, answer, networkHelpers } = world;
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    const late = await answer();
    await networkHelpers.time.increase(ANSWER_TIME + 1);
    await lottery.write.rollOver();
    await lottery.write.windDown();
    await late.send();
    expect(await lottery.getEvents.AnswerIgnored()).toHaveLength(1);
  });
});

describe("What Chainlink's owner can do to a lottery", () => {
  it("is to end its answers, not to cancel its subscription or to take its money", async () => {
    const world = await silentWorld(6);
    const { lottery, coordinator, subscription, close, assertions, networkHelpers } = world;
    const { wait, answer } = world;
    // The money would have to go back to the contract, which takes none.
    await assertions.revertWithCustomError(
      coordinator.write.ownerCancelSubscription([subscription]),
      coordinator,
      "FailedToSendNative",
    );
    const [, before] = await coordinator.read.getSubscription([subscription]);
    expect(before).toBeGreaterThan(0n);
    // The key is taken away after it was asked: nobody can answer any more.
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    const unheard = await answer();
    await coordinator.write.deregisterProvingKey([publicKeyOf(ORACLE_KEY)]);
    await assertions.revertWithCustomError(unheard.send(), coordinator, "NoSuchProvingKey");
    await wait(ANSWER_TIME + 1);
    await lottery.write.rollOver();
    // More confirmations are demanded than the lottery asks for: nothing can even be asked.
    await coordinator.write.setConfig([4, 2_500_000, 86_400, 33_285, 10n ** 15n, 0, 0, 24, 20]);
    await close();
    await assertions.revertWithCustomError(
      lottery.write.requestDraw(),
      coordinator,
      "InvalidRequestConfirmations",
    );
    await wait(ANSWER_TIME + 1);
    await lottery.write.rollOver();
    await lottery.write.windDown();
    expect(await leave(world, world.ana, 1n)).toBeGreaterThan(usd("109.99"));
  });
});
