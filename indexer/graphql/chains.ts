import { desc, eq, sql } from "ponder";
import { databaseSchema } from "../live/ponder.ts";
import { event } from "../ponder.schema.ts";
import type { Context } from "./context.ts";

interface Block {
  number: bigint;
  timestamp: bigint;
  hash: string | null;
}

/** How far the index of each chain is; the time it lags is that since the newest indexed block. */
export async function chains({ qb }: Context): Promise<object[]> {
  const schema = sql.identifier(databaseSchema());
  const rows = await qb.raw
    .select({
      chainId: sql<string>`c.chain_id`,
      name: sql<string>`c.chain_name`,
      latest: sql<string>`c.latest_checkpoint`,
      safe: sql<string>`c.safe_checkpoint`,
      finalized: sql<string>`c.finalized_checkpoint`,
    })
    .from(sql`${schema}."_ponder_checkpoint" c`)
    .orderBy(sql`c.chain_id`);
  return Promise.all(
    rows.map(async ({ chainId, name, latest, safe, finalized }) => {
      const [row] = await qb.raw
        .select()
        .from(event)
        .where(eq(event.chainId, Number(chainId)))
        .orderBy(desc(event.id))
        .limit(1);
      const last: Block | null = row
        ? { number: row.blockNumber, timestamp: row.blockTimestamp, hash: row.blockHash }
        : null;
      const blockAt = (checkpoint: string): Block => {
        const block = blockOf(checkpoint);
        return last?.number === block.number ? last : block;
      };
      const head = blockAt(latest);
      return {
        chainId: Number(chainId),
        name,
        head,
        safe: blockAt(safe),
        finalized: blockAt(finalized),
        lastEvent: last,
        lagSeconds: Math.max(0, Math.floor(Date.now() / 1_000) - Number(head.timestamp)),
      };
    }),
  );
}

/** A checkpoint begins with 10 digits of the block's time; the block's number is 16 digits after 16 of the chain. */
function blockOf(checkpoint: string): Block {
  return {
    timestamp: BigInt(checkpoint.slice(0, 10)),
    number: BigInt(checkpoint.slice(26, 42)),
    hash: null,
  };
}
