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
