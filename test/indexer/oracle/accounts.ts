import type { Hex } from "viem";
import type { Chain } from "./chain.ts";
import { groupsOf, sumOf } from "./lists.ts";
import type { Log } from "./log.ts";
import { type Flows, type Holdings, holdingNames, type Move } from "./move.ts";
import { HOUR, startOf } from "./periods.ts";
import type { Row } from "./row.ts";
import { REWARDS_TAKEN_OUT } from "./treasury.ts";

export function accountTables(chain: Chain, moves: readonly Move[]): Record<string, Row[]> {
  const byAccount = [...groupsOf(moves, ({ account }) => account)];
  const referrersOf = (contract: string, ...names: string[]) =>
    groupsOf(chain.logsOf(contract, ...names), (log) => log.who("referrer"));
  const named = referrersOf("SavingsPool", "ReferrerNamed");
  const earned = referrersOf("SavingsPool", "ReferralRewardEarned");
  const claimed = referrersOf("FeeTreasury", ...REWARDS_TAKEN_OUT);
  const sharesOf = (log: Log) => log.big("shares");
  return {
    account: byAccount.map(([address, own]) => {
      const actions = own.filter(({ acts }) => acts).map(({ log }) => log.time);
      const flow = (name: keyof Flows) => sumOf(own, ({ flows }) => flows[name] ?? 0n);
      return {
        address,
        firstSeen: actions[0] ?? null,
        lastSeen: actions.at(-1) ?? null,
        ...holdingsAfter(own),
        principal: holdingAfter(own, "principal"),
        deposited: flow("deposits"),
        withdrawn: flow("withdrawals"),
        yieldEarned: flow("yield"),
        prizesWon: flow("prizes"),
        wins: own.filter(({ log }) => log.is("WinnerDeclared")).length,
        referrals: named.get(address)?.length ?? 0,
        referralEarned: sumOf(earned.get(address) ?? [], sharesOf),
        referralClaimed: sumOf(claimed.get(address) ?? [], sharesOf),
      };
    }),
    accountHour: byAccount.flatMap(([account, own]) => hourRows(account as Hex, own)),
  };
}

/** A row for each hour in which something changed in what an account holds. */
function hourRows(account: Hex, moves: readonly Move[]): Row[] {
  const changing = moves.filter(({ holdings }) =>
    holdingNames.some((name) => (holdings[name] ?? 0n) !== 0n),
  );
  const hours = new Set(changing.map(({ log }) => startOf(log.time, HOUR)));
  return [...hours].map((start) => {
    const before = changing.filter(({ log }) => log.time < start + HOUR);
    return { account, start, ...holdingsAfter(before) };
  });
}

function holdingsAfter(moves: readonly Move[]): Row {
  return Object.fromEntries(holdingNames.map((name) => [name, holdingAfter(moves, name)]));
}

function holdingAfter(moves: readonly Move[], name: keyof Holdings): bigint {
  return sumOf(moves, ({ holdings }) => holdings[name] ?? 0n);
}
