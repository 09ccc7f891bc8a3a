import { type Context, ponder } from "ponder:registry";
import { savingsPool, savingsPosition } from "ponder:schema";
import type { Address } from "viem";
import { appendToLog } from "../log.ts";

ponder.on("SavingsPool:DepositMade", async ({ event, context }) => {
  const { payer, saver, assets } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "DepositMade",
    actor: payer,
    account: saver,
  });
  await updatePosition(context, event, saver, { deposited: assets }, event.args);
});

ponder.on("SavingsPool:WithdrawalMade", async ({ event, context }) => {
  const { saver, assets } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "WithdrawalMade",
    actor: saver,
    account: saver,
  });
  await updatePosition(context, event, saver, { withdrawn: assets }, event.args);
});

ponder.on("SavingsPool:YieldClaimed", async ({ event, context }) => {
  const { saver, assets } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "YieldClaimed",
    actor: saver,
    account: saver,
  });
  await updatePosition(context, event, saver, { claimed: assets }, event.args);
});

ponder.on("SavingsPool:AutoCompoundExecuted", async ({ event, context }) => {
  const { saver, caller } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "AutoCompoundExecuted",
    actor: caller,
    account: saver,
  });
  await updatePosition(context, event, saver, {}, event.args);
});

// Leaving with the vault shares themselves is no flow of assets.
ponder.on("SavingsPool:SharesTakenOut", async ({ event, context }) => {
  const { saver } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "SharesTakenOut",
    actor: saver,
    account: saver,
  });
  await updatePosition(
    context,
    event,
    saver,
    {},
    { principalAfter: 0n, sharesAfter: 0n, ...event.args },
  );
});

ponder.on("SavingsPool:ReferrerNamed", async ({ event, context }) => {
  const { saver } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "ReferrerNamed",
    actor: saver,
    account: saver,
  });
});

ponder.on("SavingsPool:ReferralRewardEarned", async ({ event, context }) => {
  const { referrer, saver } = event.args;
  await appendToLog(context, event, {
    product: "savings",
    type: "ReferralRewardEarned",
    actor: saver,
    account: referrer,
  });
});

ponder.on("SavingsPool:LimitsSet", async ({ event, context }) => {
  await appendToLog(context, event, {
    product: "savings",
    type: "LimitsSet",
    actor: event.transaction.from,
  });
});

interface Flow {
  deposited?: bigint;
  withdrawn?: bigint;
  claimed?: bigint;
}

/** The position and the pool's totals, as every savings event carries them. */
interface Books {
  principalAfter: bigint;
  sharesAfter: bigint;
  totalPrincipalAfter: bigint;
  totalSharesAfter: bigint;
}

/** Only the flows are summed here; what is left after an event, the contract says itself. */
async function updatePosition(
  context: Context,
  event: { log: { address: Address }; block: { timestamp: bigint } },
  saver: Address,
  flow: Flow,
  books: Books,
): Promise<void> {
  const { deposited = 0n, withdrawn = 0n, claimed = 0n } = flow;
  const { principalAfter, sharesAfter, totalPrincipalAfter, totalSharesAfter } = books;
  const chainId = context.chain.id;
  const pool = event.log.address;
  const { timestamp } = event.block;

  const before = await context.db.find(savingsPosition, { chainId, pool, saver });
  const wasActive = before !== null && before.shares > 0n;
  const activeChange = Number(sharesAfter > 0n) - Number(wasActive);

  await context.db
    .insert(savingsPosition)
    .values({
      chainId,
      pool,
      saver,
      principal: principalAfter,
      shares: sharesAfter,
      deposited,
      withdrawn,
      claimed,
      openedAt: timestamp,
      updatedAt: timestamp,
    })
    .onConflictDoUpdate((row) => ({
      principal: principalAfter,
      shares: sharesAfter,
      deposited: row.deposited + deposited,
      withdrawn: row.withdrawn + withdrawn,
      claimed: row.claimed + claimed,
      updatedAt: timestamp,
    }));

  await context.db
    .insert(savingsPool)
    .values({
      chainId,
      address: pool,
      totalPrincipal: totalPrincipalAfter,
      totalShares: totalSharesAfter,
      totalDeposited: deposited,
      totalWithdrawn: withdrawn,
      totalClaimed: claimed,
      activeSavers: activeChange,
      savers: 1,
      updatedAt: timestamp,
    })
    .onConflictDoUpdate((row) => ({
      totalPrincipal: totalPrincipalAfter,
      totalShares: totalSharesAfter,
      totalDeposited: row.totalDeposited + deposited,
      totalWithdrawn: row.totalWithdrawn + withdrawn,
      totalClaimed: row.totalClaimed + claimed,
      activeSavers: row.activeSavers + activeChange,
      savers: row.savers + Number(before === null),
      updatedAt: timestamp,
    }));
}
