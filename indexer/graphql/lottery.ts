import { and, eq } from "ponder";
import { lotteryPlayer, type lotteryPool, lotteryRound } from "../ponder.schema.ts";
import { checkAddress } from "../live/operations/arguments.ts";
import type { Context } from "./context.ts";
import { nowOf, type Value } from "./now.ts";
import { refused } from "../live/errors.ts";
import { priceAt } from "./yield.ts";

type Pool = typeof lotteryPool.$inferSelect;

/** What the contract leaves in the heap when it takes the prize out, in the asset's smallest unit. */
const CUSHION = 100n;

/** What there is to win so far: what is in the round, and what the tickets' shares are worth above their principal. */
export async function prize(context: Context, pool: Pool): Promise<Value> {
  const now = await nowOf(context, pool.chainId);
  const round = await currentRound(context, pool);
  if (now.vault === undefined || pool.woundDownAt !== null) return now.value(0n);
  const { assets, shares } = priceAt(now.vault, now.time);
  const owed =
    pool.totalPrincipal === 0n
      ? 0n
      : ((pool.totalPrincipal + CUSHION) * shares + assets - 1n) / assets;
  const surplus = pool.totalShares > owed ? pool.totalShares - owed : 0n;
  return now.value(now.worth(round.prizeShares + surplus));
}

/** See the columns `missedWeight`: what tickets weigh at the end follows from their sum. */
export async function odds(
  context: Context,
  pool: Pool,
  { account, tickets }: { account?: string | null; tickets: bigint },
): Promise<object> {
  if (account !== undefined && account !== null) checkAddress("account", account);
  if (tickets < 0n) throw refused("`tickets` must not be below 0.");
  const { time } = await nowOf(context, pool.chainId);
  const round = await currentRound(context, pool);
  const winners = pool.tiers.reduce((sum, tier) => sum + tier.winners, 0);
  if (pool.woundDownAt !== null) {
    return { weight: 0n, totalWeight: 0n, winners, perPrize: 0, any: 0, end: pool.woundDownAt };
  }
  const end = round.closesFrom > time ? round.closesFrom : time;
  const added = tickets * (end - time);
  const player = await playerOf(context, pool, account);
  const missed = player?.missedRound === pool.currentRound ? player.missedWeight : 0n;
  const weight = (player?.principal ?? 0n) * (end - round.start) - missed + added;
  const totalWeight = pool.totalPrincipal * (end - round.start) - round.missedWeight + added;
  const perPrize = totalWeight === 0n ? 0 : ratio(weight, totalWeight);
  return { weight, totalWeight, winners, perPrize, any: 1 - (1 - perPrize) ** winners, end };
}

async function currentRound(context: Context, pool: Pool) {
  const [round] = await context.qb.raw
    .select()
    .from(lotteryRound)
    .where(
      and(
        eq(lotteryRound.chainId, pool.chainId),
        eq(lotteryRound.pool, pool.address),
        eq(lotteryRound.roundId, pool.currentRound),
      ),
    );
  if (round === undefined) throw new Error(`The lottery ${pool.address} has no round yet.`);
  return round;
}

async function playerOf(context: Context, pool: Pool, account: string | null | undefined) {
  if (account === undefined || account === null) return undefined;
  const [player] = await context.qb.raw
    .select()
    .from(lotteryPlayer)
    .where(
      and(
        eq(lotteryPlayer.chainId, pool.chainId),
        eq(lotteryPlayer.pool, pool.address),
        eq(lotteryPlayer.player, account.toLowerCase() as `0x${string}`),
      ),
    );
  return player;
}

const PRECISION = 10n ** 15n;

function ratio(part: bigint, whole: bigint): number {
  return Number((part * PRECISION) / whole) / Number(PRECISION);
}
