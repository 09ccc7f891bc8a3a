import type { Hex } from "viem";
import type { Chain } from "./chain.ts";
import type { Log } from "./log.ts";
import type { Move } from "./move.ts";
import type { Pool } from "./pool.ts";
import type { Row } from "./row.ts";

/** What is known of one contract: whom its events are about, what they move, which tables they make. */
export interface Part {
  readonly contract: string;
  readonly product: string;
  /** Who did it; undefined: whoever sent the transaction. */
  actorOf?(log: Log): Hex | undefined;
  /** To whom it happened; undefined: to nobody's account. */
  accountOf?(log: Log, chain: Chain): Hex | undefined;
  movesOf?(chain: Chain): Move[];
  readonly pools?: {
    poolOf(log: Log): Pool;
    /** The totals of the pool that all these logs are of. */
    totalsAt(own: readonly Log[], end: bigint): Row;
  };
  tablesOf(chain: Chain): Record<string, Row[]>;
}
