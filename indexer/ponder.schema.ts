import { index, onchainTable, primaryKey, relations } from "ponder";

// Amounts are in the asset's smallest unit (wei), shares in the vault's; times are in seconds since 1970.
// One table for each noun. `event` is the append-only log that the live layer streams.

/** Everybody who has ever taken part. */
export const account = onchainTable("account", (t) => ({
  address: t.hex().primaryKey(),
  firstSeen: t.bigint().notNull(),
  lastSeen: t.bigint().notNull(),
}));

/**
 * A vault's books after its last change. Until the next one, a share is worth
 * `(grossAssets - locked + 1) / (totalSupply + 1e6)`, where `locked` falls evenly from `lockedProfit` at `unlockStart` to
 * nothing at `unlockEnd`.
 */
export const vault = onchainTable(
  "vault",
  (t) => ({
    chainId: t.integer().notNull(),
    address: t.hex().notNull(),
    grossAssets: t.bigint().notNull(),
    totalSupply: t.bigint().notNull(),
    lockedProfit: t.bigint().notNull(),
    unlockStart: t.bigint().notNull(),
    unlockEnd: t.bigint().notNull(),
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.address] }) }),
);

/** What one saver has in one savings pool. */
export const savingsPosition = onchainTable(
  "savings_position",
  (t) => ({
    chainId: t.integer().notNull(),
    pool: t.hex().notNull(),
    saver: t.hex().notNull(),
    principal: t.bigint().notNull(),
    shares: t.bigint().notNull(),
    deposited: t.bigint().notNull(),
    withdrawn: t.bigint().notNull(),
    claimed: t.bigint().notNull(),
    openedAt: t.bigint().notNull(),
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.saver] }),
    byPrincipal: index().on(table.chainId, table.pool, table.principal),
    bySaver: index().on(table.saver),
  }),
);

/** The totals of one savings pool. */
export const savingsPool = onchainTable(
  "savings_pool",
  (t) => ({
    chainId: t.integer().notNull(),
    address: t.hex().notNull(),
    totalPrincipal: t.bigint().notNull(),
    totalShares: t.bigint().notNull(),
    totalDeposited: t.bigint().notNull(),
    totalWithdrawn: t.bigint().notNull(),
    totalClaimed: t.bigint().notNull(),
    /** Savers with a position now. */
    activeSavers: t.integer().notNull(),
    /** Savers who ever had one. */
    savers: t.integer().notNull(),
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.address] }) }),
);

/** A group that saves together. */
export const cooperative = onchainTable(
  "cooperative",
  (t) => ({
    chainId: t.integer().notNull(),
    contract: t.hex().notNull(),
    poolId: t.bigint().notNull(),
    name: t.text().notNull(),
    creator: t.hex().notNull(),
    /** The least and the most principal of a member. */
    minimum: t.bigint().notNull(),
    maximum: t.bigint().notNull(),
    maxMembers: t.integer().notNull(),
    /** Whether anybody may join; else one needs an invitation. */
    open: t.boolean().notNull(),
    closed: t.boolean().notNull(),
    memberCount: t.integer().notNull(),
    totalPrincipal: t.bigint().notNull(),
    totalShares: t.bigint().notNull(),
    createdAt: t.bigint().notNull(),
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.poolId] }),
    byCreator: index().on(table.creator),
    byPrincipal: index().on(table.totalPrincipal),
  }),
);

/** What one member has, or had, in one cooperative. */
export const cooperativeMember = onchainTable(
  "cooperative_member",
  (t) => ({
    chainId: t.integer().notNull(),
    contract: t.hex().notNull(),
    poolId: t.bigint().notNull(),
    member: t.hex().notNull(),
    /** False once they have left; they may join again. */
    active: t.boolean().notNull(),
    principal: t.bigint().notNull(),
    shares: t.bigint().notNull(),
    contributed: t.bigint().notNull(),
    withdrawn: t.bigint().notNull(),
    claimed: t.bigint().notNull(),
    joinedAt: t.bigint().notNull(),
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.poolId, table.member] }),
    byMember: index().on(table.member),
  }),
);

/** The append-only log: one row for each protocol event, written in its block's own transaction. */
export const event = onchainTable(
  "event",
  (t) => ({
    /** Ponder's checkpoint of the event: 75 digits that sort in the order of the chain. */
    id: t.text().primaryKey(),
    chainId: t.integer().notNull(),
    blockNumber: t.bigint().notNull(),
    blockHash: t.hex().notNull(),
    blockTimestamp: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
    logIndex: t.integer().notNull(),
    /** The contract that emitted it. */
    contract: t.hex().notNull(),
    product: t.text().notNull(),
    /** The event's name in Solidity. */
    type: t.text().notNull(),
    /** Who acted: paid, sent or called. */
    actor: t.hex().notNull(),
    /** Whose position changed, where one did. */
    account: t.hex(),
    /** The pool, round or circle it is about, where there is one. */
    subject: t.text(),
    /** The arguments by name; whole numbers as decimal strings. */
    args: t.json().notNull(),
  }),
  (table) => ({
    byAccount: index().on(table.account, table.id),
    byActor: index().on(table.actor, table.id),
    byType: index().on(table.type, table.id),
    byProduct: index().on(table.product, table.id),
    byContract: index().on(table.contract, table.id),
  }),
);

export const accountRelations = relations(account, ({ many }) => ({
  savingsPositions: many(savingsPosition),
  memberships: many(cooperativeMember),
  activity: many(event),
}));

export const savingsPositionRelations = relations(savingsPosition, ({ one }) => ({
  account: one(account, { fields: [savingsPosition.saver], references: [account.address] }),
}));

export const cooperativeRelations = relations(cooperative, ({ many }) => ({
  members: many(cooperativeMember),
}));

export const cooperativeMemberRelations = relations(cooperativeMember, ({ one }) => ({
  account: one(account, { fields: [cooperativeMember.member], references: [account.address] }),
  cooperative: one(cooperative, {
    fields: [cooperativeMember.chainId, cooperativeMember.contract, cooperativeMember.poolId],
    references: [cooperative.chainId, cooperative.contract, cooperative.poolId],
  }),
}));

export const eventRelations = relations(event, ({ one }) => ({
  accountEntity: one(account, { fields: [event.account], references: [account.address] }),
}));
