import type { Hex } from "viem";
import type { Log } from "./log.ts";
import { moveOf } from "./move.ts";
import type { Part } from "./part.ts";

/** As money, or the vault shares themselves. */
export const REWARDS_TAKEN_OUT = ["ReferralRewardClaimed", "ReferralSharesTakenOut"];

export const treasury: Part = {
  contract: "FeeTreasury",
  product: "treasury",
  actorOf: claimantOf,
  accountOf: claimantOf,
  movesOf: (chain) =>
    chain
      .logsOf("FeeTreasury", ...REWARDS_TAKEN_OUT)
      .map((log) => moveOf(log, log.who("referrer"))),
  tablesOf: () => ({}),
};

function claimantOf(log: Log): Hex | undefined {
  return log.is(...REWARDS_TAKEN_OUT) ? log.who("referrer") : undefined;
}
