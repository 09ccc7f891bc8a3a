import { onchainTable } from "ponder";

/** All that this app does: it stores the events. */
export const event = onchainTable("event", (t) => ({
  id: t.text().primaryKey(),
  chainId: t.integer().notNull(),
  blockNumber: t.bigint().notNull(),
  blockHash: t.hex().notNull(),
  blockTimestamp: t.bigint().notNull(),
  transactionHash: t.hex().notNull(),
  logIndex: t.integer().notNull(),
  contract: t.hex().notNull(),
  type: t.text().notNull(),
  args: t.json().notNull(),
}));
