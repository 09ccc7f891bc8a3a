import { type Context, ponder } from "ponder:registry";
import { referral, savingsPool, savingsPosition } from "ponder:schema";
import type { Address } from "viem";
import { changeAccount } from "../accounts.ts";
import { appendToAudit } from "../audit.ts";
import { appendToLog, type ChainEvent } from "../log.ts";
import { book } from "../movement.ts";
import { addToProtocol } from "../periods.ts";

const product = "savings";

ponder.on("SavingsPool:DepositMade", async ({ event, context }) => {
  const { payer, saver, assets } = event.args;
  await appendToLog(context, event, { product, type: "DepositMade", actor: payer, account: saver });
  await move(context, event, saver, { deposited: assets }, event.args);
});

ponder.on("SavingsPool:WithdrawalMade", async ({ event, context }) => {
  const { saver, assets } = event.args;
  const type = "WithdrawalMade";
  await appendToLog(context, event, { product, type, actor: saver, account: saver });
  await move(context, event, saver, { withdrawn: assets }, event.args);
});

ponder.on("SavingsPool:YieldClaimed", async ({ event, context }) => {
  const { saver, assets } = event.args;
  const type = "YieldClaimed";
  await appendToLog(context, event, { product, type, actor: saver, account: saver });
  await move(context, event, saver, { claimed: assets }, event.args);
});

ponder.on("SavingsPool:AutoCompoundExecuted", async ({ event, context }) => {
  const { saver, caller, assets } = event.args;
  const type = "AutoCompoundExecuted";
  await appendToLog(context, event, { product, type, actor: caller, account: saver });
  await move(context, event, saver, { compounded: assets }, event.args, caller === saver);
});

// Leaving with the vault shares themselves is no flow of assets.
ponder.on("SavingsPool:SharesTakenOut", async ({ event, context }) => {
  const { saver, shares } = event.args;
  const type = "SharesTakenOut";
  await appendToLog(context, event, { product, type, actor: saver, account: saver });
  const books = { ...event.args, principalAfter: 0n, sharesAfter: 0n };
  await move(context, event, saver, { sharesTakenOut: shares }, books);
});

ponder.on("SavingsPool:ReferrerNamed", async ({ event, context }) => {
  const { saver, referrer } = event.args;
  const type = "ReferrerNamed";
  await appendToLog(context, event, { product, type, actor: saver, account: saver });
  const key = { chainId: context.chain.id, pool: event.log.address, saver };
  const { timestamp } = event.block;
  await context.db.insert(referral).values({ ...key, referrer, earned: 0n, namedAt: timestamp });
  await changeAccount(context, event, referrer, { referrals: 1 }, false);
  const activity = await changeAccount(context, event, saver, {}, true);
  await addToProtocol(context, event, {}, activity);
});

ponder.on("SavingsPool:ReferralRewardEarned", async ({ event, context }) => {
  const { referrer, saver, shares } = event.args;
  const type = "ReferralRewardEarned";
  await appendToLog(context, event, { product, type, actor: saver, account: referrer });
  const key = { chainId: context.chain.id, pool: event.log.address, saver };
  await context.db.update(referral, key).set((row) => ({ earned: row.earned + shares }));
  await changeAccount(context, event, referrer, { referralEarned: shares }, false);
});

ponder.on("SavingsPool:LimitsSet", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "LimitsSet" });
  const limits = { perSaverLimit: event.args.perSaver, totalLimit: event.args.total };
  await context.db
    .insert(savingsPool)
    .values({ ...keyOf(context, event), ...emptyPool, ...limits, updatedAt: event.block.timestamp })
    .onConflictDoUpdate({ ...limits, updatedAt: event.block.timestamp });
});

const emptyPool = {
  totalPrincipal: 0n,
  totalShares: 0n,
  totalDeposited: 0n,
  totalWithdrawn: 0n,
  totalClaimed: 0n,
  totalCompounded: 0n,
  activeSavers: 0,
  savers: 0,
};

interface Flow {
  deposited?: bigint;
  withdrawn?: bigint;
  claimed?: bigint;
  compounded?: bigint;
  sharesTakenOut?: bigint;
}

/** The position and the pool's totals, as every savings event carries them. */
interface Books {
  principalAfter: bigint;
  sharesAfter: bigint;
  totalPrincipalAfter: bigint;
  totalSharesAfter: bigint;
}

function keyOf(context: Context, event: ChainEvent) {
  return { chainId: context.chain.id, address: event.log.address };
}

/** Only the flows are summed here; what is left after an event, the contract says itself. */
async function move(
  context: Context,
  event: ChainEvent,
  saver: Address,
  flow: Flow,
  books: Books,
  acts = true,
): Promise<void> {
  const { deposited = 0n, withdrawn = 0n, claimed = 0n, compounded = 0n } = flow;
  const { principalAfter, sharesAfter, totalPrincipalAfter, totalSharesAfter } = books;
  const pool = event.log.address;
  const { timestamp } = event.block;
  const key = { chainId: context.chain.id, pool, saver };
  const position = { principal: principalAfter, shares: sharesAfter, updatedAt: timestamp };

  const before = await context.db.find(savingsPosition, key);
  if (before === null) {
    const flows = { deposited, withdrawn, claimed, compounded };
    await context.db
      .insert(savingsPosition)
      .values({ ...key, ...position, ...flows, openedAt: timestamp, lastActive: timestamp });
  } else {
    await context.db.update(savingsPosition, key).set({
      ...position,
      deposited: before.deposited + deposited,
      withdrawn: before.withdrawn + withdrawn,
      claimed: before.claimed + claimed,
      compounded: before.compounded + compounded,
      lastActive: acts ? timestamp : before.lastActive,
    });
  }

  const activeChange = Number(sharesAfter > 0n) - Number((before?.shares ?? 0n) > 0n);
  const totals = { totalPrincipal: totalPrincipalAfter, totalShares: totalSharesAfter };
  await context.db
    .insert(savingsPool)
    .values({
      ...keyOf(context, event),
      ...totals,
      totalDeposited: deposited,
      totalWithdrawn: withdrawn,
      totalClaimed: claimed,
      totalCompounded: compounded,
      activeSavers: activeChange,
      savers: 1,
      updatedAt: timestamp,
    })
    .onConflictDoUpdate((row) => ({
      ...totals,
      totalDeposited: row.totalDeposited + deposited,
      totalWithdrawn: row.totalWithdrawn + withdrawn,
      totalClaimed: row.totalClaimed + claimed,
      totalCompounded: row.totalCompounded + compounded,
      activeSavers: row.activeSavers + activeChange,
      savers: row.savers + Number(before === null),
      updatedAt: timestamp,
    }));

  const { sharesTakenOut = 0n } = flow;
  await book(context, event, {
    account: saver,
    pool: { contract: pool, poolId: "", product, ...totals },
    flows: {
      deposits: deposited,
      withdrawals: withdrawn,
      yield: claimed + compounded,
      sharesTakenOut,
    },
    holdings: {
      savingsShares: sharesAfter - (before?.shares ?? 0n),
      principal: principalAfter - (before?.principal ?? 0n),
    },
    lastActive: before?.lastActive,
    acts,
  });
}
