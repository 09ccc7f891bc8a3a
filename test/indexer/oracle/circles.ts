import type { Hex } from "viem";
import type { Chain } from "./chain.ts";
import { first, greatestOf, groupsOf, last, sumOf } from "./lists.ts";
import { type Log, totalOf } from "./log.ts";
import { type Flows, type Holdings, type Move, moveOf } from "./move.ts";
import type { Part } from "./part.ts";
import type { Pool } from "./pool.ts";
import type { Row } from "./row.ts";

// What each event says of a member is looked up where it is said last.

export const circles: Part = {
  contract: "RotatingPools",
  product: "circle",
  actorOf,
  accountOf,
  movesOf,
  pools: { poolOf, totalsAt },
  tablesOf: (chain) => {
    const byCircle = circlesOf(chain);
    return {
      circle: [...byCircle.values()].map(circleRow),
      circleMember: [...byCircle.values()].flatMap(memberRows),
      circleRound: [...byCircle.values()].flatMap(roundRows),
      circleContribution: contributionRows(chain),
      circlePayout: payoutRows(chain),
      circleDefault: defaultRows(chain),
    };
  },
};

const orders = ["joining", "random", "bids"];
const reasons = ["notFilled", "noAnswer", "notReady"];

const states: Record<string, string> = {
  CircleCreated: "forming",
  CircleFilled: "full",
  MemberStruckOut: "forming",
  OrderRequested: "requested",
  OrderAnswered: "answered",
  CircleStarted: "running",
  CircleCompleted: "completed",
  CircleAborted: "aborted",
};

/** What members do; all else that has an account befalls them. */
const acts = [
  "UserJoined",
  "UserLeft",
  "ContributionMade",
  "CollateralRestored",
  "CollateralDivested",
  "BidCommitted",
  "BidRevealed",
  "PayoutClaimed",
];

function actorOf(log: Log): Hex | undefined {
  if (log.is("CircleCreated", "InvitationsRevoked")) return log.who("creator");
  if (log.is("OrderRequested")) return log.who("caller");
  if (log.is("ContributionMade", "CollateralRestored")) return log.who("payer");
  if (log.is("ArrearsPaid")) return log.who("debtor");
  const theirs = ["UserJoined", "UserLeft", "CollateralDivested", "PayoutClaimed"];
  return log.is(...theirs, "BidCommitted", "BidRevealed") ? log.who("member") : undefined;
}

function accountOf(log: Log): Hex | undefined {
  if (log.is("ArrearsPaid")) return log.who("recipient");
  return "member" in log.args ? log.who("member") : undefined;
}

function poolOf(log: Log): Pool {
  return { contract: log.address, poolId: String(log.big("circleId")), product: "circle" };
}

/** The logs of each circle. */
function circlesOf(chain: Chain): Map<string, Log[]> {
  const all = chain.logsOf("RotatingPools").filter((log) => "circleId" in log.args);
  return groupsOf(all, (log) => String(log.big("circleId")));
}

/** Those of each of its members. */
function membersOf(own: readonly Log[]): Map<Hex, Log[]> {
  const members = new Set(own.map(accountOf).filter((account) => account !== undefined));
  return new Map(
    [...members].map((member) => [member, own.filter((log) => accountOf(log) === member)]),
  );
}

/** With the members of its struct, if it has one, as arguments of its own. */
function flat(log: Log): Log {
  const inside = structs[log.name];
  return inside === undefined ? log : log.inside(inside);
}

const structs: Record<string, string> = {
  ContributionMade: "contribution",
  PayoutExecuted: "payout",
  PayoutClaimed: "claim",
  CollateralSlashed: "slash",
  UserLeft: "leaving",
};

type Kept = "collateral" | "shares" | "claimable" | "claimableShares" | "paid" | "used";

/** What a member has of something after an event; undefined where it does not say. */
function told(log: Log, what: Kept): bigint | undefined {
  const event = flat(log);
  const security = what === "shares" || what === "collateral";
  if (security && log.is("UserJoined")) {
    const shares = log.big("shares");
    if (what === "shares") return shares;
    return shares === 0n ? log.big("assets") : 0n;
  }
  if (security && log.is("UserLeft", "MemberStruckOut")) return 0n;
  if (what.startsWith("claimable") && log.is("PayoutClaimed")) return 0n;
  const capital = what.charAt(0).toUpperCase() + what.slice(1);
  const argument = log.is("ArrearsPaid") ? `recipient${capital}After` : `${what}After`;
  return argument in event.args ? event.big(argument) : undefined;
}

function lastTold(logs: readonly Log[], what: Kept): bigint {
  const log = logs.findLast((candidate) => told(candidate, what) !== undefined);
  return log === undefined ? 0n : (told(log, what) ?? 0n);
}

function paidIn(log: Log): bigint {
  const made = flat(log);
  const parts = ["arrears", "due", "ahead", "penalty"];
  return sumOf(parts, (part) => made.big(part));
}

function createdOf(own: readonly Log[]): Log {
  return first(own.filter((log) => log.is("CircleCreated"))).inside("terms");
}

/** What a circle holds after these logs of it, as the last of them tells it. */
function holdingsAfter(own: readonly Log[]): { cash: bigint; shares: bigint } {
  const amount = (argument: string) => {
    const log = own.findLast((candidate) => argument in flat(candidate).args);
    return log === undefined ? 0n : flat(log).big(argument);
  };
  return { cash: amount("circleCashAfter"), shares: amount("circleSharesAfter") };
}

function totalsAt(own: readonly Log[], end: bigint): Row {
  const until = own.findLastIndex((log) => log.time < end && log.is(...acts));
  const { cash, shares } = holdingsAfter(own.slice(0, until + 1));
  return { totalPrincipal: cash, totalShares: shares };
}

// -------------------------------------------------------------------------------------------------------------- moves

function movesOf(chain: Chain): Move[] {
  return [...circlesOf(chain).values()].flatMap((own) => {
    return [...membersOf(own)].flatMap(([member, history]) =>
      history.map((log, place) => {
        const isTheirs = log.is(...acts);
        return moveOf(log, member, {
          acts: isTheirs,
          pool: isTheirs ? poolOf(log) : undefined,
          flows: flowsOf(log),
          holdings: changeAt(log, history.slice(0, place)),
        });
      }),
    );
  });
}

function flowsOf(log: Log): Flows {
  switch (log.name) {
    case "UserJoined":
      return { deposits: log.big("assets") };
    case "ContributionMade":
      return { deposits: paidIn(log) };
    case "CollateralRestored":
      return { deposits: log.big("assets") };
    case "BidCommitted":
      return { deposits: log.big("deposit") };
    case "UserLeft":
    case "PayoutClaimed":
      return { withdrawals: flat(log).big("assets") };
    default:
      return {};
  }
}

/** What an event changed in what a member has, by what the ones before it told. */
function changeAt(log: Log, before: readonly Log[]): Holdings {
  const change = (what: Kept) => {
    const after = told(log, what);
    return after === undefined ? 0n : after - lastTold(before, what);
  };
  return {
    circleShares: change("shares") + change("claimableShares"),
    circleCash: change("collateral") + change("claimable"),
  };
}

// ------------------------------------------------------------------------------------------------------------- tables

function whereOf(log: Log): Row {
  return { contract: log.address, circleId: log.big("circleId") };
}

function circleRow(own: readonly Log[]): Row {
  const created = createdOf(own);
  const one = (name: string) => own.find((log) => log.is(name));
  const started = one("CircleStarted");
  const aborted = one("CircleAborted");
  const revoked = own.findLast((log) => log.is("InvitationsRevoked"));
  const counted = own.map(flat).findLast((log) => "memberCountAfter" in log.args);
  const answered = one("OrderAnswered");
  const deadline = own.findLast((log) =>
    log.is("CircleFilled", "OrderRequested", "MemberStruckOut"),
  );
  const touching = own.filter(
    (log) =>
      !log.is("RoundStarted", "BidRevealed") &&
      (accountOf(log) === undefined || log.is(...acts, "MemberStruckOut")),
  );
  return {
    ...whereOf(created),
    name: created.args["name"],
    creator: created.who("creator"),
    contribution: created.big("contribution"),
    collateral: created.big("collateral"),
    period: created.big("period"),
    grace: created.big("grace"),
    penaltyBps: created.num("penaltyBps"),
    bidDeposit: created.big("bidDeposit"),
    members: created.num("members"),
    joinBy: created.big("joinBy"),
    open: created.args["open"],
    invested: created.args["invested"],
    turnsBy: orders[created.num("order")],
    termsHash: created.who("termsHash"),
    mostAtRisk: created.big("mostAtRisk"),
    state: states[last(own.filter((log) => log.name in states)).name],
    deadline:
      deadline === undefined || deadline.is("MemberStruckOut")
        ? created.big("joinBy")
        : deadline.big("deadline"),
    abortedBecause: aborted ? reasons[aborted.num("reason")] : null,
    invitationEpoch: revoked?.big("invitationEpoch") ?? 0n,
    memberCount: counted?.num("memberCountAfter") ?? 0,
    requestId: one("OrderRequested")?.big("requestId") ?? null,
    start: (started ?? answered)?.big("start") ?? null,
    end: started?.big("end") ?? null,
    payoutOrder: orderOf(started),
    settledRounds: own.filter((log) => log.is("RoundCompleted")).length,
    ...holdingsAfter(own),
    createdAt: created.time,
    updatedAt: last(touching).time,
  };
}

/** Whose turn it is in each round; nobody's before the circle has started. */
function orderOf(started: Log | undefined): string[] {
  return ((started?.args["order"] ?? []) as string[]).map((member) => member.toLowerCase());
}

function memberRows(own: readonly Log[]): Row[] {
  const started = own.find((log) => log.is("CircleStarted"));
  const order = orderOf(started);
  return [...membersOf(own)].map(([member, logs]) => {
    const only = (name: string) => logs.filter((log) => log.is(name));
    const joined = last(only("UserJoined"));
    const standing = logs.findLast((log) => log.is("MemberDefaulted", "MemberRestored"));
    const place = order.indexOf(member);
    const times = [last(logs).time, ...(place >= 0 && started ? [started.time] : [])];
    return {
      ...whereOf(joined),
      member,
      active:
        logs.findLast((log) => log.is("UserJoined", "UserLeft", "MemberStruckOut")) === joined,
      place: place >= 0 ? place : null,
      served: only("PayoutExecuted").length > 0,
      defaulted: standing?.is("MemberDefaulted") ?? false,
      collateral: lastTold(logs, "collateral"),
      shares: lastTold(logs, "shares"),
      claimable: lastTold(logs, "claimable"),
      claimableShares: lastTold(logs, "claimableShares"),
      paid: lastTold(logs, "paid"),
      used: lastTold(logs, "used"),
      contributed: sumOf(only("ContributionMade"), paidIn),
      penalties: totalOf(logs.map(flat), "penalty", "ContributionMade"),
      slashed:
        totalOf(logs.map(flat), "assets", "CollateralSlashed") +
        totalOf(logs.map(flat), "penalty", "CollateralSlashed"),
      paidOut: totalOf(logs.map(flat), "assets", "PayoutExecuted"),
      claimed: totalOf(logs.map(flat), "assets", "PayoutClaimed"),
      defaults: only("MemberDefaulted").length,
      joinedAt: joined.time,
      lastActive: last(logs.filter((log) => log.is(...acts))).time,
      updatedAt: greatestOf(times),
    };
  });
}

function roundRows(circle: readonly Log[]): Row[] {
  const byRound = groupsOf(circle.map(flat), (log) => String(log.args["round"]));
  return circle
    .filter((log) => log.is("RoundStarted"))
    .map((started) => {
      const own = byRound.get(String(started.args["round"])) ?? [];
      const completed = own.find((log) => log.is("RoundCompleted"));
      const leading = own.findLast((log) => log.args["leads"] === true);
      return {
        ...whereOf(started),
        round: started.num("round"),
        start: started.big("start"),
        payBy: started.big("payBy"),
        settleFrom: started.big("settleFrom"),
        due: totalOf(own, "due", "ContributionMade"),
        sealedBids: own.findLast((log) => "sealedAfter" in log.args)?.num("sealedAfter") ?? 0,
        leader: leading?.who("member") ?? null,
        discount: leading?.big("discount") ?? null,
        collected: completed?.big("collected") ?? null,
        missing: completed?.big("missing") ?? null,
        settledAt: completed?.time ?? null,
      };
    });
}

function contributionRows(chain: Chain): Row[] {
  return chain.logsOf("RotatingPools", "ContributionMade").map((log) => {
    const made = flat(log);
    return {
      id: chain.idOf(log),
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
  });
}

function payoutRows(chain: Chain): Row[] {
  const names = ["cash", "shares", "assets", "penalties", "discount", "arrears", "own", "missing"];
  return chain.logsOf("RotatingPools", "PayoutExecuted").map((log) => {
    const payout = flat(log);
    return {
      ...whereOf(log),
      round: log.num("round"),
      member: log.who("member"),
      ...Object.fromEntries(names.map((name) => [name, payout.big(name)])),
      time: log.time,
    };
  });
}

function defaultRows(chain: Chain): Row[] {
  return chain.logsOf("RotatingPools", "MemberDefaulted").map((log) => ({
    ...whereOf(log),
    round: log.num("round"),
    member: log.who("member"),
    missing: log.big("missing"),
    covered: log.big("covered"),
    arrears: log.big("arrearsAfter"),
    time: log.time,
  }));
}
