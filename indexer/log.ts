import type { Context } from "ponder:registry";
import { event as eventLog } from "ponder:schema";
import type { Address, Hash } from "viem";
import type { Product } from "./products.ts";

/** The parts of a Ponder log event that are kept. */
export interface ChainEvent {
  id: string;
  args: Readonly<Record<string, unknown>> | readonly unknown[];
  block: { number: bigint; hash: Hash; timestamp: bigint };
  transaction: { hash: Hash; from: Address };
  log: { address: Address; logIndex: number };
}

export interface Meaning {
  product: Product;
  type: string;
  actor: Address;
  account?: Address | undefined;
  subject?: string | undefined;
}

/** Appends the event to the log. Every handler calls it once, but for those of the vault's books and its share token. */
export async function appendToLog(
  context: Context,
  event: ChainEvent,
  meaning: Meaning,
): Promise<void> {
  const { block, transaction, log } = event;
  await context.db.insert(eventLog).values({
    id: event.id,
    chainId: context.chain.id,
    blockNumber: block.number,
    blockHash: block.hash,
    blockTimestamp: block.timestamp,
    transactionHash: transaction.hash,
    logIndex: log.logIndex,
    contract: log.address,
    product: meaning.product,
    type: meaning.type,
    actor: meaning.actor,
    account: meaning.account ?? null,
    subject: meaning.subject ?? null,
    args: jsonValue(event.args),
  });
}

/** Arguments as JSON keeps them: whole numbers as decimal strings, which no reader rounds. */
function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonValue(item)]));
}
