import type { Context } from "ponder:registry";
import type { Address } from "viem";
import { type AccountChange, changeAccount } from "./accounts.ts";
import type { Flows } from "./flows.ts";
import type { ChainEvent } from "./log.ts";
import { addToPool, addToProtocol, type PoolState } from "./periods.ts";

/** What an event did to somebody's part in a pool. */
export interface Movement {
  account: Address;
  /** Undefined: it was in the vault itself. */
  pool?: PoolState;
  flows: Flows;
  /** What changed in what they hold; what they paid in and took out follows from the flows. */
  holdings?: AccountChange;
  /** When they were last active in this pool; undefined: never. */
  lastActive?: bigint | undefined;
  /** Whether they did it themselves; otherwise it befell them. */
  acts: boolean;
}

/** Books a movement for the account, the pool and the whole. */
export async function book(
  context: Context,
  event: ChainEvent,
  { account, pool, flows, holdings, lastActive, acts }: Movement,
): Promise<void> {
  const { deposits = 0n, withdrawals = 0n, yield: earned = 0n, prizes = 0n } = flows;
  const done = {
    deposited: deposits,
    withdrawn: withdrawals,
    yieldEarned: earned,
    prizesWon: prizes,
  };
  const activity = await changeAccount(context, event, account, { ...done, ...holdings }, acts);
  await addToProtocol(context, event, flows, activity);
  if (pool === undefined) return;
  const inPool = acts ? { isNew: lastActive === undefined, lastActive } : undefined;
  await addToPool(context, event, pool, flows, inPool);
}
