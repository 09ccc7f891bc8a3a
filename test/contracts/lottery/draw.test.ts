import { encodeAbiParameters } from "viem";
import { describe, expect, it } from "vitest";
import { is, mood, usd } from "../world.ts";
import { ANSWER_TIME, lotteryWorld, REASON, STATE, WEEK } from "./lottery.ts";

/** Ana has 100 and Beto 300 from the start; the vault has earned 40. */
async function playedWorld(options: Parameters<typeof lotteryWorld>[0] = {}) {
  const world = await lotteryWorld(options);
  await world.buy(world.ana, "100");
  await world.buy(world.beto, "300");
  await world.earnAtWork("40");
  return world;
}

describe("A round", () => {
  it("is closed, asked for, answered by Chainlink's coordinator and drawn, each by anybody", async () => {
    const { lottery, keeper, ana, beto, close, answer, networkHelpers, vault } =
      await playedWorld();
    await close();
    const [closed] = await lottery.getEvents.RoundClosed();
    const prize = closed?.args.prizeSharesAfter ?? 0n;
    expect(await vault.read.convertToAssets([prize])).toBeGreaterThan(usd("39.99"));
    expect(closed?.args).toMatchObject({ roundId: 1n, lastEntry: 2n, yieldShares: prize });
    expect(await lottery.read.currentRound()).toBe(2n);

    await lottery.write.requestDraw({ account: keeper });
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.requested);
    await networkHelpers.mine(3);
    await (await answer()).send();
    const round = await lottery.read.roundOf([1n]);
    expect(round.state).toBe(STATE.answered);
    expect(round.word).not.toBe(0n);

    await lottery.write.finalizeDraw([100n], { account: keeper });
    const winners = await lottery.getEvents.WinnerDeclared();
    expect(winners.map(({ args }) => [args.winner, args.tier, args.attempt])).toEqual([
      [0n, 0n, 0n],
      [1n, 1n, 0n],
      [2n, 1n, 0n],
      [3n, 1n, 0n],
    ]);
    expect(winners.map(({ args }) => args.shares)).toEqual([
      (prize * 7n) / 10n,
      ...Array.from({ length: 3 }, () => (prize * 3n) / 10n / 3n),
    ]);
    const [executed] = await lottery.getEvents.DrawExecuted();
    const won =
      (await lottery.read.playerOf([ana.address])).prizeShares +
      (await lottery.read.playerOf([beto.address])).prizeShares;
    expect(executed?.args).toMatchObject({ roundId: 1n, prizeShares: prize, wonShares: won });
    expect((await lottery.read.roundOf([2n])).prize).toBe(prize - won);
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.drawn);
  });

  it("harvests nothing while a strategy cannot be read, and all of it in the next", async () => {
    const { first, lottery, close } = await playedWorld();
    await first.write.setMood([mood("RevertsOnReading")]);
    await close();
    const [closed] = await lottery.getEvents.RoundClosed();
    expect(closed?.args.yieldShares).toBe(0n);
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.rolledOver);
    await first.write.setMood([mood("Good")]);
    await close();
    const [next] = await lottery.getEvents.RoundClosed();
    expect(next?.args.yieldShares).toBeGreaterThan(0n);
  });

  it("is drawn in as many steps as one likes, with the same winners", async () => {
    const { lottery, closeAndAnswer, networkHelpers } = await playedWorld();
    await closeAndAnswer();
    const snapshot = await networkHelpers.takeSnapshot();
    await lottery.write.finalizeDraw([100n]);
    const atOnce = (await lottery.getEvents.WinnerDeclared()).map(({ args }) => args);
    await snapshot.restore();
    const stepwise = [];
    for (let step = 0; step < 4; step++) {
      await lottery.write.finalizeDraw([1n]);
      stepwise.push(...(await lottery.getEvents.WinnerDeclared()).map(({ args }) => args));
    }
    expect(stepwise).toEqual(atOnce);
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.drawn);
  });

  it("cannot be closed, asked for, finalised or rolled over before its time", async () => {
    const { lottery, close, assertions, networkHelpers } = await playedWorld();
    const { start } = await lottery.read.roundOf([1n]);
    const wrongState = (action: Promise<`0x${string}`>, state: number, needed: number) =>
      assertions.revertWithCustomErrorWithArgs(action, lottery, "WrongState", [1n, state, needed]);

    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.closeRound(),
      lottery,
      "RoundRunning",
      [1n, BigInt(start + WEEK)],
    );
    await close();
    await wrongState(lottery.write.finalizeDraw([1n]), STATE.closed, STATE.answered);
    await lottery.write.requestDraw();
    const deadline = BigInt((await networkHelpers.time.latest()) + ANSWER_TIME);
    await wrongState(lottery.write.requestDraw(), STATE.requested, STATE.closed);
    await wrongState(lottery.write.finalizeDraw([1n]), STATE.requested, STATE.answered);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.rollOver(),
      lottery,
      "TooEarlyToRollOver",
      [1n, deadline],
    );
    await networkHelpers.time.increase(WEEK);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.closeRound(),
      lottery,
      "DrawPending",
      [1n],
    );
    await lottery.write.rollOver();
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.rollOver(),
      lottery,
      "WrongState",
      [1n, STATE.rolledOver, STATE.requested],
    );
    await lottery.write.closeRound();
    expect(await lottery.read.currentRound()).toBe(3n);
  });

  it("gives an answer all of its time, from the request, whenever that is made", async () => {
    const { lottery, close, answer, assertions, networkHelpers } = await playedWorld();
    await close();
    const { end, deadline } = await lottery.read.roundOf([1n]);
    expect(deadline).toBe(end + ANSWER_TIME);
    const untilAsked = await networkHelpers.takeSnapshot();
    for (const before of [0, 60]) {
      const asked = deadline - before;
      await networkHelpers.time.setNextBlockTimestamp(asked);
      await lottery.write.requestDraw();
      const [requested] = await lottery.getEvents.DrawRequested();
      expect(requested?.args.deadline).toBe(BigInt(asked + ANSWER_TIME));
      await networkHelpers.mine(3);
      const inTime = await answer();
      // Whoever knows the word now would have to withhold it for a whole answer time.
      await networkHelpers.time.setNextBlockTimestamp(asked + ANSWER_TIME);
      await assertions.revertWithCustomErrorWithArgs(
        lottery.write.rollOver(),
        lottery,
        "TooEarlyToRollOver",
        [1n, BigInt(asked + ANSWER_TIME)],
      );
      await networkHelpers.time.setNextBlockTimestamp(asked + ANSWER_TIME);
      await inTime.send();
      expect((await lottery.read.roundOf([1n])).state).toBe(STATE.answered);
      await untilAsked.restore();
    }
  });

  it("rolls its prize over when nobody has asked in time", async () => {
    const { lottery, close, assertions, networkHelpers } = await playedWorld();
    await close();
    const { prize, end } = await lottery.read.roundOf([1n]);
    await networkHelpers.time.increase(ANSWER_TIME);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.requestDraw(),
      lottery,
      "TooLateForDraw",
      [1n, BigInt(end + ANSWER_TIME)],
    );
    await assertions.emitWithArgs(lottery.write.rollOver(), lottery, "PrizeRolledOver", [
      1n,
      2n,
      prize,
      prize,
    ]);
    expect((await lottery.getEvents.RoundNotDrawn())[0]?.args.reason).toBe(REASON.noAnswer);
  });

  it("ignores an answer that is late, before and after the prize has rolled over", async () => {
    const { lottery, close, answer, networkHelpers } = await playedWorld();
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    const late = await answer();
    const snapshot = await networkHelpers.takeSnapshot();
    const requestId = (await lottery.read.roundOf([1n])).requestId;
    for (const rollOverFirst of [true, false]) {
      await networkHelpers.time.increase(ANSWER_TIME + 1);
      if (rollOverFirst) await lottery.write.rollOver();
      await late.send();
      expect((await lottery.getEvents.AnswerIgnored()).map(({ args }) => args)).toEqual([
        { requestId },
      ]);
      const round = await lottery.read.roundOf([1n]);
      expect(round.state).toBe(rollOverFirst ? STATE.rolledOver : STATE.requested);
      expect(round.word).toBe(0n);
      await snapshot.restore();
    }
  });

  it("takes one answer only: the coordinator refuses a second", async () => {
    const { lottery, coordinator, close, answer, assertions, networkHelpers } = await playedWorld();
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    const twice = await answer();
    await twice.send();
    const { word } = await lottery.read.roundOf([1n]);
    await assertions.revertWithCustomError(twice.send(), coordinator, "NoCorrespondingRequest");
    expect((await lottery.read.roundOf([1n])).word).toBe(word);
  });

  it("takes a word from nobody but the coordinator", async () => {
    const { lottery, coordinator, keeper, close, assertions } = await playedWorld();
    await close();
    await lottery.write.requestDraw();
    const { requestId } = await lottery.read.roundOf([1n]);
    await assertions.revertWithCustomErrorWithArgs(
      lottery.write.rawFulfillRandomWords([requestId, [1n]], { account: keeper }),
      lottery,
      "OnlyCoordinator",
      [is(keeper), is(coordinator)],
    );
  });

  it("has no draw when there is too little to win or nobody to win it", async () => {
    const poor = await playedWorld({ minimumPrize: usd("41") });
    await poor.close();
    const [rolled] = await poor.lottery.getEvents.PrizeRolledOver();
    expect((await poor.lottery.getEvents.RoundNotDrawn())[0]?.args.reason).toBe(
      REASON.nothingToWin,
    );
    expect((await poor.lottery.read.roundOf([2n])).prize).toBe(rolled?.args.shares);
    // Together with the next yield it is enough.
    await poor.earnAtWork("10");
    await poor.close();
    expect((await poor.lottery.read.roundOf([2n])).state).toBe(STATE.closed);

    const empty = await lotteryWorld();
    await empty.asset.write.approve([empty.lottery.address, usd("5")], { account: empty.ana });
    await empty.lottery.write.sponsorPrize([usd("5"), 0n], { account: empty.ana });
    await empty.close();
    expect((await empty.lottery.getEvents.RoundNotDrawn())[0]?.args.reason).toBe(
      REASON.nobodyToWin,
    );
    expect((await empty.lottery.read.prizeSoFar())[1]).toBe(usd("5"));
  });

  it("waits for the subscription's money, and anybody can pay it", async () => {
    const { lottery, coordinator, subscription, close, answer, networkHelpers, assertions } =
      await playedWorld({ funded: false });
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    const waiting = await answer();
    await assertions.revertWithCustomError(waiting.send(), coordinator, "InsufficientBalance");
    await coordinator.write.fundSubscriptionWithNative([subscription], { value: 10n ** 18n });
    await waiting.send();
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.answered);
  });

  it("can pay the oracle in LINK", async () => {
    const world = await playedWorld({ nativePayment: false });
    const { viem, lottery, coordinator, subscription, close, answer, networkHelpers } = world;
    const link = await viem.deployContract("LinkToken");
    const price = await viem.deployContract("MockV3Aggregator", [18, 5n * 10n ** 15n]);
    await coordinator.write.setLINKAndLINKNativeFeed([link.address, price.address]);
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    const waiting = await answer();
    await world.assertions.revertWithCustomError(
      waiting.send(),
      coordinator,
      "InsufficientBalance",
    );
    const [owner] = await viem.getWalletClients();
    await link.write.grantMintRole([owner?.account.address ?? lottery.address]);
    await link.write.mint([owner?.account.address ?? lottery.address, 10n ** 18n]);
    const note = encodeAbiParameters([{ type: "uint256" }], [subscription]);
    await link.write.transferAndCall([coordinator.address, 10n ** 18n, note]);
    await waiting.send();
    const [fulfilled] = await coordinator.getEvents.RandomWordsFulfilled();
    expect(fulfilled?.args).toMatchObject({ nativePayment: false, success: true });
    const [left] = await coordinator.read.getSubscription([subscription]);
    expect(left).toBe(10n ** 18n - (fulfilled?.args.payment ?? 0n));
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.answered);
  });

  it("finds the last of any number of entries", async () => {
    const { lottery, ana, beto, carla, buy, asset, earnAtWork, closeAndAnswer } =
      await lotteryWorld();
    for (const account of [ana, beto, ana, beto]) await buy(account, "1");
    const fortune = usd("1000000000000");
    await asset.write.mint([carla.address, fortune]);
    await lottery.write.buyTickets([fortune, carla.address, 0n], { account: carla });
    await earnAtWork("40");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([100n]);
    const winners = await lottery.getEvents.WinnerDeclared();
    expect(winners.map(({ args }) => args.entry)).toEqual([5n, 5n, 5n, 5n]);
  });

  it("leaves the coordinator's gas for the callback half unused", async () => {
    const { lottery, coordinator, close, answer, networkHelpers, client } = await playedWorld();
    await close();
    await lottery.write.requestDraw();
    await networkHelpers.mine(3);
    await (await answer()).send();
    const [fulfilled] = await coordinator.getEvents.RandomWordsFulfilled();
    expect(fulfilled?.args.success).toBe(true);
    const { requestId } = await lottery.read.roundOf([1n]);
    expect(fulfilled?.args.requestId).toBe(requestId);
    expect(await client.getBalance({ address: lottery.address })).toBe(0n);
  });
});

describe("Tickets redeemed while a draw is pending", () => {
  it("cannot win any more, and nobody else's numbers change", async () => {
    const { lottery, ana, beto, closeAndAnswer, networkHelpers } = await playedWorld();
    await closeAndAnswer();
    const snapshot = await networkHelpers.takeSnapshot();
    await lottery.write.finalizeDraw([100n]);
    const before = (await lottery.getEvents.WinnerDeclared()).map(({ args }) => args);
    await snapshot.restore();
    await lottery.write.redeemTickets([1n, usd("100"), ana.address, usd("100")], { account: ana });
    await lottery.write.finalizeDraw([1_000n]);
    const after = (await lottery.getEvents.WinnerDeclared()).map(({ args }) => args);
    expect(after.every(({ player }) => is(beto)(player ?? ""))).toBe(true);
    for (const winner of before.filter(({ entry }) => entry === 2n)) {
      expect(after.find((other) => other.winner === winner.winner)?.attempt).toBe(0n);
    }
  });

  it("make the whole prize roll over when nobody is left", async () => {
    const { lottery, ana, beto, closeAndAnswer } = await playedWorld();
    await closeAndAnswer();
    const { prize } = await lottery.read.roundOf([1n]);
    await lottery.write.redeemTickets([1n, usd("100"), ana.address, usd("100")], { account: ana });
    await lottery.write.redeemTickets([2n, usd("300"), beto.address, usd("300")], {
      account: beto,
    });
    const attempts = await lottery.read.maxAttemptsPerWinner();
    await lottery.write.finalizeDraw([4n * attempts - 1n]);
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.answered);
    await lottery.write.finalizeDraw([1n]);
    expect((await lottery.read.roundOf([1n])).state).toBe(STATE.drawn);
    expect((await lottery.read.roundOf([2n])).prize).toBe(prize);
  });
});
