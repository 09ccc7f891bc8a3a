import { type Hex, zeroAddress } from "viem";
import type { Chain } from "./chain.ts";
import { first, groupsOf, last } from "./lists.ts";
import { type Log, totalOf } from "./log.ts";
import { type Flows, type Move, moveOf } from "./move.ts";
import type { Part } from "./part.ts";
import { eachPeriod } from "./periods.ts";
import type { Row } from "./row.ts";

export const vault: Part = {
  contract: "KhipuVault",
  product: "vault",
  actorOf,
  accountOf,
  movesOf: (chain) => [...moneyMoves(chain), ...shareMoves(chain)],
  tablesOf: (chain) => ({
    vault: vaultRows(chain),
    vaultPeriod: periodRows(chain),
    vaultReport: reportRows(chain),
    allocation: allocationRows(chain),
  }),
};

const money = ["Deposit", "Withdraw", "RedeemedInKind"];

function actorOf(log: Log): Hex | undefined {
  if (log.is("Deposit", "Withdraw")) return log.who("sender");
  if (log.is("ProfitDonated")) return log.who("donor");
  return log.is("RedeemedInKind", "Reported") ? log.who("caller") : undefined;
}

function accountOf(log: Log, chain: Chain): Hex | undefined {
  if (!log.is(...money)) return undefined;
  const owner = log.who("owner");
  return chain.isHolder(owner) ? undefined : owner;
}

// -------------------------------------------------------------------------------------------------------------- moves

function moneyMoves(chain: Chain): Move[] {
  return chain.logsOf("KhipuVault", ...money).flatMap((log) => {
    const owner = accountOf(log, chain);
    return owner === undefined ? [] : [moveOf(log, owner, { flows: flowsOf(log) })];
  });
}

function flowsOf(log: Log): Flows {
  if (log.is("Deposit")) return { deposits: log.big("assets") };
  return { withdrawals: log.big(log.is("Withdraw") ? "assets" : "value") };
}

function shareMoves(chain: Chain): Move[] {
  return chain.logsOf("KhipuVault", "Transfer").flatMap((log) => {
    const change = (who: Hex, vaultShares: bigint) =>
      who === zeroAddress || chain.isHolder(who)
        ? []
        : [moveOf(log, who, { acts: false, holdings: { vaultShares } })];
    const value = log.big("value");
    return [...change(log.who("from"), -value), ...change(log.who("to"), value)];
  });
}

// ------------------------------------------------------------------------------------------------------------- tables

/** What the vault's reports, among these logs, add up to. */
export function earningsOf(logs: readonly Log[]): Row {
  return {
    profit: totalOf(logs, "profit", "Reported"),
    loss: totalOf(logs, "loss", "Reported"),
    fees: totalOf(logs, "feeAssets", "Reported"),
  };
}

/** The virtual part of the share price, as the vault said when it was made. */
export function virtualSharesIn(chain: Chain): bigint {
  return first(chain.logsOf("KhipuVault", "VaultCreated")).big("virtualShares");
}

function booksOf(chain: Chain, log: Log | undefined): Row {
  const names = ["grossAssets", "totalSupply", "lockedProfit", "unlockStart", "unlockEnd"];
  const books = Object.fromEntries(names.map((name) => [name, log?.big(name) ?? 0n]));
  return { ...books, virtualShares: virtualSharesIn(chain) };
}

function vaultRows(chain: Chain): Row[] {
  const all = chain.logsOf("KhipuVault");
  const latest = (...names: string[]) => all.findLast((log) => log.is(...names));
  const begun = first(all.filter((log) => !log.is("Transfer", "Approval", "AuthorityUpdated")));
  const books = latest("AccountsUpdated");
  return [
    {
      address: first(all).address,
      ...booksOf(chain, books),
      idle:
        totalOf(all, "assets", "Deposit", "StrategyDrawn", "ProfitDonated") -
        totalOf(all, "assets", "Withdraw", "StrategySupplied") -
        totalOf(all, "idleAssets", "RedeemedInKind"),
      feeBps: latest("FeeSet")?.num("feeBps") ?? 0,
      feeRecipient: latest("FeeRecipientSet")?.who("recipient") ?? null,
      idleBufferBps: latest("IdleBufferSet")?.num("bufferBps") ?? 0,
      depositsStopped: latest("DepositsStopped", "DepositsResumed")?.is("DepositsStopped") ?? false,
      supplyOrder: orderOf(all, "SupplyOrderSet"),
      withdrawalOrder: orderOf(all, "WithdrawalOrderSet"),
      ...earningsOf(all),
      reports: all.filter((log) => log.is("Reported")).length,
      reportedAt: latest("Reported")?.time ?? null,
      createdAt: begun.time,
      updatedAt: (books ?? begun).time,
    },
  ];
}

/** A list of strategies: set, then added to and taken from. */
function orderOf(logs: readonly Log[], setting: string): string[] {
  let order: string[] = [];
  for (const log of logs) {
    if (log.is(setting)) {
      order = (log.args["strategies"] as string[]).map((address) => address.toLowerCase());
    } else if (log.is("StrategyAdded")) {
      order = [...order, log.who("strategy")];
    } else if (log.is("StrategyRemoved")) {
      order = order.filter((address) => address !== log.who("strategy"));
    }
  }
  return order;
}

function periodRows(chain: Chain): Row[] {
  const counted = chain.logsOf("KhipuVault", ...money, "AccountsUpdated", "Reported");
  return eachPeriod(
    counted.map(({ time }) => time),
    (isIn, end) => {
      const inside = counted.filter(({ time }) => isIn(time));
      return {
        contract: first(counted).address,
        deposits: totalOf(inside, "assets", "Deposit"),
        withdrawals:
          totalOf(inside, "assets", "Withdraw") + totalOf(inside, "value", "RedeemedInKind"),
        ...earningsOf(inside),
        ...booksOf(
          chain,
          counted.findLast((log) => log.is("AccountsUpdated") && log.time < end),
        ),
      };
    },
  );
}

function reportRows(chain: Chain): Row[] {
  return chain.logsOf("KhipuVault", "Reported").map((log) => ({
    id: chain.idOf(log),
    vault: log.address,
    ...log.args,
    time: log.time,
  }));
}

function allocationRows(chain: Chain): Row[] {
  const all = chain.logsOf("KhipuVault").filter((log) => "strategy" in log.args);
  return [...groupsOf(all, (log) => log.who("strategy"))].map(([strategy, logs]) => {
    const listing = last(logs.filter((log) => log.is("StrategyAdded", "StrategyRemoved")));
    const caps = last(logs.filter((log) => log.is("StrategyAdded", "CapsSet")));
    const unchanging = ["StrategyWrittenOff", "GainLimitSet", "GasLimitsSet", "MarketSet"];
    const changing = logs.filter((log) => !log.is(...unchanging));
    const halting = logs.findLast((log) =>
      log.is("SupplyHalted", "ValueAccepted", "StrategyRemoved"),
    );
    return {
      vault: first(logs).address,
      strategy,
      listed: listing.is("StrategyAdded"),
      absoluteCap: caps.big("absoluteCap"),
      relativeCapBps: caps.num("relativeCapBps"),
      assets: logs.findLast((log) => "assetsAfter" in log.args)?.big("assetsAfter") ?? 0n,
      supplied: totalOf(logs, "assets", "StrategySupplied"),
      drawn: totalOf(logs, "assets", "StrategyDrawn", "StrategyHandedOver"),
      profit: totalOf(logs, "profit", "StrategyBooked"),
      loss: totalOf(logs, "loss", "StrategyBooked"),
      failures: logs.filter((log) => log.is("StrategyLeftOut")).length,
      supplyHalted: halting?.is("SupplyHalted") ?? false,
      impaired: logs.findLast((log) => log.is("StrategyImpaired"))?.args["impaired"] ?? false,
      addedAt: last(logs.filter((log) => log.is("StrategyAdded"))).time,
      removedAt: listing.is("StrategyRemoved") ? listing.time : null,
      updatedAt: last(changing).time,
    };
  });
}
