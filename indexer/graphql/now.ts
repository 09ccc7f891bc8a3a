import { desc, eq, sql } from "ponder";
import { sharesWorthAt, type VaultBooks } from "../../protocol/share-price.ts";
import { deploymentsOf } from "../deployments.ts";
import { databaseSchema } from "../live/ponder.ts";
import { price, vault } from "../ponder.schema.ts";
import { once, type Context } from "./context.ts";

export type Price = typeof price.$inferSelect;
export type Vault = typeof vault.$inferSelect;

/** An amount with what it is worth, as the type Value has it. */
export interface Value {
  assets: bigint;
  usd: bigint | null;
  price: Price | null;
  /** When the vault's last books were written; null for a time in the past. */
  asOf: bigint | null;
  age: bigint | null;
}

/** One chain at the newest indexed block. */
export class Now {
  /** The time of that block. */
  readonly time: bigint;
  readonly vault: Vault | undefined;
  readonly price: Price | undefined;
  /** How many decimals the asset has; undefined where the deployment file does not tell. */
  readonly decimals: number | undefined;
  /** How many seconds old a price may be. */
  readonly priceLasts: bigint;

  constructor(fields: Pick<Now, "time" | "vault" | "price" | "decimals" | "priceLasts">) {
    this.time = fields.time;
    this.vault = fields.vault;
    this.price = fields.price;
    this.decimals = fields.decimals;
    this.priceLasts = fields.priceLasts;
  }

  /** What shares are worth in assets now. */
  worth(shares: bigint): bigint {
    return worthAt(this.vault, shares, this.time);
  }

  value(assets: bigint): Value {
    return this.valueAt(assets, this.price, this.time);
  }

  /** What an amount was worth at a time when that price was the last one. */
  valueAt(assets: bigint, last: Price | undefined, time: bigint): Value {
    const isNow = time >= this.time && this.vault !== undefined;
    const asOf = isNow ? this.vault.updatedAt : null;
    const books = { asOf, age: asOf === null ? null : this.time - asOf };
    const isGood =
      last !== undefined && last.answer > 0n && time <= last.updatedAt + this.priceLasts;
    if (!isGood || this.decimals === undefined) return { assets, usd: null, price: null, ...books };
    const usd = (assets * last.answer) / 10n ** BigInt(this.decimals);
    return { assets, usd, price: last, ...books };
  }
}

export function worthAt(books: VaultBooks | undefined, shares: bigint, time: bigint): bigint {
  return books === undefined ? 0n : sharesWorthAt(books, shares, time);
}

export function nowOf(context: Context, chainId: number): Promise<Now> {
  return once(context, `now ${chainId}`, () => read(context, chainId));
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
  return new Now({ time, vault: books, price: latest, ...assetOn(chainId) });
}

/** How often a feed answers at least, where the deployment file does not tell, in seconds; and how late it may be. */
const usualHeartbeat = 86_400;
const lateness = 3_600;

function assetOn(chainId: number): Pick<Now, "decimals" | "priceLasts"> {
  const deployment = deploymentsOf(process.env).find((known) => known.chainId === chainId);
  const heartbeat = deployment?.contracts["PriceFeed"]?.heartbeat ?? usualHeartbeat;
  return {
    decimals: deployment?.contracts["Asset"]?.decimals,
    priceLasts: BigInt(heartbeat + lateness),
  };
}
