import type { Context } from "ponder:registry";
import { privilegedAction } from "ponder:schema";
import type { Address } from "viem";
import { appendToLog, type ChainEvent } from "./log.ts";
import type { Product } from "./products.ts";

/** Writes what needed a role, or changed one, into the log and into the audit trail. */
export async function appendToAudit(
  context: Context,
  event: ChainEvent,
  {
    product,
    type,
    ...about
  }: { product: Product; type: string; roleId?: bigint; target?: Address },
): Promise<void> {
  const { from, hash } = event.transaction;
  await appendToLog(context, event, { product, type, actor: from });
  await context.db.insert(privilegedAction).values({
    id: event.id,
    chainId: context.chain.id,
    contract: event.log.address,
    product,
    action: type,
    sender: from,
    ...about,
    transactionHash: hash,
    blockNumber: event.block.number,
    time: event.block.timestamp,
  });
}
