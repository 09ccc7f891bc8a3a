import { ponder } from "ponder:registry";
import { vault } from "ponder:schema";
import { appendToLog } from "../log.ts";

// The vault's own books: with them the share price follows for every second until the next change, see the `vault` table.
ponder.on("KhipuVault:AccountsUpdated", async ({ event, context }) => {
  const books = { ...event.args, updatedAt: event.block.timestamp };
  await context.db
    .insert(vault)
    .values({ chainId: context.chain.id, address: event.log.address, ...books })
    .onConflictDoUpdate(books);
});

ponder.on("KhipuVault:Deposit", async ({ event, context }) => {
  const { sender, owner } = event.args;
  await appendToLog(context, event, {
    product: "vault",
    type: "Deposit",
    actor: sender,
    account: owner,
  });
});

ponder.on("KhipuVault:Withdraw", async ({ event, context }) => {
  const { sender, owner } = event.args;
  await appendToLog(context, event, {
    product: "vault",
    type: "Withdraw",
    actor: sender,
    account: owner,
  });
});

ponder.on("KhipuVault:Reported", async ({ event, context }) => {
  await appendToLog(context, event, {
    product: "vault",
    type: "Reported",
    actor: event.args.caller,
  });
});

ponder.on("KhipuVault:RedeemedInKind", async ({ event, context }) => {
  const { caller, owner } = event.args;
  await appendToLog(context, event, {
    product: "vault",
    type: "RedeemedInKind",
    actor: caller,
    account: owner,
  });
});

/** What the vault does with its money and what roles decide about it: nobody's position, so only the log has it. */
const workings = [
  "StrategyBooked",
  "StrategySupplied",
  "StrategyDrawn",
  "StrategyLeftOut",
  "StrategyAdded",
  "CapsSet",
  "StrategyRemoved",
  "StrategyWrittenOff",
  "SupplyOrderSet",
  "WithdrawalOrderSet",
  "IdleBufferSet",
  "FeeSet",
  "FeeRecipientSet",
  "DepositsStopped",
  "DepositsResumed",
] as const;

for (const type of workings) {
  ponder.on(`KhipuVault:${type}`, async ({ event, context }) => {
    await appendToLog(context, event, { product: "vault", type, actor: event.transaction.from });
  });
}
