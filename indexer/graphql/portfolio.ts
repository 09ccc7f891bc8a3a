import { and, eq, gt } from "ponder";
import {
  type account,
  circleMember,
  cooperativeMember,
  lotteryPlayer,
  lotteryPool,
  lotteryPurchase,
  lotteryRound,
  savingsPosition,
} from "../ponder.schema.ts";
import type { Context } from "./context.ts";
import { type Now, nowOf, type Value } from "./now.ts";
import { secondsIn, worthAfterWindDown, worthOfTickets } from "./tickets.ts";

type Account = typeof account.$inferSelect;

interface Position {
  product: "savings" | "cooperative" | "lottery" | "circle" | "vault";
  contract: string;
  poolId: string;
  shares: bigint;
  principal: bigint;
  value: Value;
  yield: bigint;
}

export async function positions(context: Context, owner: Account): Promise<Position[]> {
  const { chainId, address } = owner;
  const db = context.qb.raw;
  const now = await nowOf(context, chainId);
  const savings = await db
    .select()
    .from(savingsPosition)
    .where(
      and(
        eq(savingsPosition.saver, address),
        eq(savingsPosition.chainId, chainId),
        gt(savingsPosition.shares, 0n),
      ),
    );
  const memberships = await db
    .select()
    .from(cooperativeMember)
    .where(
      and(
        eq(cooperativeMember.member, address),
        eq(cooperativeMember.chainId, chainId),
        gt(cooperativeMember.shares, 0n),
      ),
    );
  const plays = await db
    .select({ player: lotteryPlayer, pool: lotteryPool })
    .from(lotteryPlayer)
    .innerJoin(
      lotteryPool,
      and(
        eq(lotteryPool.chainId, lotteryPlayer.chainId),
        eq(lotteryPool.address, lotteryPlayer.pool),
      ),
    )
    .where(and(eq(lotteryPlayer.player, address), eq(lotteryPlayer.chainId, chainId)));
  const circles = await db
    .select()
    .from(circleMember)
    .where(and(eq(circleMember.member, address), eq(circleMember.chainId, chainId)));
  return [
    ...savings.map((row) => inShares(now, "savings", row.pool, "", row)),
    ...memberships.map((row) =>
      inShares(now, "cooperative", row.contract, String(row.poolId), row),
    ),
    ...(
      await Promise.all(plays.map(({ player, pool }) => inTickets(context, now, player, pool)))
    ).filter(({ principal, value }) => principal > 0n || value.assets > 0n),
    ...circles.map((row) => inCircle(now, row)).filter(({ value }) => value.assets > 0n),
    ...(owner.vaultShares > 0n && now.vault
      ? [
          inShares(now, "vault", now.vault.address, "", {
            shares: owner.vaultShares,
            principal: 0n,
          }),
        ]
      : []),
  ];
}

function inShares(
  now: Now,
  product: Position["product"],
  contract: string,
  poolId: string,
  { shares, principal }: { shares: bigint; principal: bigint },
): Position {
  const assets = now.worth(shares);
  // Nobody knows what shares in one's own name were bought for.
  const isYield = product !== "vault" && assets > principal;
  return {
    ...{ product, contract, poolId, shares, principal },
    value: now.value(assets),
    yield: isYield ? assets - principal : 0n,
  };
}

/** Prizes that wait come on top of what the tickets are worth. */
async function inTickets(
  context: Context,
  now: Now,
  player: typeof lotteryPlayer.$inferSelect,
  pool: typeof lotteryPool.$inferSelect,
): Promise<Position> {
  const { principal, prizeShares } = player;
  const worth = (shares: bigint) => now.worth(shares);
  const tickets =
    pool.woundDownAt === null || principal === 0n
      ? worthOfTickets(principal, pool, worth)
      : worthAfterWindDown(principal, await weightOf(context, player, pool), pool, worth);
  const prizes = now.worth(prizeShares);
  return {
    ...{ product: "lottery", contract: pool.address, poolId: "", shares: 0n, principal },
    value: now.value(tickets + prizes),
    yield: prizes,
  };
}

/** What a player's tickets weighed in the last round of a lottery that was wound down. */
async function weightOf(
  context: Context,
  { player }: typeof lotteryPlayer.$inferSelect,
  { chainId, address, currentRound }: typeof lotteryPool.$inferSelect,
): Promise<bigint> {
  const db = context.qb.raw;
  const [round] = await db
    .select()
    .from(lotteryRound)
    .where(
      and(
        eq(lotteryRound.chainId, chainId),
        eq(lotteryRound.pool, address),
        eq(lotteryRound.roundId, currentRound - 1n),
      ),
    );
  const purchases = await db
    .select({ amount: lotteryPurchase.amount, time: lotteryPurchase.time })
    .from(lotteryPurchase)
    .where(
      and(
        eq(lotteryPurchase.player, player),
        eq(lotteryPurchase.chainId, chainId),
        eq(lotteryPurchase.pool, address),
        gt(lotteryPurchase.amount, 0n),
      ),
    );
  return purchases.reduce((sum, { amount, time }) => sum + amount * secondsIn(round, time), 0n);
}

/** Collateral, and what can be claimed; contributions are the pots'. */
function inCircle(now: Now, member: typeof circleMember.$inferSelect): Position {
  const { contract, circleId } = member;
  const shares = member.shares + member.claimableShares;
  return {
    ...{ product: "circle", contract, poolId: String(circleId), principal: 0n, yield: 0n },
    shares,
    value: now.value(now.worth(shares) + member.collateral + member.claimable),
  };
}

export async function valueOfMember(
  context: Context,
  member: typeof circleMember.$inferSelect,
): Promise<Value> {
  return inCircle(await nowOf(context, member.chainId), member).value;
}

export async function portfolio(context: Context, owner: Account): Promise<object> {
  const now = await nowOf(context, owner.chainId);
  const all = await positions(context, owner);
  const worthOf = (parts: readonly Position[]) =>
    now.value(parts.reduce((sum, { value }) => sum + value.assets, 0n));
  const products = [...new Set(all.map(({ product }) => product))];
  return {
    value: worthOf(all),
    principal: owner.principal,
    parts: products.map((product) => ({
      product,
      value: worthOf(all.filter((position) => position.product === product)),
    })),
  };
}
