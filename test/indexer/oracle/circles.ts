import type { Hex } from "viem";
import { first, groupsOf, last, sumOf } from "./lists.ts";
import type { Log } from "./log.ts";
import type { Row } from "./row.ts";

// The circles' part of the oracle: what each event says of a member is looked up where it is said last.

const orders = ["joining", "random", "bids"];
const reasons = ["notFilled", "noAnswer"];

/** What members do; all else befalls them. */
const acts = [
  "UserJoined",
  "UserLeft",
  "ContributionMade",
  "CollateralRestored",
  "BidCommitted",
  "BidRevealed",
  "PayoutClaimed",
];

const befalls = [
  "AheadUsed",
  "ClaimableUsed",
  "CollateralSlashed",
  "MemberDefaulted",
  "ArrearsPaid",
  "MemberRestored",
  "DiscountShared",
  "PayoutExecuted",
];

export function circleActorOf(log: Log): Hex {
  if (log.is("CircleCreated", "InvitationsRevoked")) return log.who("creator");
  if (log.is("OrderRequested")) return log.who("caller");
  if (log.is("ContributionMade", "CollateralRestored")) return log.who("payer");
  if (log.is("ArrearsPaid")) return log.who("debtor");
  if (log.is("UserJoined", "UserLeft", "BidCommitted", "BidRevealed", "PayoutClaimed")) {
    return log.who("member");
  }
  return log.from;
}

export function circleAccountOf(log: Log): Hex | null {
  if (log.is("ArrearsPaid")) return log.who("recipient");
  return "member" in log.args ? log.who("member") : null;
}

/** With the members of its struct, if it has one, as arguments of its own. */
function flat(log: Log): Log {
  if (log.is("ContributionMade")) return log.inside("contribution");
  return log.is("PayoutExecuted") ? log.inside("payout") : log;
}

/** What a member's shares, or money to claim, are after an event; undefined where it does not say. */
function told(log: Log, what: "shares" | "claimable" | "ahead" | "used"): bigint | undefined {
  const event = flat(log);
  if (what === "shares" && log.is("UserJoined")) return log.big("shares");
  if (what === "shares" && log.is("UserLeft")) return 0n;
  if (what === "claimable" && log.is("PayoutClaimed")) return 0n;
  const capital = what.charAt(0).toUpperCase() + what.slice(1);
  const argument = log.is("ArrearsPaid") ? `recipient${capital}After` : `${what}After`;
  return argument in event.args ? event.big(argument) : undefined;
}

function lastTold(logs: readonly Log[], what: Parameters<typeof told>[1]): bigint {
  const log = logs.findLast((candidate) => told(candidate, what) !== undefined);
  return log === undefined ? 0n : (told(log, what) ?? 0n);
}

function isOf(log: Log, circleId: bigint, member: Hex): boolean {
  return log.args["circleId"] === circleId && circleAccountOf(log) === member;
}

function paidIn(log: Log): bigint {
  const made = flat(log);
  const parts = ["arrears", "due", "ahead", "penalty", "rounding"];
  return sumOf(parts, (part) => made.big(part));
}

export function circleMoveOf(log: Log, all: readonly Log[]) {
  if (!log.is(...acts, ...befalls)) return undefined;
  const member = circleAccountOf(log);
  if (member === null) return undefined;
  const circleId = log.big("circleId");
  const history = all.slice(0, all.indexOf(log)).filter((other) => isOf(other, circleId, member));
  const change = (what: "shares" | "claimable") => {
    const after = told(log, what);
    return after === undefined ? 0n : after - lastTold(history, what);
  };
  const [shares, claimable] = [change("shares"), change("claimable")];
  const invested = termsOf(all, circleId)["invested"] === true;
  const paid = log.is("ContributionMade") ? paidIn(log) : 0n;
  const deposits = log.is("UserJoined")
    ? log.big("assets")
    : paid + (log.is("CollateralRestored") ? log.big("cost") : 0n) + depositOf(log);
  const withdrawals = log.is("UserLeft", "PayoutClaimed") ? log.big("assets") : 0n;
  return {
    member,
    acts: log.is(...acts),
    flows: { deposits, withdrawals },
    holdings: invested
      ? { circleShares: shares, circleCash: claimable }
      : { circleShares: 0n, circleCash: shares + claimable },
  };
}

function depositOf(log: Log): bigint {
  return log.is("BidCommitted") ? log.big("deposit") : 0n;
}

function termsOf(all: readonly Log[], circleId: bigint): Readonly<Record<string, unknown>> {
  const created = all.find((log) => log.is("CircleCreated") && log.args["circleId"] === circleId);
  return (created?.args["terms"] ?? {}) as Readonly<Record<string, unknown>>;
}

/** What a circle holds, as its last event before `end` that tells it. */
function holdingsAt(all: readonly Log[], circleId: bigint, end?: bigint) {
  const own = all
    .filter((log) => log.args["circleId"] === circleId && (end === undefined || log.time < end))
    .map(flat);
  const amount = (argument: string) =>
    own.findLast((log) => argument in log.args)?.big(argument) ?? 0n;
  return { cash: amount("circleCashAfter"), shares: amount("circleSharesAfter") };
}

export function circleTotalsAt(all: readonly Log[], circleId: bigint, end: bigint): Row {
  const moves = all.filter((log) => log.args["circleId"] === circleId && log.is(...acts));
  const until = last(moves.filter((log) => log.time < end));
  const known = all.slice(0, all.indexOf(until) + 1);
  const { cash, shares } = holdingsAt(known, circleId);
  return termsOf(all, circleId)["invested"] === true
    ? { totalPrincipal: cash, totalShares: shares }
    : { totalPrincipal: cash + shares, totalShares: 0n };
}

export function circleTables(
  all: readonly Log[],
  idOf: (log: Log) => string,
): Record<string, Row[]> {
  const circles = all.filter((log) => log.is("CircleCreated"));
  return {
    circle: circles.map((created) => circleRow(created, all)),
    circleMember: memberRows(all),
    circleRound: roundRows(all),
    circleContribution: all
      .filter((log) => log.is("ContributionMade"))
      .map((log) => {
        const made = flat(log);
        return {
          id: idOf(log),
          ...whereOf(log),
          round: made.num("round"),
          member: log.who("member"),
          payer: log.who("payer"),
          assets: paidIn(log),
          arrears: made.big("arrears"),
          due: made.big("due"),
          ahead: made.big("ahead"),
          penalty: made.big("penalty"),
          time: log.time,
        };
      }),
    circlePayout: all
      .filter((log) => log.is("PayoutExecuted"))
      .map((log) => {
        const names = ["cash", "shares", "assets", "penalties", "discount", "arrears", "own"];
        const amounts = [...names, "missing"].map((name) => [name, flat(log).big(name)] as const);
        return {
          ...whereOf(log),
          round: log.num("round"),
          member: log.who("member"),
          ...Object.fromEntries(amounts),
          time: log.time,
        };
      }),
    circleDefault: all
      .filter((log) => log.is("MemberDefaulted"))
      .map((log) => ({
        ...whereOf(log),
        round: log.num("round"),
        member: log.who("member"),
        missing: log.big("missing"),
        covered: log.big("covered"),
        arrears: log.big("arrearsAfter"),
        time: log.time,
      })),
  };
}

function whereOf(log: Log): Row {
  return { contract: log.address, circleId: log.big("circleId") };
}

function circleRow(created: Log, all: readonly Log[]): Row {
  const circleId = created.big("circleId");
  const own = all.filter((log) => log.args["circleId"] === circleId);
  const terms = created.inside("terms");
  const one = (name: string) => own.find((log) => log.is(name));
  const started = one("CircleStarted");
  const aborted = one("CircleAborted");
  const states: Record<string, string> = {
    CircleCreated: "forming",
    OrderRequested: "requested",
    OrderAnswered: "answered",
    CircleStarted: "running",
    CircleCompleted: "completed",
    CircleAborted: "aborted",
  };
  const silent = ["MemberDefaulted", "MemberRestored", "RoundStarted", "BidRevealed", ...befalls];
  return {
    ...whereOf(created),
    name: terms.args["name"],
    creator: created.who("creator"),
    contribution: terms.big("contribution"),
    collateral: terms.big("collateral"),
    period: terms.big("period"),
    grace: terms.big("grace"),
    penaltyBps: terms.num("penaltyBps"),
    bidDeposit: terms.big("bidDeposit"),
    members: terms.num("members"),
    joinBy: terms.big("joinBy"),
    open: terms.args["open"],
    invested: terms.args["invested"],
    turnsBy: orders[terms.num("order")],
    termsHash: created.who("termsHash"),
    mostAtRisk: created.big("mostAtRisk"),
    state: states[last(own.filter((log) => log.name in states)).name],
    abortedBecause: aborted ? reasons[aborted.num("reason")] : null,
    invitationEpoch:
      own.findLast((log) => log.is("InvitationsRevoked"))?.big("invitationEpoch") ?? 0n,
    memberCount:
      own.findLast((log) => "memberCountAfter" in log.args)?.num("memberCountAfter") ?? 0,
    requestId: one("OrderRequested")?.big("requestId") ?? null,
    start: started?.big("start") ?? null,
    end: started?.big("end") ?? null,
    payoutOrder: ((started?.args["order"] ?? []) as string[]).map((who) => who.toLowerCase()),
    settledRounds: own.filter((log) => log.is("RoundCompleted")).length,
    ...holdingsAt(all, circleId),
    createdAt: created.time,
    updatedAt: last(own.filter((log) => !log.is(...silent))).time,
  };
}

function memberRows(all: readonly Log[]): Row[] {
  const own = all.filter((log) => log.is(...acts, ...befalls));
  const keyOf = (log: Log) => `${log.big("circleId")} ${circleAccountOf(log) ?? ""}`;
  return [...groupsOf(own, keyOf).values()].map((logs) => {
    const circleId = first(logs).big("circleId");
    const member = circleAccountOf(first(logs)) ?? "";
    const only = (name: string) => logs.filter((log) => log.is(name));
    const started = all.find((log) => log.is("CircleStarted") && log.args["circleId"] === circleId);
    const order = ((started?.args["order"] ?? []) as string[]).map((who) => who.toLowerCase());
    const standing = logs.findLast((log) => log.is("MemberDefaulted", "MemberRestored"));
    const place = order.indexOf(member);
    const times = [last(logs).time, ...(place >= 0 && started ? [started.time] : [])];
    return {
      ...whereOf(first(logs)),
      member,
      active: logs.findLast((log) => log.is("UserJoined", "UserLeft"))?.is("UserJoined"),
      place: place >= 0 ? place : null,
      served: only("PayoutExecuted").length > 0,
      defaulted: standing?.is("MemberDefaulted") ?? false,
      shares: lastTold(logs, "shares"),
      claimable: lastTold(logs, "claimable"),
      ahead: lastTold(logs, "ahead"),
      used: lastTold(logs, "used"),
      contributed: sumOf(only("ContributionMade"), paidIn),
      penalties: sumOf(only("ContributionMade"), (log) => flat(log).big("penalty")),
      slashed: sumOf(only("CollateralSlashed"), (log) => log.big("assets") + log.big("penalty")),
      paidOut: sumOf(only("PayoutExecuted"), (log) => flat(log).big("assets")),
      claimed: sumOf(only("PayoutClaimed"), (log) => log.big("assets")),
      defaults: only("MemberDefaulted").length,
      joinedAt: last(only("UserJoined")).time,
      lastActive: last(logs.filter((log) => log.is(...acts))).time,
      updatedAt: times.reduce((latest, time) => (time > latest ? time : latest)),
    };
  });
}

function roundRows(all: readonly Log[]): Row[] {
  return all
    .filter((log) => log.is("RoundStarted"))
    .map((started) => {
      const circleId = started.big("circleId");
      const own = all
        .filter((log) => log.args["circleId"] === circleId)
        .map(flat)
        .filter((log) => log.args["round"] === started.args["round"]);
      const completed = own.find((log) => log.is("RoundCompleted"));
      const leading = own.findLast((log) => log.args["leads"] === true);
      return {
        ...whereOf(started),
        round: started.num("round"),
        start: started.big("start"),
        payBy: started.big("payBy"),
        settleFrom: started.big("settleFrom"),
        due: sumOf(
          own.filter((log) => log.is("ContributionMade")),
          (log) => log.big("due"),
        ),
        sealedBids: own.findLast((log) => "sealedAfter" in log.args)?.num("sealedAfter") ?? 0,
        leader: leading?.who("member") ?? null,
        discount: leading?.big("discount") ?? null,
        collected: completed?.big("collected") ?? null,
        missing: completed?.big("missing") ?? null,
        settledAt: completed?.time ?? null,
      };
    });
}
