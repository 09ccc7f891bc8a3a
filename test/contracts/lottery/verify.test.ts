import { parseEventLogs } from "viem";
import { describe, expect, it } from "vitest";
import { lotteryPoolAbi } from "../../../protocol/abis.generated.ts";
import { type LotteryEvent, verifyDraw } from "../../../protocol/draw.ts";
import { Random } from "../../../scripts/local/random.ts";
import { firstSeed } from "../../seed.ts";
import { usd } from "../world.ts";
import { type LotteryWorld, lotteryWorld } from "./lottery.ts";

async function eventsOf({ client, lottery }: LotteryWorld): Promise<LotteryEvent[]> {
  const logs = await client.getLogs({ address: lottery.address, fromBlock: 0n });
  return parseEventLogs({ abi: lotteryPoolAbi, logs });
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
    expect(tamper("DrawAnswered", { time: 2n ** 40n })).toEqual([
      "The answer came too late, but was taken.",
    ]);
    expect(tamper("DrawAnswered", { requestId: 1n })[0]).toMatch(/^The request that was answered/);
    expect(tamper("WinnerDeclared", { player: lottery.address })[0]).toMatch(/but entry \d is/);
    expect(tamper("WinnerDeclared", { shares: 1n })[0]).toMatch(/^The prize of winner 0 is 1,/);
    expect(tamper("WinnerDeclared", { attempt: 1n })[0]).toMatch(/but was passed over/);
    expect(tamper("DrawExecuted", { wonShares: 1n })[0]).toMatch(/^What was won is 1,/);
  });
});
