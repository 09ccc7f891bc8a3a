import type { Context } from "ponder:registry";
import { account, accountHour } from "ponder:schema";
import type { Address } from "viem";
import type { ChainEvent } from "./log.ts";
import { plus } from "./sums.ts";
import { startOf } from "./time.ts";

const noHoldings = {
  savingsShares: 0n,
  cooperativeShares: 0n,
  vaultShares: 0n,
  tickets: 0n,
  prizeShares: 0n,
  circleShares: 0n,
  circleCash: 0n,
};

const noAmounts = {
  ...noHoldings,
  principal: 0n,
  deposited: 0n,
  withdrawn: 0n,
  yieldEarned: 0n,
  prizesWon: 0n,
  referralEarned: 0n,
  referralClaimed: 0n,
};

export interface AccountChange extends Partial<Record<keyof typeof noAmounts, bigint>> {
  wins?: number;
  referrals?: number;
}

/** What somebody's own action counts for in statistics of users. */
export interface Activity {
  isNew: boolean;
  /** When they were active before; undefined: never. */
  lastActive: bigint | undefined;
}

/**
 * Adds to what an account has and has done. `acts` tells whether it did something itself, or something just befell it.
 */
export async function changeAccount(
  context: Context,
  event: ChainEvent,
  address: Address,
  { wins = 0, referrals = 0, ...change }: AccountChange,
  acts: boolean,
): Promise<Activity | undefined> {
  const key = { chainId: context.chain.id, address };
  const { timestamp } = event.block;
  const before = await context.db.find(account, key);
  const firstSeen = before?.firstSeen ?? null;
  const lastSeen = before?.lastSeen ?? null;
  const seen = acts ? { firstSeen: firstSeen ?? timestamp, lastSeen: timestamp } : {};
  if (before === null) {
    await context.db
      .insert(account)
      .values({ ...key, ...noAmounts, ...change, ...seen, wins, referrals });
  } else {
    await context.db.update(account, key).set({
      ...plus(before, change),
      ...seen,
      wins: before.wins + wins,
      referrals: before.referrals + referrals,
    });
  }
  const holdings = { ...noHoldings };
  let moved = false;
  for (const name of Object.keys(noHoldings) as (keyof typeof noHoldings)[]) {
    holdings[name] = (before?.[name] ?? 0n) + (change[name] ?? 0n);
    moved ||= (change[name] ?? 0n) !== 0n;
  }
  if (moved) {
    await context.db
      .insert(accountHour)
      .values({
        chainId: context.chain.id,
        account: address,
        start: startOf("hour", timestamp),
        ...holdings,
      })
      .onConflictDoUpdate(holdings);
  }
  return acts ? { isNew: firstSeen === null, lastActive: lastSeen ?? undefined } : undefined;
}
