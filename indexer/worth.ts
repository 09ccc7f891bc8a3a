import type { Context } from "ponder:registry";
import { vault } from "ponder:schema";
import { sharesWorthAt } from "../protocol/share-price.ts";
import type { ChainEvent } from "./log.ts";
import { addressOf } from "./ours.ts";

/** What vault shares are worth in assets at the time of the event, by the books that the vault had then. */
export async function worthOf(
  context: Context,
  event: ChainEvent,
  shares: bigint,
): Promise<bigint> {
  const key = { chainId: context.chain.id, address: addressOf(context, "KhipuVault") };
  const books = await context.db.find(vault, key);
  return books === null ? 0n : sharesWorthAt(books, shares, event.block.timestamp);
}
