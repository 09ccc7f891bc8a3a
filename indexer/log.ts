import type { Context } from "ponder:registry";
import { account, event as eventLog } from "ponder:schema";
import type { Address, Hash } from "viem";

/** The parts of a Ponder log event that the log keeps. */
interface ChainEvent {
  id: string;
  args: Readonly<Record<string, unknown>>;
  block: { number: bigint; hash: Hash; timestamp: bigint };
  transaction: { hash: Hash };
  log: { address: Address; logIndex: number };
}

interface Meaning {
  product: "vault" | "savings" | "cooperative" | "treasury";
  type: string;
  actor: Address;
  account?: Address;
  subject?: string;
}

/** Appends the event to the log and remembers who took part. Every handler calls it once. */
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
    args: toJson(event.args),
  });
  if (meaning.account === undefined) return;
  await context.db
    .insert(account)
    .values({ address: meaning.account, firstSeen: block.timestamp, lastSeen: block.timestamp })
    .onConflictDoUpdate({ lastSeen: block.timestamp });
}

/** Arguments as JSON keeps them: whole numbers as decimal strings, which no reader rounds. */
function toJson(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, jsonValue(value)]));
}

function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(jsonValue);
  return value;
}
