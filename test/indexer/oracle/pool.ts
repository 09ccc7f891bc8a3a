import type { Hex } from "viem";
import type { Log } from "./log.ts";
import type { Row } from "./row.ts";

export interface Pool {
  contract: Hex;
  /** Which of the contract's pools; empty where the contract is one pool. */
  poolId: string;
  product: string;
}

/** A pool's totals as its last event before `end` told them, in arguments that begin with `prefix`. */
export function toldTotals(own: readonly Log[], prefix: "total" | "pool", end: bigint): Row {
  const [principal, shares] = [`${prefix}PrincipalAfter`, `${prefix}SharesAfter`];
  const told = own.findLast((log) => log.time < end && principal in log.args);
  return { totalPrincipal: told?.big(principal) ?? 0n, totalShares: told?.big(shares) ?? 0n };
}
