import type { Chain } from "./chain.ts";
import type { Log } from "./log.ts";
import { partOf } from "./parts.ts";
import type { Row } from "./row.ts";

/** Events that need a role. */
const privileged = [
  "StrategyAdded",
  "CapsSet",
  "StrategyRemoved",
  "StrategyWrittenOff",
  "SupplyOrderSet",
  "WithdrawalOrderSet",
  "IdleBufferSet",
  "FeeSet",
  "FeeRecipientSet",
  "DepositsStopped",
  "DepositsResumed",
  "LimitsSet",
  "FeeCollected",
  "VaultCreated",
  "ValueAccepted",
  "GainLimitSet",
  "GasLimitsSet",
  "MarketSet",
  "RewardSent",
];

/** What such an event is about: the first of these that it has. */
const targets = ["account", "target", "strategy", "asset", "token", "recipient", "receiver"];

export function auditRows(chain: Chain, logged: readonly Log[]): Row[] {
  return logged
    .filter((log) => log.contract === "AccessManager" || log.is(...privileged))
    .map((log) => {
      const target = targets.find((name) => name in log.args);
      return {
        id: chain.idOf(log),
        contract: log.address,
        product: partOf(log).product,
        action: log.name,
        sender: log.from,
        roleId: "roleId" in log.args ? log.big("roleId") : null,
        target: target === undefined ? null : log.who(target),
        transactionHash: log.transactionHash,
        blockNumber: log.blockNumber,
        time: log.time,
      };
    });
}
