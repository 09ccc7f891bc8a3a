import type { Hex } from "viem";
import type { Log } from "./log.ts";
import { moveOf } from "./move.ts";
import type { Part } from "./part.ts";

export const treasury: Part = {
  contract: "FeeTreasury",
  product: "treasury",
  actorOf: claimantOf,
  accountOf: claimantOf,
  movesOf: (chain) =>
    chain
      .logsOf("FeeTreasury", "ReferralRewardClaimed")
      .map((log) => moveOf(log, log.who("referrer"))),
  tablesOf: () => ({}),
};

function claimantOf(log: Log): Hex | undefined {
  return log.is("ReferralRewardClaimed") ? log.who("referrer") : undefined;
}
