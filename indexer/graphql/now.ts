import { desc, eq, sql } from "ponder";
import { sharesWorthAt, type VaultBooks } from "../../protocol/share-price.ts";
import { deploymentsOf } from "../deployments.ts";
import { databaseSchema } from "../live/ponder.ts";
import { price, vault } from "../ponder.schema.ts";
import type { Context } from "./context.ts";

export type Price = typeof price.$inferSelect;
export type Vault = typeof vault.$inferSelect;

/** An amount with what it is worth, as the type Value has it. */
export interface Value {
  assets: bigint;
  usd: bigint | null;
  price: Price | null;
}

/** One chain at the newest indexed block. */
export class Now {
  /** The time of that block. */
  readonly time: bigint;
  readonly vault: Vault | undefined;
  readonly price: Price | undefined;
  /** How many decimals the asset has; undefined where the deployment file does not tell. */
  readonly decimals: number | undefined;

  constructor(fields: Pick<Now, "time" | "vault" | "price" | "decimals">) {
    this.time = fields.time;
    this.vault = fields.vault;
    this.price = fields.price;
    this.decimals = fields.decimals;
  }

  /** What shares are worth in assets now. */
  worth(shares: bigint): bigint {
    return worthAt(this.vault, shares, this.time);
  }

  value(assets: bigint): Value {
    return valueAt(assets, this.price, this.decimals);
  }
}

export function worthAt(books: VaultBooks | undefined, shares: bigint, time: bigint): bigint {
  return books === undefined ? 0n : sharesWorthAt(books, shares, time);
}

export function valueAt(
  assets: bigint,
  at: Price | undefined,
  decimals: number | undefined,
): Value {
  if (at === undefined || decimals === undefined) return { assets, usd: null, price: null };
  return { assets, usd: (assets * at.answer) / 10n ** BigInt(decimals), price: at };
}

/** What was found out for one answer is not asked for again in it. */
const memory = new WeakMap<Context, Map<number, Promise<Now>>>();

export function nowOf(context: Context, chainId: number): Promise<Now> {
  const known = memory.get(context) ?? new Map<number, Promise<Now>>();
  memory.set(context, known);
  const found = known.get(chainId) ?? read(context, chainId);
  known.set(chainId, found);
  return found;
}

async function read({ qb }: Context, chainId: number): Promise<Now> {
  const schema = sql.identifier(databaseSchema());
  const checkpoint = sql<string>`c.latest_checkpoint`;
  const [head] = await qb.raw
    .select({ checkpoint })
    .from(sql`${schema}."_ponder_checkpoint" c`)
    .where(sql`c.chain_id = ${chainId}`);
  const [books] = await qb.raw.select().from(vault).where(eq(vault.chainId, chainId)).limit(1);
  const [latest] = await qb.raw
    .select()
    .from(price)
    .where(eq(price.chainId, chainId))
    .orderBy(desc(price.time), desc(price.roundId))
    .limit(1);
  const time = BigInt((head?.checkpoint ?? "0").slice(0, 10));
  return new Now({ time, vault: books, price: latest, decimals: decimalsOn(chainId) });
}

function decimalsOn(chainId: number): number | undefined {
  const deployment = deploymentsOf(process.env).find((known) => known.chainId === chainId);
  return deployment?.contracts["Asset"]?.decimals;
}
