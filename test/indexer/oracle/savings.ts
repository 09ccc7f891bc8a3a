import type { Hex } from "viem";
import type { Chain } from "./chain.ts";
import { first, groupsOf, last, sumOf } from "./lists.ts";
import { type Log, totalOf } from "./log.ts";
import { type Flows, type Move, moveOf } from "./move.ts";
import type { Part } from "./part.ts";
import { type Pool, toldTotals } from "./pool.ts";
import type { Row } from "./row.ts";

export const savings: Part = {
  contract: "SavingsPool",
  product: "savings",
  actorOf,
  accountOf,
  movesOf: (chain) => [...moneyMoves(chain), ...referralMoves(chain)],
  pools: { poolOf, totalsAt: (own, end) => toldTotals(own, "total", end) },
  tablesOf: (chain) => ({
    savingsPosition: positionRows(chain),
    savingsPool: poolRows(chain),
    referral: referralRows(chain),
  }),
};

const money = [
  "DepositMade",
  "WithdrawalMade",
  "YieldClaimed",
  "AutoCompoundExecuted",
  "SharesTakenOut",
];

function actorOf(log: Log): Hex | undefined {
  if (log.is("LimitsSet")) return undefined;
  if (log.is("DepositMade")) return log.who("payer");
  return log.is("AutoCompoundExecuted") ? log.who("caller") : log.who("saver");
}

function accountOf(log: Log): Hex | undefined {
  if (log.is("LimitsSet")) return undefined;
  return log.is("ReferralRewardEarned") ? log.who("referrer") : log.who("saver");
}

function poolOf(log: Log): Pool {
  return { contract: log.address, poolId: "", product: "savings" };
}

function historiesOf(chain: Chain): Map<string, Log[]> {
  return groupsOf(chain.logsOf("SavingsPool", ...money), (log) => log.who("saver"));
}

function isByOthers(log: Log): boolean {
  return log.is("AutoCompoundExecuted") && log.who("caller") !== log.who("saver");
}

// -------------------------------------------------------------------------------------------------------------- moves

function moneyMoves(chain: Chain): Move[] {
  return [...historiesOf(chain).values()].flatMap((history) =>
    history.map((log, place) => {
      const change = (argument: string) =>
        log.big(argument) - (history[place - 1]?.big(argument) ?? 0n);
      return moveOf(log, log.who("saver"), {
        acts: !isByOthers(log),
        pool: poolOf(log),
        flows: flowsOf(log),
        holdings: { savingsShares: change("sharesAfter"), principal: change("principalAfter") },
      });
    }),
  );
}

function flowsOf(log: Log): Flows {
  if (log.is("DepositMade")) return { deposits: log.big("assets") };
  if (log.is("WithdrawalMade")) return { withdrawals: log.big("assets") };
  if (log.is("SharesTakenOut")) return { sharesTakenOut: log.big("shares") };
  return { yield: log.big("assets") };
}

function referralMoves(chain: Chain): Move[] {
  return chain
    .logsOf("SavingsPool", "ReferrerNamed", "ReferralRewardEarned")
    .flatMap((log) => [
      ...(log.is("ReferrerNamed") ? [moveOf(log, log.who("saver"))] : []),
      moveOf(log, log.who("referrer"), { acts: false }),
    ]);
}

// ------------------------------------------------------------------------------------------------------------- tables

function positionRows(chain: Chain): Row[] {
  return [...historiesOf(chain)].map(([saver, logs]) => ({
    pool: first(logs).address,
    saver,
    principal: last(logs).big("principalAfter"),
    shares: last(logs).big("sharesAfter"),
    deposited: totalOf(logs, "assets", "DepositMade"),
    withdrawn: totalOf(logs, "assets", "WithdrawalMade"),
    claimed: totalOf(logs, "assets", "YieldClaimed"),
    compounded: totalOf(logs, "assets", "AutoCompoundExecuted"),
    openedAt: first(logs).time,
    lastActive: last(logs.filter((log) => !isByOthers(log))).time,
    updatedAt: last(logs).time,
  }));
}

function poolRows(chain: Chain): Row[] {
  const all = chain.logsOf("SavingsPool", ...money, "LimitsSet");
  if (all.length === 0) return [];
  const limits = all.findLast((log) => log.is("LimitsSet"));
  const told = all.findLast((log) => log.is(...money));
  const histories = [...historiesOf(chain).values()];
  return [
    {
      address: first(all).address,
      totalPrincipal: told?.big("totalPrincipalAfter") ?? 0n,
      totalShares: told?.big("totalSharesAfter") ?? 0n,
      totalDeposited: totalOf(all, "assets", "DepositMade"),
      totalWithdrawn: totalOf(all, "assets", "WithdrawalMade"),
      totalClaimed: totalOf(all, "assets", "YieldClaimed"),
      totalCompounded: totalOf(all, "assets", "AutoCompoundExecuted"),
      activeSavers: histories.filter((logs) => last(logs).big("sharesAfter") > 0n).length,
      savers: histories.length,
      perSaverLimit: limits?.big("perSaver") ?? null,
      totalLimit: limits?.big("total") ?? null,
      updatedAt: last(all).time,
    },
  ];
}

function referralRows(chain: Chain): Row[] {
  const earned = chain.logsOf("SavingsPool", "ReferralRewardEarned");
  const bySaver = groupsOf(earned, (log) => log.who("saver"));
  return chain.logsOf("SavingsPool", "ReferrerNamed").map((log) => ({
    pool: log.address,
    saver: log.who("saver"),
    referrer: log.who("referrer"),
    earned: sumOf(bySaver.get(log.who("saver")) ?? [], (other) => other.big("shares")),
    namedAt: log.time,
  }));
}
