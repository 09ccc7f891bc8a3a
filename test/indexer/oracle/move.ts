import type { Hex } from "viem";
import type { Log } from "./log.ts";
import type { Pool } from "./pool.ts";

export const flowNames = [
  "deposits",
  "withdrawals",
  "sharesTakenOut",
  "yield",
  "tickets",
  "sponsored",
  "prizes",
] as const;

export const holdingNames = [
  "savingsShares",
  "cooperativeShares",
  "vaultShares",
  "tickets",
  "prizeShares",
  "circleShares",
  "circleCash",
] as const;

export type Flows = Partial<Record<(typeof flowNames)[number], bigint>>;
export type Holdings = Partial<Record<(typeof holdingNames)[number] | "principal", bigint>>;

/** What somebody's part changed by, as the log says it. */
export interface Move {
  log: Log;
  account: Hex;
  /** Whether they did it themselves; otherwise it befell them. */
  acts: boolean;
  /** Where it happened; undefined: in the vault, or nowhere. */
  pool: Pool | undefined;
  flows: Flows;
  holdings: Holdings;
}

export function moveOf(
  log: Log,
  account: Hex,
  rest: Partial<Omit<Move, "log" | "account">> = {},
): Move {
  return { log, account, acts: true, pool: undefined, flows: {}, holdings: {}, ...rest };
}
