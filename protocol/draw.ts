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

/** An event of the LotteryPool, and the time of the block that it is in, where that is known. */
export type LotteryEvent = EventOf<LotteryLog> & { blockTime?: bigint };

/** As often does the contract try to find a winner whose tickets are still in. */
const ATTEMPTS = 64;

/** After so many rounds in a row without an answer the contract may be wound down. */
const ROUNDS_TO_WIND_DOWN = 8;

const BPS = 10_000n;

/** ILotteryPool.Reason. */
const REASONS = ["NothingToWin", "NobodyToWin", "NoAnswer", "WoundDown"] as const;

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

type State = "open" | "closed" | "requested" | "answered" | "drawn" | "rolled over";

export interface DrawReport {
  state: State;
  /** What is not as it must be, in sentences; none if the draw was honest so far. */
  faults: string[];
  /** What the events lack, in sentences: with a gap in them nobody can tell. */
  gaps: string[];
  requestId: bigint | undefined;
  word: bigint | undefined;
  prize: bigint;
  weights: Weight[];
  totalWeight: bigint;
  winners: Winner[];
  /** The round was not drawn because its prize was too small, which depends on what the shares were worth at its end. */
  tooSmall: { prize: bigint; minimum: bigint } | undefined;
  /** The lottery was wound down while a round ran: so much was to be won, and so much weighed the tickets that were in. */
  woundDown: { roundId: bigint; prize: bigint; weight: bigint } | undefined;
}

/** What the contract itself says after the last of the events: without it nobody would miss what is left out at the end. */
export interface LotteryHead {
  rules: Rules;
  tiers: readonly Tier[];
  currentRound: bigint;
  totalPrincipal: bigint;
  totalShares: bigint;
  isWoundDown: boolean;
  /** All entries, in the order of purchase. */
  entries: Entry[];
  /** Of the round that is asked for, the running one and the one whose draw may be under way. */
  rounds: {
    roundId: bigint;
    state: number;
    prize: bigint;
    left: bigint;
    winner: number;
    requestId: bigint;
    word: bigint;
    deadline: number;
    unanswered: number;
  }[];
}

interface Rules {
  roundDuration: number;
  answerTime: number;
  minimumPurchase: bigint;
  minimumPrize: bigint;
}

interface Tier {
  winners: number;
  shareBps: number;
}

/** As ILotteryPool.State. */
const STATES: (State | undefined)[] = [
  undefined,
  "open",
  "closed",
  "requested",
  "answered",
  "drawn",
  "rolled over",
];

/** Where in the line of weights an attempt at a winner falls; undefined when the number would not be fair, or nothing weighs anything. */
export function placeOf(
  word: bigint,
  winner: number,
  attempt: number,
  totalWeight: bigint,
): bigint | undefined {
  if (totalWeight <= 0n) return undefined;
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
  // An entry that was there for no second has no place; only events that are wrong lead to one.
  return { entry, unit: seconds === 0n ? 0n : (place - from) / seconds };
}

/** Follows all events of a pool, in the order of the chain, and judges the draw of one round. */
export function verifyDraw(
  events: Iterable<LotteryEvent>,
  roundId: bigint,
  head?: LotteryHead,
): DrawReport {
  const record = new PoolRecord(roundId);
  for (const event of events) record.follow(event);
  return record.reportAt(head);
}

interface Round {
  state: State;
  start: bigint;
  end: bigint;
  /** Until when the word can be asked for, or until when it counts. */
  deadline: bigint;
  /** How many rounds in a row before it needed an answer and got none. */
  unanswered: number;
  lastEntry: number;
  /** In shares, and what of it nobody has won yet. */
  prize: bigint;
  left: bigint;
  requestId: bigint | undefined;
  word: bigint | undefined;
  weights: Weight[];
  totalWeight: bigint;
  winners: Winner[];
}

/**
 * The pool as its events say that it is: everything that the contract decides is decided again. What does not follow from
 * the events before is a gap in them; what follows and was decided otherwise is a fault.
 */
class PoolRecord {
  readonly #asked: bigint;
  readonly #faults: string[] = [];
  readonly #gaps: string[] = [];
  readonly #entries: Entry[] = [];
  readonly #rounds = new Map<bigint, Round>();
  /** By player, in small letters. */
  readonly #principal = new Map<string, bigint>();
  readonly #prizes = new Map<string, bigint>();
  #rules: Rules = { roundDuration: 0, answerTime: 0, minimumPurchase: 0n, minimumPrize: 0n };
  #tiers: readonly Tier[] = [];
  #current = 0n;
  #totalPrincipal = 0n;
  #totalShares = 0n;
  /** What the contract says next, in the same transaction. */
  #next: { names: LotteryEvent["eventName"][]; why: string } | undefined = {
    names: ["LotteryOpened"],
    why: "the pool is opened first",
  };
  #tooSmall: DrawReport["tooSmall"];
  #woundDown: DrawReport["woundDown"];
  /** Before what is said of another round than the one that was asked for. */
  #where = "";

  constructor(asked: bigint) {
    this.#asked = asked;
  }

  follow(event: LotteryEvent): void {
    const { eventName, args, blockTime } = event;
    const isOther = "roundId" in args && args.roundId !== this.#asked;
    this.#where = isOther ? `Round ${args.roundId}: ` : "";
    if (this.#next && !this.#next.names.includes(eventName)) {
      this.#gap(
        `${eventName} comes where ${this.#next.names.join(" or ")} must: ${this.#next.why}.`,
      );
    }
    this.#next = undefined;
    switch (eventName) {
      case "LotteryOpened":
        this.#rules = args.rules;
        this.#tiers = args.tiers;
        this.#must(this.#current === 0n, "The pool is opened twice.");
        this.#expectNext("a first round is started", "RoundStarted");
        return;
      case "RoundStarted": {
        this.#start(args, blockTime);
        return;
      }
      case "TicketPurchased": {
        this.#buy(args, blockTime);
        return;
      }
      case "TicketsRedeemed": {
        this.#redeem(args);
        return;
      }
      case "PrizeSponsored":
        this.#stillRuns("A prize was sponsored");
        this.#consistent("The round that is sponsored", args.roundId, this.#current);
        {
          this.#addToPrize(args.roundId, args.shares, args.prizeSharesAfter);
          return;
        }
      case "RoundClosed": {
        this.#close(args, blockTime);
        return;
      }
      case "DrawRequested": {
        this.#request(args, blockTime);
        return;
      }
      case "DrawAnswered": {
        this.#answer(args, blockTime);
        return;
      }
      case "AnswerIgnored": {
        this.#ignore(args, blockTime);
        return;
      }
      case "WinnerDeclared": {
        this.#declare(args);
        return;
      }
      case "PrizeNotWon": {
        this.#leave(args);
        return;
      }
      case "DrawExecuted": {
        this.#execute(args);
        return;
      }
      case "RoundNotDrawn": {
        this.#endWithoutDraw(args, blockTime);
        return;
      }
      case "PrizeRolledOver": {
        this.#rollOver(args);
        return;
      }
      case "PrincipalCovered":
        this.#stillRuns("Principal was covered");
        this.#move(0n, args.shares, args);
        return;
      case "LotteryWoundDown": {
        this.#windDown(args);
        return;
      }
      case "PrizeClaimed": {
        const player = args.player.toLowerCase();
        this.#consistent("What was claimed", args.shares, this.#prizes.get(player) ?? 0n);
        this.#prizes.set(player, 0n);
        return;
      }
      default:
    }
  }

  /** The verdict, once all events were followed. */
  reportAt(head: LotteryHead | undefined): DrawReport {
    this.#where = "";
    if (this.#next !== undefined)
      this.#gap(`The last event is followed by none: ${this.#next.why}.`);
    if (head) this.#compare(head);
    const round = this.#rounds.get(this.#asked);
    if (round === undefined) {
      if (this.#gaps.length === 0) throw new Error(`There is no round ${this.#asked}.`);
      this.#gap(`Nothing is said of round ${this.#asked}.`);
    }
    return {
      state: round?.state ?? "open",
      faults: this.#faults,
      gaps: this.#gaps,
      requestId: round?.requestId,
      word: round?.word,
      prize: round?.prize ?? 0n,
      weights: round?.weights ?? [],
      totalWeight: round?.totalWeight ?? 0n,
      winners: round?.winners ?? [],
      tooSmall: this.#tooSmall,
      woundDown: this.#woundDown,
    };
  }

  #start(args: ArgsOf<"RoundStarted">, blockTime: bigint | undefined): void {
    this.#stillRuns("A round was started");
    this.#consistent("The round that starts", args.roundId, this.#current + 1n);
    this.#current = args.roundId;
    const round = this.#round(args.roundId);
    round.start = args.start;
    this.#onTime("The start of a round", args.start, blockTime);
    const closesFrom = args.start + BigInt(this.#rules.roundDuration);
    this.#expect("When the round can be closed", args.closesFrom, closesFrom);
    this.#consistent("The entries before it", args.entriesBefore, BigInt(this.#entries.length));
    this.#consistent("Its first prize", args.prizeSharesAfter, round.prize);
    const last = this.#rounds.get(this.#current - 1n);
    if (last?.state !== "closed") return;
    this.#expect("The start of the round after", args.start, last.end);
    const nothing = this.#cannotBeWon(last);
    if (last.totalWeight === 0n || nothing) {
      this.#expectNext("the round that was closed cannot be drawn", "RoundNotDrawn");
    }
  }

  #buy(args: ArgsOf<"TicketPurchased">, blockTime: bigint | undefined): void {
    this.#stillRuns("Tickets were bought");
    this.#consistent("The round of a purchase", args.roundId, this.#current);
    this.#consistent("The number of a purchase", args.entry, BigInt(this.#entries.length + 1));
    this.#onTime("The time of a purchase", args.time, blockTime);
    if (args.assets < this.#rules.minimumPurchase) {
      this.#fault(`Entry ${args.entry} is smaller than a purchase may be.`);
    }
    this.#entries.push({ player: args.player, time: args.time, amount: args.assets });
    const player = args.player.toLowerCase();
    const principal = (this.#principal.get(player) ?? 0n) + args.assets;
    this.#principal.set(player, principal);
    this.#consistent("A player's tickets", args.principalAfter, principal);
    this.#move(args.assets, args.shares, args);
  }

  #redeem(args: ArgsOf<"TicketsRedeemed">): void {
    const entry = this.#entries[Number(args.entry) - 1];
    if (entry === undefined) {
      this.#gap(`Entry ${args.entry} is redeemed, but never bought.`);
      return;
    }
    if (!isAddressEqual(entry.player, args.player)) {
      this.#fault(`Entry ${args.entry} is ${entry.player}'s, but was redeemed by ${args.player}.`);
    }
    entry.amount -= args.principal;
    if (entry.amount < 0n) this.#gap(`More of entry ${args.entry} is redeemed than was left.`);
    this.#consistent(`What is left of entry ${args.entry}`, args.entryAfter, entry.amount);
    const player = args.player.toLowerCase();
    const principal = (this.#principal.get(player) ?? 0n) - args.principal;
    this.#principal.set(player, principal);
    this.#consistent("A player's tickets", args.principalAfter, principal);
    if (args.assets > args.principal && !this.#woundDown)
      this.#fault(`Entry ${args.entry} was paid more than its principal.`);
    this.#move(-args.principal, -args.shares, args);
    if (this.#woundDown && this.#totalPrincipal === 0n) {
      this.#expect("What is kept back from the last one", this.#totalShares, 0n);
    }
  }

  #close(args: ArgsOf<"RoundClosed">, blockTime: bigint | undefined): void {
    this.#consistent("The round that is closed", args.roundId, this.#current);
    const round = this.#round(args.roundId);
    const before = this.#rounds.get(args.roundId - 1n);
    if (before && before.state !== "drawn" && before.state !== "rolled over") {
      this.#fault("The round was closed while the draw before it was pending.");
    }
    this.#onTime("The end of a round", args.end, blockTime);
    const answerTime = BigInt(this.#rules.answerTime);
    const mayEnd = round.unanswered >= ROUNDS_TO_WIND_DOWN;
    if (
      args.end < round.start + BigInt(this.#rules.roundDuration) ||
      (mayEnd && args.end <= (before?.deadline ?? 0n) + answerTime)
    ) {
      this.#fault(`Round ${args.roundId} was closed before its time.`);
    }
    round.state = "closed";
    round.end = args.end;
    round.deadline = args.end + answerTime;
    round.lastEntry = this.#entries.length;
    this.#consistent("The last entry", args.lastEntry, BigInt(this.#entries.length));
    round.weights = weightsOf(this.#entries, round.start, round.end);
    round.totalWeight = round.weights.reduce((sum, { weight }) => sum + weight, 0n);
    this.#expect("The weight of all entries", args.weight, round.totalWeight);
    this.#addToPrize(args.roundId, args.yieldShares, args.prizeSharesAfter);
    this.#move(0n, -args.yieldShares, args);
    this.#expectNext("another round is started at once", "RoundStarted");
  }

  #request(args: ArgsOf<"DrawRequested">, blockTime: bigint | undefined): void {
    const round = this.#last(args.roundId);
    this.#expectState("at the request", round, "closed");
    const answerTime = BigInt(this.#rules.answerTime);
    // It is an answer time after the request.
    const asked = args.deadline - answerTime;
    this.#onTime("The deadline", args.deadline, blockTime && blockTime + answerTime);
    if (asked > round.deadline) this.#fault("The word was asked for after the deadline.");
    if (asked < round.end) this.#fault("The deadline is sooner than it must be.");
    round.state = "requested";
    round.deadline = args.deadline;
    round.requestId = args.requestId;
  }

  #answer(args: ArgsOf<"DrawAnswered">, blockTime: bigint | undefined): void {
    const round = this.#last(args.roundId);
    this.#expectState("at the answer", round, "requested");
    this.#expect("The request that was answered", args.requestId, round.requestId);
    this.#onTime("The time of the answer", args.time, blockTime);
    if (args.time > round.deadline) {
      this.#fault("The answer came too late, but was taken.");
    }
    round.state = "answered";
    round.word = args.word;
  }

  #ignore({ requestId }: ArgsOf<"AnswerIgnored">, blockTime: bigint | undefined): void {
    const round = this.#rounds.get(this.#current - 1n);
    if (round?.state !== "requested" || round.requestId !== requestId) return;
    if (blockTime !== undefined && blockTime <= round.deadline) {
      this.#fault("The answer came in time, but was ignored.");
    }
  }

  #declare(args: ArgsOf<"WinnerDeclared">): void {
    const round = this.#last(args.roundId);
    this.#expectState("at the draw", round, "answered");
    const [winner, attempt, number] = [
      Number(args.winner),
      Number(args.attempt),
      Number(args.entry),
    ];
    this.#checkPrize(round, winner, Number(args.tier), args.shares, attempt);
    if (attempt >= ATTEMPTS) this.#fault(`Winner ${winner} was tried for ${attempt} times.`);
    this.#expect(`The entry of winner ${winner}`, number, this.#hit(round, winner, attempt));
    const entry = this.#entries[number - 1];
    if (entry === undefined) {
      this.#gap(`Entry ${number} has won, but was never bought.`);
      return;
    }
    if (!isAddressEqual(entry.player, args.player)) {
      this.#fault(`Winner ${winner} is ${args.player}, but entry ${number} is ${entry.player}'s.`);
    }
    const player = args.player.toLowerCase();
    const prizes = (this.#prizes.get(player) ?? 0n) + args.shares;
    this.#prizes.set(player, prizes);
    this.#consistent("What a winner has won so far", args.prizeSharesAfter, prizes);
    round.left -= args.shares;
    const won = { player: entry.player, entry: number, shares: args.shares };
    round.winners.push({ winner, tier: Number(args.tier), ...won });
  }

  #leave(args: ArgsOf<"PrizeNotWon">): void {
    const round = this.#last(args.roundId);
    this.#expectState("at the draw", round, "answered");
    const [winner, tier] = [Number(args.winner), Number(args.tier)];
    this.#checkPrize(round, winner, tier, args.shares, ATTEMPTS);
    const nobody = { player: undefined, entry: undefined };
    round.winners.push({ winner, tier, ...nobody, shares: args.shares });
  }

  #execute(args: ArgsOf<"DrawExecuted">): void {
    const round = this.#last(args.roundId);
    this.#expectState("at the end of the draw", round, "answered");
    round.state = "drawn";
    this.#expect("The word", args.word, round.word);
    this.#expect("The prize that was drawn", args.prizeShares, round.prize);
    this.#expect("What was won", args.wonShares, wonBy(round.winners));
    this.#consistent("The number of winners", round.winners.length, this.#winnerCount());
    this.#expectRollOver(round);
  }

  #endWithoutDraw(args: ArgsOf<"RoundNotDrawn">, blockTime: bigint | undefined): void {
    const reason = REASONS[args.reason];
    if (reason === "WoundDown") {
      this.#consistent("The round that is wound down", args.roundId, this.#current);
      const round = this.#round(args.roundId);
      this.#expectState("when the lottery is wound down", round, "open");
      round.state = "rolled over";
      this.#expectNext("the lottery is wound down", "LotteryWoundDown");
      return;
    }
    const round = this.#last(args.roundId);
    if (round.state === "answered") this.#fault("The word had come, but there was no draw.");
    else {
      this.#must(
        round.state === "closed" || round.state === "requested",
        `A round that is ${round.state} was ended without a draw.`,
      );
    }
    const next = this.#round(this.#current);
    next.unanswered = round.unanswered + (reason === "NoAnswer" ? 1 : 0);
    if (reason === "NoAnswer") {
      if (blockTime !== undefined && blockTime <= round.deadline) {
        this.#fault("The round was rolled over for want of an answer before the deadline.");
      }
    } else {
      if (round.state !== "closed")
        this.#fault(`The word was asked for, but then: ${reason ?? "?"}.`);
      if (blockTime !== undefined && blockTime !== round.end) {
        this.#fault(`${reason ?? "?"} was not said when the round was closed.`);
      }
      if (reason === "NobodyToWin" && round.totalWeight > 0n) {
        this.#fault("There was somebody to win, but no draw.");
      }
      if (reason === "NothingToWin") {
        if (round.totalWeight === 0n)
          this.#fault("There was nobody to win: the reason is another.");
        else if (!this.#cannotBeWon(round) && args.roundId === this.#asked) {
          this.#tooSmall = { prize: round.prize, minimum: this.#rules.minimumPrize };
        }
      }
    }
    round.state = "rolled over";
    this.#expectRollOver(round);
  }

  #rollOver(args: ArgsOf<"PrizeRolledOver">): void {
    const round = this.#last(args.roundId);
    this.#must(
      round.state === "drawn" || round.state === "rolled over",
      `The prize of a round that is ${round.state} was rolled over.`,
    );
    this.#expect("What rolls over", args.shares, round.left);
    round.left = 0n;
    this.#expect("The round that it goes to", args.toRoundId, this.#current);
    const next = this.#round(args.toRoundId);
    next.prize += args.shares;
    next.left += args.shares;
    this.#consistent("The prize of the next round", args.prizeSharesAfter, next.prize);
  }

  /** What was to be won goes to those who are in: what is above the principal by what they weighed in the last round. */
  #windDown(args: ArgsOf<"LotteryWoundDown">): void {
    this.#stillRuns("The lottery was wound down");
    this.#consistent("The round that is wound down", args.roundId, this.#current);
    const round = this.#round(args.roundId);
    this.#expectState("after the lottery is wound down", round, "rolled over");
    if (round.unanswered < ROUNDS_TO_WIND_DOWN) {
      this.#fault(
        `The lottery was wound down after ${round.unanswered} rounds in a row without an answer.`,
      );
    }
    const last = this.#round(args.roundId - 1n);
    if (last.state !== "drawn" && last.state !== "rolled over") {
      this.#fault("The lottery was wound down while a draw was pending.");
    }
    if (this.#totalPrincipal === 0n) this.#fault("The lottery was wound down with nobody in it.");
    this.#expect("What was to be won", args.prizeShares, round.prize);
    const weight = weightsOf(this.#entries.slice(0, last.lastEntry), last.start, last.end).reduce(
      (sum, entry) => sum + entry.weight,
      0n,
    );
    this.#expect("The weight of the tickets that are in", args.weight, weight);
    this.#woundDown = { roundId: args.roundId, prize: args.prizeShares, weight };
    [round.prize, round.left] = [0n, 0n];
    this.#move(0n, args.prizeShares, args);
  }

  #stillRuns(what: string): void {
    if (this.#woundDown) this.#fault(`${what} after the lottery had been wound down.`);
  }

  /** Compares with what the contract says itself. */
  #compare(head: LotteryHead): void {
    this.#consistent("The running round", this.#current, head.currentRound);
    this.#consistent("The rules", inWords(this.#rules), inWords(head.rules));
    this.#consistent("The tiers", inWords(this.#tiers), inWords(head.tiers));
    this.#consistent("The number of entries", this.#entries.length, head.entries.length);
    head.entries.forEach((entry, index) => {
      const own = this.#entries[index];
      if (own) this.#consistent(`Entry ${index + 1}`, inWords(own), inWords(entry));
    });
    this.#consistent("All tickets", this.#totalPrincipal, head.totalPrincipal);
    this.#consistent("All tickets' shares", this.#totalShares, head.totalShares);
    const isWoundDown = this.#woundDown !== undefined;
    this.#consistent("Whether it is wound down", isWoundDown, head.isWoundDown);
    for (const { roundId, state, prize, left, winner, requestId, word, ...said } of head.rounds) {
      const round = this.#round(roundId);
      this.#consistent(`The deadline of round ${roundId}`, round.deadline, BigInt(said.deadline));
      this.#consistent(`Rounds before ${roundId}`, round.unanswered, said.unanswered);
      this.#consistent(`Round ${roundId}`, round.state, STATES[state]);
      this.#consistent(`The prize of round ${roundId}`, round.prize, prize);
      this.#consistent(`The request of round ${roundId}`, round.requestId ?? 0n, requestId);
      this.#consistent(`The word of round ${roundId}`, round.word ?? 0n, word);
      if (round.state !== "open") {
        this.#consistent(`What is left of the prize of round ${roundId}`, round.left, left);
        this.#consistent(`The winners of round ${roundId}`, round.winners.length, winner);
      }
    }
  }

  #addToPrize(roundId: bigint, shares: bigint, after: bigint): void {
    const round = this.#round(roundId);
    round.prize += shares;
    round.left += shares;
    this.#consistent("The prize", after, round.prize);
  }

  #move(
    principal: bigint,
    shares: bigint,
    after: { totalPrincipalAfter: bigint; totalSharesAfter: bigint },
  ): void {
    this.#totalPrincipal += principal;
    this.#totalShares += shares;
    this.#consistent("All tickets", after.totalPrincipalAfter, this.#totalPrincipal);
    this.#consistent("All tickets' shares", after.totalSharesAfter, this.#totalShares);
  }

  #checkPrize(round: Round, winner: number, tier: number, shares: bigint, attempts: number): void {
    this.#consistent("The number of the winner", winner, round.winners.length);
    let first = 0;
    const own = this.#tiers.findIndex(({ winners }) => winner < (first += winners));
    this.#expect(`The tier of winner ${winner}`, tier, own);
    const { shareBps, winners } = this.#tiers[Math.max(own, 0)] ?? { shareBps: 0, winners: 1 };
    const prize = (round.prize * BigInt(shareBps)) / BPS / BigInt(Math.max(winners, 1));
    this.#expect(`The prize of winner ${winner}`, shares, prize);
    for (let attempt = 0; attempt < Math.min(attempts, ATTEMPTS); attempt++) {
      const passedOver = this.#hit(round, winner, attempt);
      if (passedOver === undefined) continue;
      this.#fault(
        `Winner ${winner} was entry ${passedOver} at attempt ${attempt}, but was passed over.`,
      );
    }
  }

  /** The entry that the number of this attempt meets, if its money is still in. */
  #hit(round: Round, winner: number, attempt: number): number | undefined {
    if (round.totalWeight <= 0n || round.word === undefined) return undefined;
    const place = placeOf(round.word, winner, attempt, round.totalWeight);
    if (place === undefined) return undefined;
    const { entry, unit } = entryAt(round.weights, place);
    return unit < at(this.#entries, entry - 1).amount ? entry : undefined;
  }

  /** Each winner needs at least one share for each hundredth of a percent. */
  #cannotBeWon(round: Round): boolean {
    return round.prize < BPS * BigInt(this.#winnerCount());
  }

  #winnerCount(): number {
    return this.#tiers.reduce((sum, { winners }) => sum + winners, 0);
  }

  #round(roundId: bigint): Round {
    const known = this.#rounds.get(roundId);
    if (known) return known;
    const round: Round = {
      state: "open",
      start: 0n,
      end: 0n,
      deadline: 0n,
      unanswered: 0,
      lastEntry: 0,
      prize: 0n,
      left: 0n,
      requestId: undefined,
      word: undefined,
      weights: [],
      totalWeight: 0n,
      winners: [],
    };
    this.#rounds.set(roundId, round);
    return round;
  }

  /** The round before the running one, which all of a draw is about. */
  #last(roundId: bigint): Round {
    this.#consistent("The round of a draw", roundId, this.#current - 1n);
    return this.#round(roundId);
  }

  #expectRollOver({ left }: Round): void {
    if (left > 0n) this.#expectNext("what nobody has won goes on", "PrizeRolledOver");
  }

  #expectNext(why: string, ...names: LotteryEvent["eventName"][]): void {
    this.#next = { names, why };
  }

  #expectState(when: string, { state }: Round, expected: State): void {
    this.#must(state === expected, `The round is ${state} ${when}, but must be ${expected}.`);
  }

  #onTime(what: string, said: bigint, blockTime: bigint | undefined): void {
    if (blockTime !== undefined) this.#expect(what, said, blockTime);
  }

  /** Decided by the contract. */
  #expect(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) {
      this.#fault(`${what} is ${String(actual)}, but must be ${String(expected)}.`);
    }
  }

  /** Follows from the events before, if they are all here. */
  #consistent(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) {
      this.#gap(
        `${what} is ${String(actual)}, which does not follow from ${String(expected)} before.`,
      );
    }
  }

  #must(holds: boolean, otherwise: string): void {
    if (!holds) this.#gap(otherwise);
  }

  #fault(sentence: string): void {
    this.#faults.push(this.#where + sentence);
  }

  #gap(sentence: string): void {
    this.#gaps.push(this.#where + sentence);
  }
}

type ArgsOf<Name extends LotteryEvent["eventName"]> = Extract<
  LotteryEvent,
  { eventName: Name }
>["args"];

/** The same for the same values, whoever has read them. */
function inWords(value: object): string {
  if (Array.isArray(value)) return value.map((item: object) => inWords(item)).join("; ");
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => `${key} ${String(inner).toLowerCase()}`)
    .join(", ");
}

function wonBy(winners: Winner[]): bigint {
  return winners.reduce((sum, { player, shares }) => (player ? sum + shares : sum), 0n);
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`The events are incomplete: there is no item ${index}.`);
  return item;
}
