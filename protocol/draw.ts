import {
  type Address,
  encodeAbiParameters,
  hexToBigInt,
  isAddressEqual,
  keccak256,
  maxUint256,
  type ParseEventLogsReturnType,
} from "viem";
import type { lotteryPoolAbi } from "./abis.generated.ts";

// Whether a draw of the LotteryPool was honest, from its events alone: entries, weights, numbers and winners are
// reckoned anew, in the plain way that the contract is too thrifty for.

type LotteryLog = ParseEventLogsReturnType<typeof lotteryPoolAbi, undefined, true>[number];
type EventOf<Log> = Log extends { eventName: unknown; args: unknown }
  ? Pick<Log, "eventName" | "args">
  : never;

/** An event of the LotteryPool. */
export type LotteryEvent = EventOf<LotteryLog>;

/** As often does the contract try to find a winner whose tickets are still in. */
const ATTEMPTS = 64;

export interface Entry {
  player: Address;
  time: bigint;
  /** What has not been redeemed. */
  amount: bigint;
}

/** A part of the line of all weights, in which each entry is as long as it weighs. */
export interface Weight {
  /** The entry's number. */
  entry: number;
  from: bigint;
  weight: bigint;
  /** For how many seconds it was in the round. */
  seconds: bigint;
}

export interface Winner {
  winner: number;
  tier: number;
  /** Undefined when nobody won this prize. */
  player: Address | undefined;
  entry: number | undefined;
  shares: bigint;
}

export interface DrawReport {
  state: "open" | "closed" | "requested" | "answered" | "drawn" | "rolled over";
  /** What is not as it must be, in sentences; none if the draw was honest so far. */
  faults: string[];
  requestId: bigint | undefined;
  word: bigint | undefined;
  prize: bigint;
  weights: Weight[];
  totalWeight: bigint;
  winners: Winner[];
}

/** Where in the line of weights an attempt at a winner falls; undefined when the number would not be fair. */
export function placeOf(
  word: bigint,
  winner: number,
  attempt: number,
  totalWeight: bigint,
): bigint | undefined {
  const random = hexToBigInt(
    keccak256(
      encodeAbiParameters(
        [{ type: "uint256" }, { type: "uint256" }, { type: "uint256" }],
        [word, BigInt(winner), BigInt(attempt)],
      ),
    ),
  );
  const excess = (maxUint256 + 1n) % totalWeight;
  return random > maxUint256 - excess ? undefined : random % totalWeight;
}

/** What each entry weighs in a round, in the order of purchase. */
export function weightsOf(entries: Entry[], start: bigint, end: bigint): Weight[] {
  const weights: Weight[] = [];
  let from = 0n;
  entries.forEach(({ time, amount }, index) => {
    const seconds = end - (time > start ? time : start);
    const weight = amount * seconds;
    weights.push({ entry: index + 1, from, weight, seconds });
    from += weight;
  });
  return weights;
}

/** The entry at a place in the line, and which of its units of money lies there. */
export function entryAt(weights: Weight[], place: bigint): { entry: number; unit: bigint } {
  let [low, high] = [0, weights.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { from, weight } = at(weights, middle);
    if (place < from + weight) high = middle;
    else low = middle + 1;
  }
  const { entry, from, seconds } = at(weights, low);
  return { entry, unit: (place - from) / seconds };
}

/** Follows all events of a pool, in the order of the chain, and judges the draw of one round. */
export function verifyDraw(events: Iterable<LotteryEvent>, roundId: bigint): DrawReport {
  const entries: Entry[] = [];
  const report: DrawReport = {
    state: "open",
    faults: [],
    requestId: undefined,
    word: undefined,
    prize: 0n,
    weights: [],
    totalWeight: 0n,
    winners: [],
  };
  const fault = (sentence: string) => report.faults.push(sentence);
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) {
      fault(`${what} is ${String(actual)}, but must be ${String(expected)}.`);
    }
  };
  let tiers: readonly { winners: number; shareBps: number }[] = [];
  let answerTime = 0n;
  let start: bigint | undefined;
  let end = 0n;

  /** Whether the number of this attempt meets money that is still in. */
  const hit = (winner: number, attempt: number): number | undefined => {
    const place = placeOf(report.word ?? 0n, winner, attempt, report.totalWeight);
    if (place === undefined) return undefined;
    const { entry, unit } = entryAt(report.weights, place);
    return unit < at(entries, entry - 1).amount ? entry : undefined;
  };

  const checkPrize = (winner: number, tier: number, shares: bigint, attempts: number) => {
    expect("The number of the winner", winner, report.winners.length);
    let first = 0;
    const own = tiers.findIndex(({ winners }) => winner < (first += winners));
    expect(`The tier of winner ${winner}`, tier, own);
    const { shareBps, winners } = at(tiers, Math.max(own, 0));
    const prize = (report.prize * BigInt(shareBps)) / 10_000n / BigInt(winners);
    expect(`The prize of winner ${winner}`, shares, prize);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const passedOver = hit(winner, attempt);
      if (passedOver !== undefined) {
        fault(
          `Winner ${winner} was entry ${passedOver} at attempt ${attempt}, but was passed over.`,
        );
      }
    }
  };

  for (const event of events) {
    const { eventName, args } = event;
    if (eventName === "LotteryOpened") {
      ({ tiers } = args);
      answerTime = BigInt(args.rules.answerTime);
    } else if (eventName === "TicketPurchased") {
      expect("The number of a purchase", args.entry, BigInt(entries.length + 1));
      entries.push({ player: args.player, time: args.time, amount: args.assets });
    } else if (eventName === "TicketsRedeemed") {
      const entry = at(entries, Number(args.entry) - 1);
      entry.amount -= args.principal;
      expect(`What is left of entry ${args.entry}`, args.entryAfter, entry.amount);
    } else if (eventName === "PrizeRolledOver" && args.toRoundId === roundId) {
      report.prize += args.shares;
    }
    if (!("roundId" in args) || args.roundId !== roundId) continue;

    switch (eventName) {
      case "RoundStarted":
        start = args.start;
        break;
      case "PrizeSponsored":
        report.prize += args.shares;
        break;
      case "RoundClosed":
        report.state = "closed";
        end = args.end;
        report.prize += args.yieldShares;
        report.weights = weightsOf(entries, start ?? 0n, end);
        report.totalWeight = report.weights.reduce((sum, { weight }) => sum + weight, 0n);
        expect("The prize", args.prizeSharesAfter, report.prize);
        expect("The last entry", args.lastEntry, BigInt(entries.length));
        expect("The weight of all entries", args.weight, report.totalWeight);
        break;
      case "DrawRequested":
        expect("The state at the request", report.state, "closed");
        report.state = "requested";
        report.requestId = args.requestId;
        break;
      case "DrawAnswered":
        expect("The state at the answer", report.state, "requested");
        expect("The request that was answered", args.requestId, report.requestId);
        if (args.time > end + answerTime) fault("The answer came too late, but was taken.");
        report.state = "answered";
        report.word = args.word;
        break;
      case "WinnerDeclared": {
        expect("The state at the draw", report.state, "answered");
        const [winner, attempt] = [Number(args.winner), Number(args.attempt)];
        checkPrize(winner, Number(args.tier), args.shares, attempt);
        const entry = Number(args.entry);
        expect(`The entry of winner ${winner}`, entry, hit(winner, attempt));
        const { player } = at(entries, entry - 1);
        if (!isAddressEqual(player, args.player)) {
          fault(`Winner ${winner} is ${args.player}, but entry ${entry} is ${player}'s.`);
        }
        const { shares } = args;
        report.winners.push({ winner, tier: Number(args.tier), player, entry, shares });
        break;
      }
      case "PrizeNotWon": {
        const [winner, tier] = [Number(args.winner), Number(args.tier)];
        checkPrize(winner, tier, args.shares, ATTEMPTS);
        const { shares } = args;
        report.winners.push({ winner, tier, player: undefined, entry: undefined, shares });
        break;
      }
      case "DrawExecuted":
        report.state = "drawn";
        expect("The word", args.word, report.word);
        expect("What was won", args.wonShares, wonBy(report.winners));
        expect(
          "The number of winners",
          report.winners.length,
          tiers.reduce((sum, { winners }) => sum + winners, 0),
        );
        break;
      case "RoundNotDrawn":
        report.state = "rolled over";
        if (report.word !== undefined) fault("The word had come, but there was no draw.");
        break;
      default:
    }
  }
  if (start === undefined) throw new Error(`There is no round ${roundId}.`);
  return report;
}

function wonBy(winners: Winner[]): bigint {
  return winners.reduce((sum, { player, shares }) => (player ? sum + shares : sum), 0n);
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`The events are incomplete: there is no item ${index}.`);
  return item;
}
