import { and, desc, eq, gt } from "ponder";
import { account } from "../ponder.schema.ts";
import type { Context } from "./context.ts";
import { refused } from "../live/errors.ts";
import { nowOf } from "./now.ts";

const MOST_RANKS = 100;

const columns = {
  DEPOSITORS: account.principal,
  WINNERS: account.prizesWon,
  REFERRERS: account.referralEarned,
} as const;

const amounts = {
  DEPOSITORS: "principal",
  WINNERS: "prizesWon",
  REFERRERS: "referralEarned",
} as const;

export async function leaderboard(
  context: Context,
  { chainId, by, limit }: { chainId: number; by: keyof typeof columns; limit: number },
): Promise<object[]> {
  if (limit < 1 || limit > MOST_RANKS) {
    throw refused(`\`limit\` is ${limit}: it must be from 1 to ${MOST_RANKS}.`);
  }
  const rows = await context.qb.raw
    .select()
    .from(account)
    .where(and(eq(account.chainId, chainId), gt(columns[by], 0n)))
    .orderBy(desc(columns[by]), account.address)
    .limit(limit);
  // Referrers earn vault shares.
  const now = by === "REFERRERS" ? await nowOf(context, chainId) : undefined;
  return rows.map((row, index) => {
    const amount = row[amounts[by]];
    return { rank: index + 1, account: row, assets: now ? now.worth(amount) : amount };
  });
}
