import { type Context, ponder } from "ponder:registry";
import { allocation, vault, vaultPeriod, vaultReport } from "ponder:schema";
import type { Address } from "viem";
import { changeAccount } from "../accounts.ts";
import { appendToAudit } from "../audit.ts";
import { type Earnings, noEarnings } from "../flows.ts";
import { appendToLog, type ChainEvent } from "../log.ts";
import { book } from "../movement.ts";
import { isOurs } from "../ours.ts";
import { addToProtocol } from "../periods.ts";
import { plus } from "../sums.ts";
import { intervals, startOf } from "../time.ts";

const product = "vault";

// The vault's own books: with them the share price follows for every second until the next change, see the `vault` table.
ponder.on("KhipuVault:AccountsUpdated", async ({ event, context }) => {
  const books = { ...event.args, updatedAt: event.block.timestamp };
  await changeVault(context, event, () => books);
  await addToPeriods(context, event, {});
});

ponder.on("KhipuVault:VaultCreated", async ({ event, context }) => {
  const { asset, virtualShares } = event.args;
  await appendToAudit(context, event, { product, type: "VaultCreated", target: asset });
  await changeVault(context, event, () => ({ virtualShares }));
});

ponder.on("KhipuVault:Transfer", async ({ event, context }) => {
  const { from, to, value } = event.args;
  for (const [holder, change] of [[from, -value] as const, [to, value] as const]) {
    // Pools and treasury hold shares for others; shares come from and go to nowhere with the zero address.
    if (BigInt(holder) === 0n || isOurs(context, holder)) continue;
    await changeAccount(context, event, holder, { vaultShares: change }, false);
  }
});

ponder.on("KhipuVault:Deposit", async ({ event, context }) => {
  const { sender, owner, assets } = event.args;
  const isPool = isOurs(context, owner);
  const account = isPool ? undefined : owner;
  await appendToLog(context, event, { product, type: "Deposit", actor: sender, account });
  await changeVault(context, event, (row) => ({ idle: row.idle + assets }));
  await addToPeriods(context, event, { deposits: assets });
  if (isPool) return;
  await book(context, event, { account: owner, flows: { deposits: assets }, acts: true });
});

ponder.on("KhipuVault:Withdraw", async ({ event, context }) => {
  const { sender, owner, assets } = event.args;
  const isPool = isOurs(context, owner);
  const account = isPool ? undefined : owner;
  await appendToLog(context, event, { product, type: "Withdraw", actor: sender, account });
  await changeVault(context, event, (row) => ({ idle: row.idle - assets }));
  await addToPeriods(context, event, { withdrawals: assets });
  if (isPool) return;
  await book(context, event, { account: owner, flows: { withdrawals: assets }, acts: true });
});

ponder.on("KhipuVault:RedeemedInKind", async ({ event, context }) => {
  const { caller, owner, idleAssets, value } = event.args;
  const type = "RedeemedInKind";
  await appendToLog(context, event, { product, type, actor: caller, account: owner });
  await changeVault(context, event, (row) => ({ idle: row.idle - idleAssets }));
  await addToPeriods(context, event, { withdrawals: value });
  await book(context, event, { account: owner, flows: { withdrawals: value }, acts: true });
});

ponder.on("KhipuVault:Reported", async ({ event, context }) => {
  const { caller, profit, loss, feeAssets, feeShares } = event.args;
  const time = event.block.timestamp;
  await appendToLog(context, event, { product, type: "Reported", actor: caller });
  await context.db.insert(vaultReport).values({
    id: event.id,
    chainId: context.chain.id,
    vault: event.log.address,
    ...{ caller, profit, loss, feeAssets, feeShares, time },
  });
  const earnings = { profit, loss, fees: feeAssets };
  await changeVault(context, event, (row) => ({
    ...plus(row, earnings),
    reports: row.reports + 1,
    reportedAt: time,
  }));
  await addToPeriods(context, event, earnings);
  await addToProtocol(context, event, earnings, undefined);
});

ponder.on("KhipuVault:ProfitDonated", async ({ event, context }) => {
  const { donor, assets } = event.args;
  await appendToLog(context, event, { product, type: "ProfitDonated", actor: donor });
  await changeVault(context, event, (row) => ({ idle: row.idle + assets }));
});

ponder.on("KhipuVault:ProfitForfeited", async ({ event, context }) => {
  await appendToLog(context, event, workOf(event, "ProfitForfeited"));
});

// ------------------------------------------------------------------------------------------------------- strategies

ponder.on("KhipuVault:StrategyBooked", async ({ event, context }) => {
  const { strategy, profit, loss, assetsAfter } = event.args;
  await appendToLog(context, event, workOf(event, "StrategyBooked"));
  await changeAllocation(context, event, strategy, (row) => ({
    assets: assetsAfter,
    profit: row.profit + profit,
    loss: row.loss + loss,
  }));
});

ponder.on("KhipuVault:StrategySupplied", async ({ event, context }) => {
  const { strategy, assets, assetsAfter, idleAfter } = event.args;
  await appendToLog(context, event, workOf(event, "StrategySupplied"));
  await changeAllocation(context, event, strategy, (row) => ({
    assets: assetsAfter,
    supplied: row.supplied + assets,
  }));
  await changeVault(context, event, () => ({ idle: idleAfter }));
});

ponder.on("KhipuVault:StrategyDrawn", async ({ event, context }) => {
  const { strategy, assets, assetsAfter, idleAfter } = event.args;
  await appendToLog(context, event, workOf(event, "StrategyDrawn"));
  await changeAllocation(context, event, strategy, (row) => ({
    assets: assetsAfter,
    drawn: row.drawn + assets,
  }));
  await changeVault(context, event, () => ({ idle: idleAfter }));
});

ponder.on("KhipuVault:StrategyHandedOver", async ({ event, context }) => {
  const { strategy, assets, assetsAfter } = event.args;
  await appendToLog(context, event, workOf(event, "StrategyHandedOver"));
  await changeAllocation(context, event, strategy, (row) => ({
    assets: assetsAfter,
    drawn: row.drawn + assets,
  }));
});

ponder.on("KhipuVault:StrategyLeftOut", async ({ event, context }) => {
  await appendToLog(context, event, workOf(event, "StrategyLeftOut"));
  await changeAllocation(context, event, event.args.strategy, (row) => ({
    failures: row.failures + 1,
  }));
});

ponder.on("KhipuVault:SupplyHalted", async ({ event, context }) => {
  await appendToLog(context, event, workOf(event, "SupplyHalted"));
  await changeAllocation(context, event, event.args.strategy, () => ({ supplyHalted: true }));
});

ponder.on("KhipuVault:StrategyImpaired", async ({ event, context }) => {
  const { strategy, impaired } = event.args;
  await appendToLog(context, event, workOf(event, "StrategyImpaired"));
  await changeAllocation(context, event, strategy, () => ({ impaired }));
});

ponder.on("KhipuVault:ValueAccepted", async ({ event, context }) => {
  const { strategy } = event.args;
  await appendToAudit(context, event, { product, type: "ValueAccepted", target: strategy });
  await changeAllocation(context, event, strategy, () => ({ supplyHalted: false }));
});

ponder.on("KhipuVault:StrategyAdded", async ({ event, context }) => {
  const { strategy } = event.args;
  await appendToAudit(context, event, { product, type: "StrategyAdded", target: strategy });
  const caps = capsOf(event.args);
  await changeAllocation(context, event, strategy, () => ({
    ...caps,
    listed: true,
    addedAt: event.block.timestamp,
    removedAt: null,
  }));
  await changeVault(context, event, ({ supplyOrder, withdrawalOrder }) => ({
    supplyOrder: [...supplyOrder, strategy],
    withdrawalOrder: [...withdrawalOrder, strategy],
  }));
});

ponder.on("KhipuVault:CapsSet", async ({ event, context }) => {
  const { strategy } = event.args;
  await appendToAudit(context, event, { product, type: "CapsSet", target: strategy });
  await changeAllocation(context, event, strategy, () => capsOf(event.args));
});

ponder.on("KhipuVault:StrategyRemoved", async ({ event, context }) => {
  const { strategy } = event.args;
  await appendToAudit(context, event, { product, type: "StrategyRemoved", target: strategy });
  const removedAt = event.block.timestamp;
  await changeAllocation(context, event, strategy, () => ({
    listed: false,
    assets: 0n,
    supplyHalted: false,
    removedAt,
  }));
  const isOther = (other: Address) => other !== strategy;
  await changeVault(context, event, ({ supplyOrder, withdrawalOrder }) => ({
    supplyOrder: supplyOrder.filter(isOther),
    withdrawalOrder: withdrawalOrder.filter(isOther),
  }));
});

// The StrategyBooked before it has told the loss.
ponder.on("KhipuVault:StrategyWrittenOff", async ({ event, context }) => {
  const target = event.args.strategy;
  await appendToAudit(context, event, { product, type: "StrategyWrittenOff", target });
});

// --------------------------------------------------------------------------------------------------------- settings

for (const type of ["GainLimitSet", "GasLimitsSet", "MarketSet"] as const) {
  ponder.on(`KhipuVault:${type}`, async ({ event, context }) => {
    await appendToAudit(context, event, { product, type, target: event.args.strategy });
  });
}

ponder.on("KhipuVault:RewardSent", async ({ event, context }) => {
  const target = event.args.token;
  await appendToAudit(context, event, { product, type: "RewardSent", target });
});

ponder.on("KhipuVault:SupplyOrderSet", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "SupplyOrderSet" });
  const supplyOrder = [...event.args.strategies];
  await changeVault(context, event, () => ({ supplyOrder }));
});

ponder.on("KhipuVault:WithdrawalOrderSet", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "WithdrawalOrderSet" });
  const withdrawalOrder = [...event.args.strategies];
  await changeVault(context, event, () => ({ withdrawalOrder }));
});

ponder.on("KhipuVault:IdleBufferSet", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "IdleBufferSet" });
  await changeVault(context, event, () => ({ idleBufferBps: Number(event.args.bufferBps) }));
});

ponder.on("KhipuVault:FeeSet", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "FeeSet" });
  await changeVault(context, event, () => ({ feeBps: Number(event.args.feeBps) }));
});

ponder.on("KhipuVault:FeeRecipientSet", async ({ event, context }) => {
  const { recipient } = event.args;
  await appendToAudit(context, event, { product, type: "FeeRecipientSet", target: recipient });
  await changeVault(context, event, () => ({ feeRecipient: recipient }));
});

ponder.on("KhipuVault:DepositsStopped", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "DepositsStopped" });
  await changeVault(context, event, () => ({ depositsStopped: true }));
});

ponder.on("KhipuVault:DepositsResumed", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "DepositsResumed" });
  await changeVault(context, event, () => ({ depositsStopped: false }));
});

// ------------------------------------------------------------------------------------------------------------- rows

const newBooks = {
  grossAssets: 0n,
  totalSupply: 0n,
  virtualShares: 0n,
  lockedProfit: 0n,
  unlockStart: 0n,
  unlockEnd: 0n,
};

const newVault = {
  ...newBooks,
  ...noEarnings,
  idle: 0n,
  feeBps: 0,
  feeRecipient: null,
  idleBufferBps: 0,
  depositsStopped: false,
  supplyOrder: [],
  withdrawalOrder: [],
  reports: 0,
  reportedAt: null,
};

const newAllocation = {
  listed: false,
  absoluteCap: 0n,
  relativeCapBps: 0,
  assets: 0n,
  supplied: 0n,
  drawn: 0n,
  profit: 0n,
  loss: 0n,
  failures: 0,
  supplyHalted: false,
  impaired: false,
  removedAt: null,
};

type Vault = typeof vault.$inferSelect;
type Allocation = typeof allocation.$inferSelect;

async function changeVault(
  context: Context,
  event: ChainEvent,
  change: (row: Vault) => Partial<Vault>,
): Promise<void> {
  const { timestamp } = event.block;
  const key = { chainId: context.chain.id, address: event.log.address };
  const fresh = { ...key, ...newVault, createdAt: timestamp, updatedAt: timestamp };
  await context.db
    .insert(vault)
    .values({ ...fresh, ...change(fresh) })
    .onConflictDoUpdate(change);
}

async function changeAllocation(
  context: Context,
  event: ChainEvent,
  strategy: Address,
  change: (row: Allocation) => Partial<Allocation>,
): Promise<void> {
  const updatedAt = event.block.timestamp;
  const key = { chainId: context.chain.id, vault: event.log.address, strategy };
  const fresh = { ...key, ...newAllocation, addedAt: updatedAt, updatedAt };
  await context.db
    .insert(allocation)
    .values({ ...fresh, ...change(fresh) })
    .onConflictDoUpdate((row) => ({ ...change(row), updatedAt }));
}

type PeriodFlows = Earnings & { deposits?: bigint; withdrawals?: bigint };

/** Adds to the vault's present hour and day. */
async function addToPeriods(
  context: Context,
  event: ChainEvent,
  flows: PeriodFlows,
): Promise<void> {
  const chainId = context.chain.id;
  const contract = event.log.address;
  const latest = (await context.db.find(vault, { chainId, address: contract })) ?? newBooks;
  const { grossAssets, totalSupply, virtualShares, lockedProfit, unlockStart, unlockEnd } = latest;
  const prices = { lockedProfit, unlockStart, unlockEnd };
  const closing = { grossAssets, totalSupply, virtualShares, ...prices };
  for (const interval of intervals) {
    const start = startOf(interval, event.block.timestamp);
    await context.db
      .insert(vaultPeriod)
      .values({
        ...{ chainId, contract, interval, start },
        ...{ deposits: 0n, withdrawals: 0n, ...noEarnings, ...flows, ...closing },
      })
      .onConflictDoUpdate((row) => ({ ...plus(row, flows), ...closing }));
  }
}

/** What the vault does with its money is nobody's position. */
function workOf(event: ChainEvent, type: string) {
  return { product, type, actor: event.transaction.from } as const;
}

function capsOf({ absoluteCap, relativeCapBps }: { absoluteCap: bigint; relativeCapBps: bigint }) {
  return { absoluteCap, relativeCapBps: Number(relativeCapBps) };
}
