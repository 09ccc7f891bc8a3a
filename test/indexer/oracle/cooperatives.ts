import type { Hex } from "viem";
import type { Chain } from "./chain.ts";
import { first, groupsOf, last } from "./lists.ts";
import { type Log, totalOf } from "./log.ts";
import { type Flows, type Move, moveOf } from "./move.ts";
import type { Part } from "./part.ts";
import { type Pool, toldTotals } from "./pool.ts";
import type { Row } from "./row.ts";

export const cooperatives: Part = {
  contract: "CooperativePools",
  product: "cooperative",
  actorOf,
  accountOf,
  movesOf,
  pools: { poolOf, totalsAt: (own, end) => toldTotals(own, "pool", end) },
  tablesOf: (chain) => ({
    cooperative: cooperativeRows(chain),
    cooperativeMember: memberRows(chain),
  }),
};

const money = ["ContributionMade", "WithdrawalMade", "YieldClaimed", "SharesTakenOut"];

function actorOf(log: Log): Hex {
  if (log.is("PoolCreated", "PoolClosed", "InvitationsRevoked")) return log.who("creator");
  return log.is("ContributionMade") ? log.who("payer") : log.who("member");
}

function accountOf(log: Log): Hex | undefined {
  return "member" in log.args ? log.who("member") : undefined;
}

function poolOf(log: Log): Pool {
  return { contract: log.address, poolId: String(log.big("poolId")), product: "cooperative" };
}

/** Which member of which pool it is about. */
function membershipOf(log: Log): string {
  return `${log.big("poolId")} ${log.who("member")}`;
}

function movesOf(chain: Chain): Move[] {
  const histories = groupsOf(chain.logsOf("CooperativePools", ...money), membershipOf);
  return [...histories.values()].flatMap((history) =>
    history.map((log, place) => {
      const change = (argument: string) =>
        log.big(argument) - (history[place - 1]?.big(argument) ?? 0n);
      return moveOf(log, log.who("member"), {
        pool: poolOf(log),
        flows: flowsOf(log),
        holdings: { cooperativeShares: change("sharesAfter"), principal: change("principalAfter") },
      });
    }),
  );
}

function flowsOf(log: Log): Flows {
  if (log.is("ContributionMade")) return { deposits: log.big("assets") };
  if (log.is("WithdrawalMade")) return { withdrawals: log.big("assets") };
  if (log.is("SharesTakenOut")) return { sharesTakenOut: log.big("shares") };
  return { yield: log.big("assets") };
}

// ------------------------------------------------------------------------------------------------------------- tables

function cooperativeRows(chain: Chain): Row[] {
  const pools = groupsOf(chain.logsOf("CooperativePools"), (log) => String(log.big("poolId")));
  return [...pools.values()].map((logs) => {
    const created = first(logs);
    const told = logs.findLast((log) => log.is(...money));
    const counted = logs.findLast((log) => "memberCountAfter" in log.args);
    const revoked = logs.findLast((log) => log.is("InvitationsRevoked"));
    return {
      ...created.args,
      contract: created.address,
      creator: created.who("creator"),
      maxMembers: created.num("maxMembers"),
      closed: logs.some((log) => log.is("PoolClosed")),
      invitationEpoch: revoked?.big("invitationEpoch") ?? 0n,
      memberCount: counted?.num("memberCountAfter") ?? 0,
      totalPrincipal: told?.big("poolPrincipalAfter") ?? 0n,
      totalShares: told?.big("poolSharesAfter") ?? 0n,
      createdAt: created.time,
      updatedAt: last(logs).time,
    };
  });
}

function memberRows(chain: Chain): Row[] {
  const all = chain.logsOf("CooperativePools").filter((log) => "member" in log.args);
  return [...groupsOf(all, membershipOf).values()].map((logs) => {
    const moneyLogs = logs.filter((log) => log.is(...money));
    return {
      contract: first(logs).address,
      poolId: first(logs).big("poolId"),
      member: first(logs).who("member"),
      active: !last(logs).is("MemberLeft"),
      principal: last(moneyLogs).big("principalAfter"),
      shares: last(moneyLogs).big("sharesAfter"),
      contributed: totalOf(logs, "assets", "ContributionMade"),
      withdrawn: totalOf(logs, "assets", "WithdrawalMade"),
      claimed: totalOf(logs, "assets", "YieldClaimed"),
      joinedAt: last(logs.filter((log) => log.is("MemberJoined"))).time,
      lastActive: last(moneyLogs).time,
      updatedAt: last(logs).time,
    };
  });
}
