import { parseEventLogs } from "viem";
import { describe, expect, it } from "vitest";
import { lotteryPoolAbi } from "../../../protocol/abis.generated.ts";
import { type LotteryEvent, verifyDraw } from "../../../protocol/draw.ts";
import { Random } from "../../../scripts/local/random.ts";
import { readLotteryHead } from "../../../scripts/lottery-log.ts";
import { firstSeed } from "../../seed.ts";
import { usd } from "../world.ts";
import { ANSWER_TIME, type LotteryWorld, lotteryWorld, REASON } from "./lottery.ts";

async function eventsOf({ client, lottery }: LotteryWorld): Promise<LotteryEvent[]> {
  const logs = await client.getLogs({ address: lottery.address, fromBlock: 0n });
  const events = parseEventLogs({ abi: lotteryPoolAbi, logs });
  const times = new Map<bigint, bigint>();
  for (const blockNumber of new Set(events.map((event) => event.blockNumber))) {
    times.set(blockNumber, (await client.getBlock({ blockNumber })).timestamp);
  }
  return events.map((event) => ({ ...event, blockTime: times.get(event.blockNumber) ?? 0n }));
}

/** What nobody decides and no draw depends on: who paid for whom, who called, where money went. */
const OF_NO_CONSEQUENCE = new Set([
  "LotteryOpened.coordinator",
  "LotteryOpened.subscription",
  "TicketPurchased.payer",
  "TicketsRedeemed.receiver",
  "TicketsRedeemed.assets",
  "PrizeSponsored.sponsor",
  "PrizeSponsored.assets",
  "RoundClosed.caller",
  "DrawRequested.caller",
  "PrincipalCovered.payer",
  "PrincipalCovered.assets",
  "LotteryWoundDown.caller",
  "PrizeClaimed.receiver",
  "PrizeClaimed.assets",
  "AnswerIgnored.requestId",
]);

/** Each value changed as little as it can be. */
function alterations(value: unknown): unknown[] {
  if (typeof value === "bigint") return value > 0n ? [value + 1n, value - 1n] : [value + 1n];
  if (typeof value === "number") return [value + 1, ...(value > 0 ? [value - 1] : [])];
  if (typeof value === "string") return ["0x00000000000000000000000000000000000c0de0"];
  if (Array.isArray(value)) {
    const changed = value.flatMap((item: unknown, index) =>
      alterations(item).map((other): unknown[] => value.with(index, other) as unknown[]),
    );
    return [...changed, value.slice(1)];
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      alterations(inner).map((other) => ({ ...value, [key]: other })),
    );
  }
  return [];
}

/** Players come, go and come again over some rounds; some leave while the draw is pending, or between its steps. */
async function playAtRandom(world: LotteryWorld, seed: string, rounds: number) {
  const random = new Random(seed);
  const { lottery, ana, beto, carla, buy, earnAtWork, closeAndAnswer, wait } = world;
  const players = [ana, beto, carla];
  const act = async () => {
    const player = players[random.between(0, 2)] ?? ana;
    const count = Number(await lottery.read.entryCount());
    const entry = BigInt(random.between(1, Math.max(count, 1)));
    const [owner, left] = await lottery.read.entryOf([entry]);
    if (left > 0n && random.between(0, 2) === 0) {
      const part = random.between(0, 1) === 0 ? left : left / 2n;
      const account = players.find(({ address }) => address === owner.toLowerCase()) ?? ana;
      await lottery.write.redeemTickets([entry, part, owner, 0n], { account });
    } else {
      await buy(player, String(random.between(1, 200)));
    }
    await wait(random.between(1, 40_000));
  };
  for (let round = 0; round < rounds; round++) {
    for (let action = random.between(3, 9); action > 0; action--) await act();
    // whoever has left, somebody can win
    await buy(carla, "1");
    await lottery.write.sponsorPrize([usd("3"), 0n], { account: ana });
    await earnAtWork("5");
    await closeAndAnswer();
    for (let action = 0; action < 3; action++) {
      await act();
      await lottery.write.finalizeDraw([1n]).catch(() => undefined);
    }
    const roundId = (await lottery.read.currentRound()) - 1n;
    if ((await lottery.read.roundOf([roundId])).state === 4) {
      await lottery.write.finalizeDraw([1_000n]);
    }
  }
}

/** Leaves out and alters each of a lottery's events: nothing of it goes unnoticed. Returns what events there are. */
async function everyNameNoticed(world: LotteryWorld): Promise<string[]> {
  const { client, lottery } = world;
  const events = await eventsOf(world);
  const block = await client.getBlockNumber();
  const currentRound = await lottery.read.currentRound();
  // As many rounds as there are: what is said of each must hold.
  const heads = await Promise.all(
    Array.from({ length: Number(currentRound) }, (_, index) =>
      readLotteryHead(client, lottery.address, block, BigInt(index + 1)),
    ),
  );
  const reports = (changed: LotteryEvent[]) =>
    Array.from({ length: Number(currentRound) }, (_, index) =>
      verifyDraw(changed, BigInt(index + 1), heads[index]),
    );
  const complaints = (changed: LotteryEvent[]) =>
    reports(changed).flatMap(({ faults, gaps }) => [...faults, ...gaps]);
  expect(complaints(events)).toEqual([]);
  const unnoticed: string[] = [];
  let tried = 0;
  events.forEach((event, index) => {
    if (event.eventName !== "PrizeClaimed") {
      tried++;
      if (complaints(events.toSpliced(index, 1)).length === 0) {
        unnoticed.push(`${index}: ${event.eventName} left out`);
      }
    }
    for (const [field, value] of Object.entries(event.args)) {
      if (OF_NO_CONSEQUENCE.has(`${event.eventName}.${field}`)) continue;
      for (const other of alterations(value)) {
        tried++;
        const args = { ...event.args, [field]: other };
        const changed = events.with(index, { ...event, args } as LotteryEvent);
        if (complaints(changed).length === 0) {
          unnoticed.push(`${index}: ${event.eventName}.${field} ${String(value)} ${String(other)}`);
        }
      }
    }
  });
  expect(unnoticed).toEqual([]);
  expect(tried).toBeGreaterThan(300);
  return [...new Set(events.map(({ eventName }) => eventName))].sort();
}

describe("Anybody can verify a draw from the events alone", () => {
  it(`and finds every draw of the contract honest, whoever came and left when (seed ${firstSeed})`, async () => {
    const world = await lotteryWorld();
    await playAtRandom(world, firstSeed, 4);
    const events = await eventsOf(world);
    for (const roundId of [1n, 2n, 3n, 4n]) {
      const report = verifyDraw(events, roundId);
      expect(report.faults).toEqual([]);
      expect(report.state).toBe("drawn");
      expect(report.winners).toHaveLength(4);
      expect(report.totalWeight).toBe((await world.lottery.read.roundOf([roundId])).weight);
    }
    expect(verifyDraw(events, 5n).state).toBe("open");
    expect(() => verifyDraw(events, 6n)).toThrow("There is no round 6.");
  });

  it("and sees whatever was tampered with", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, beto, buy, earnAtWork, closeAndAnswer } = world;
    await buy(ana, "100");
    await buy(beto, "100");
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([100n]);
    const events = await eventsOf(world);
    expect(verifyDraw(events, 1n).faults).toEqual([]);

    const tamper = (name: LotteryEvent["eventName"], change: Record<string, unknown>) => {
      const changed = events.map((event) =>
        event.eventName === name
          ? ({ ...event, args: { ...event.args, ...change } } as LotteryEvent)
          : event,
      );
      return verifyDraw(changed, 1n).faults;
    };
    expect(tamper("RoundClosed", { weight: 1n })[0]).toMatch(/^The weight of all entries is 1,/);
    expect(tamper("DrawAnswered", { word: 7n })).not.toEqual([]);
    expect(tamper("DrawAnswered", { time: 2n ** 40n })).toContain(
      "The answer came too late, but was taken.",
    );
    expect(tamper("DrawAnswered", { requestId: 1n })[0]).toMatch(/^The request that was answered/);
    expect(tamper("WinnerDeclared", { player: lottery.address })[0]).toMatch(/but entry \d is/);
    expect(tamper("WinnerDeclared", { shares: 1n })[0]).toMatch(/^The prize of winner 0 is 1,/);
    expect(tamper("WinnerDeclared", { attempt: 1n })[0]).toMatch(/but was passed over/);
    expect(tamper("DrawExecuted", { wonShares: 1n })[0]).toMatch(/^What was won is 1,/);
  });

  it("and misses no single alteration or omission, whatever it is of", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, beto, carla, buy, close, earnAtWork, closeAndAnswer, wait } = world;
    // Nobody plays; then three do, one of whom leaves; a prize that is claimed, one that is too small, an answer that is late.
    await close();
    await buy(ana, "100");
    await wait(1_000);
    await buy(beto, "70");
    await buy(carla, "30");
    await lottery.write.sponsorPrize([usd("3"), 0n], { account: ana });
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.redeemTickets([2n, usd("70"), beto.address, 0n], { account: beto });
    await lottery.write.finalizeDraw([100n]);
    for (const account of [ana, carla]) {
      await lottery.write.claimPrize([account.address, 0n], { account }).catch(() => undefined);
    }
    await close();
    await earnAtWork("10");
    await close();
    await lottery.write.requestDraw();
    await wait(ANSWER_TIME + 1);
    await lottery.write.rollOver();
    await buy(ana, "5");

    const names = await everyNameNoticed(world);
    expect(names).toEqual([
      ...["DrawAnswered", "DrawExecuted", "DrawRequested", "LotteryOpened", "PrizeClaimed"],
      ...["PrizeRolledOver", "PrizeSponsored", "RoundClosed", "RoundNotDrawn", "RoundStarted"],
      ...["TicketPurchased", "TicketsRedeemed", "WinnerDeclared"],
    ]);
  });

  it("and misses none in the story of a lottery that was wound down", async () => {
    const world = await lotteryWorld();
    const { lottery, vault, first, ana, beto, buy, earnAtWork, passUnanswered } = world;
    await buy(ana, "100");
    await buy(beto, "50");
    await vault.write.rebalance();
    await first.write.lose([usd("1")]);
    await lottery.write.coverPrincipal([usd("2")], { account: beto });
    await earnAtWork("10");
    await passUnanswered();
    await lottery.write.redeemTickets([2n, usd("10"), beto.address, 0n], { account: beto });
    await buy(beto, "5");
    await lottery.write.windDown();
    await lottery.write.redeemEntries([[2n, 3n], beto.address, 0n], { account: beto });
    await lottery.write.redeemEntriesAsShares([[1n], ana.address], { account: ana });
    const events = await eventsOf(world);
    expect(verifyDraw(events, 9n).woundDown?.roundId).toBe(9n);
    const names = await everyNameNoticed(world);
    expect(names).toEqual([
      ...["LotteryOpened", "LotteryWoundDown", "PrincipalCovered", "PrizeRolledOver"],
      ...["RoundClosed", "RoundNotDrawn", "RoundStarted", "TicketPurchased", "TicketsRedeemed"],
    ]);
  });

  it("and sees a lottery that was wound down too soon, or that goes on", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, buy, earnAtWork, passUnanswered } = world;
    await buy(ana, "100");
    await earnAtWork("10");
    await passUnanswered();
    await lottery.write.windDown();
    await lottery.write.redeemEntries([[1n], ana.address, 0n], { account: ana });
    const events = await eventsOf(world);
    expect(verifyDraw(events, 9n).faults).toEqual([]);
    const tooSoon = events.map((event): LotteryEvent =>
      event.eventName === "RoundNotDrawn" && event.args.roundId === 4n
        ? { ...event, args: { ...event.args, reason: REASON.nothingToWin } }
        : event,
    );
    expect(verifyDraw(tooSoon, 9n).faults).toContain(
      "The lottery was wound down after 7 rounds in a row without an answer.",
    );
    const bought = events.filter(({ eventName }) => eventName === "TicketPurchased");
    expect(verifyDraw([...events, ...bought], 9n).faults).toContain(
      "Round 1: Tickets were bought after the lottery had been wound down.",
    );
  });

  it("and calls what is left out a gap, not a crime", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, buy, earnAtWork, closeAndAnswer } = world;
    await buy(ana, "100");
    await buy(ana, "50");
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([100n]);
    const events = await eventsOf(world);
    for (const [index, { eventName }] of events.entries()) {
      const { gaps } = verifyDraw(events.toSpliced(index, 1), 1n);
      if (index < events.length - 1)
        expect(`${eventName} ${gaps.length > 0}`).toBe(`${eventName} true`);
    }
    expect(verifyDraw([], 1n).gaps).not.toEqual([]);
    expect(verifyDraw(events.slice(0, 3), 1n).faults).toEqual([]);
  });

  it("and sees a purchase that was dated back, with its weight", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, beto, buy, earnAtWork, closeAndAnswer, wait } = world;
    await buy(ana, "100");
    await wait(3_600);
    await buy(beto, "100");
    await earnAtWork("10");
    await closeAndAnswer();
    await lottery.write.finalizeDraw([100n]);
    const events = (await eventsOf(world)).map((event): LotteryEvent => {
      if (event.eventName === "TicketPurchased" && event.args.entry === 2n) {
        return { ...event, args: { ...event.args, time: event.args.time - 104n } };
      }
      if (event.eventName === "RoundClosed") {
        return { ...event, args: { ...event.args, weight: event.args.weight + 104n * usd("100") } };
      }
      return event;
    });
    expect(verifyDraw(events, 1n).faults[0]).toMatch(/^The time of a purchase is \d+, but must be/);
  });

  it("and sees a round that was ended for a reason that does not hold", async () => {
    const world = await lotteryWorld();
    const { lottery, ana, buy, earnAtWork, close, wait } = world;
    await buy(ana, "100");
    await earnAtWork("10");
    await close();
    await lottery.write.requestDraw();
    await wait(ANSWER_TIME + 1);
    await lottery.write.rollOver();
    const events = await eventsOf(world);
    const closed = events.find(({ eventName }) => eventName === "RoundClosed")?.blockTime ?? 0n;
    const ended = (reason: number, blockTime: bigint) =>
      verifyDraw(
        events.map((event): LotteryEvent =>
          event.eventName === "RoundNotDrawn"
            ? { ...event, blockTime, args: { ...event.args, reason } }
            : event,
        ),
        1n,
      ).faults;
    expect(ended(REASON.noAnswer, closed + 60n)).toEqual([
      "The round was rolled over for want of an answer before the deadline.",
    ]);
    expect(ended(REASON.nobodyToWin, closed)).toContain("There was somebody to win, but no draw.");
  });
});
