import type { Context } from "ponder:registry";
import { poolPeriod, protocol, protocolPeriod } from "ponder:schema";
import type { Address } from "viem";
import type { Activity } from "./accounts.ts";
import { type Earnings, type Flows, noEarnings, noFlows } from "./flows.ts";
import type { ChainEvent } from "./log.ts";
import type { Product } from "./products.ts";
import { plus } from "./sums.ts";
import { intervals, startOf } from "./time.ts";

/** A pool and its totals after the event. */
export interface PoolState {
  contract: Address;
  /** Which of the contract's pools; empty where the contract is one pool. */
  poolId: string;
  product: Product;
  totalPrincipal: bigint;
  totalShares: bigint;
}

/** Adds to the totals of the chain and to those of its present hour and day. */
export async function addToProtocol(
  context: Context,
  event: ChainEvent,
  change: Flows & Earnings,
  activity: Activity | undefined,
): Promise<void> {
  const { timestamp } = event.block;
  const chainId = context.chain.id;
  const users = Number(activity?.isNew ?? false);
  await context.db
    .insert(protocol)
    .values({ chainId, ...noFlows, ...noEarnings, ...change, users, updatedAt: timestamp })
    .onConflictDoUpdate((row) => ({
      ...plus(row, change),
      users: row.users + users,
      updatedAt: timestamp,
    }));
  for (const interval of intervals) {
    const start = startOf(interval, timestamp);
    const crowd = crowdOf(activity, start);
    await context.db
      .insert(protocolPeriod)
      .values({ chainId, interval, start, ...noFlows, ...noEarnings, ...change, ...crowd })
      .onConflictDoUpdate((row) => ({
        ...plus(row, change),
        activeUsers: row.activeUsers + crowd.activeUsers,
        newUsers: row.newUsers + crowd.newUsers,
      }));
  }
}

/** Adds to the present hour and day of a pool. */
export async function addToPool(
  context: Context,
  event: ChainEvent,
  { contract, poolId, product, totalPrincipal, totalShares }: PoolState,
  flows: Flows,
  activity: Activity | undefined,
): Promise<void> {
  const chainId = context.chain.id;
  const totals = { totalPrincipal, totalShares };
  for (const interval of intervals) {
    const start = startOf(interval, event.block.timestamp);
    const crowd = crowdOf(activity, start);
    const key = { chainId, contract, poolId, interval, start };
    await context.db
      .insert(poolPeriod)
      .values({ ...key, product, ...noFlows, ...flows, ...crowd, ...totals })
      .onConflictDoUpdate((row) => ({
        ...plus(row, flows),
        activeUsers: row.activeUsers + crowd.activeUsers,
        newUsers: row.newUsers + crowd.newUsers,
        ...totals,
      }));
  }
}

/** Somebody counts as active in a period with their first action in it. */
function crowdOf(activity: Activity | undefined, start: bigint) {
  const isFirst = activity !== undefined && (activity.lastActive ?? -1n) < start;
  return { activeUsers: Number(isFirst), newUsers: Number(activity?.isNew ?? false) };
}
