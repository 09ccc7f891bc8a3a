// Not TypeScript: the types of `ponder:registry` are those of the product's own configuration.
import { replaceBigInts } from "ponder";
import { ponder } from "ponder:registry";
import { event as eventTable } from "../ponder.schema.ts";

const types = [
  "KhipuVault:Transfer",
  "KhipuVault:Deposit",
  "KhipuVault:AccountsUpdated",
  "SavingsPool:DepositMade",
  "LotteryPool:TicketPurchased",
];

for (const type of types) {
  ponder.on(type, async ({ event, context }) => {
    const { id, args, block, transaction, log } = event;
    await context.db.insert(eventTable).values({
      id,
      chainId: context.chain.id,
      blockNumber: block.number,
      blockHash: block.hash,
      blockTimestamp: block.timestamp,
      transactionHash: transaction.hash,
      logIndex: log.logIndex,
      contract: log.address,
      type,
      args: replaceBigInts(args, String),
    });
  });
}
