import { index, onchainTable, primaryKey, relations } from "ponder";

// One table for each noun; `event` is the append-only log that the live layer streams. The comment above a table or a
// column is its description in the GraphQL schema (`npm run generate`), so each has one. Conventions: docs/indexer.md.

type Columns = Parameters<Extract<Parameters<typeof onchainTable>[1], (t: never) => object>>[0];
type KeyColumn = Parameters<typeof primaryKey>[0]["columns"][0];

/** Where a thing is, the first part of every key. */
const place = (t: Columns) => ({
  /** The chain. */
  chainId: t.integer().notNull(),
  /** The contract that keeps it. */
  contract: t.hex().notNull(),
});

/** The key of what there is once for each event. The id has the chain in it, but only a column keeps the chains apart. */
const eventKey = ({ id, chainId }: Record<"id" | "chainId", KeyColumn>) =>
  primaryKey({ columns: [id, chainId] });

/** What moved, in all or in a stretch of time. */
const flows = (t: Columns) => ({
  /** Assets paid in: deposits, contributions, tickets, and what was put into the vault directly. */
  deposits: t.bigint().notNull(),
  /** Assets of principal paid out. */
  withdrawals: t.bigint().notNull(),
  /** Vault shares that people took out of pools instead of assets. */
  sharesTakenOut: t.bigint().notNull(),
  /** Assets of yield that were paid out, made principal, or put into a prize. */
  yield: t.bigint().notNull(),
  /** The part of the deposits that bought tickets. */
  tickets: t.bigint().notNull(),
  /** Assets that sponsors added to prizes, or gave to make good a lottery's loss. */
  sponsored: t.bigint().notNull(),
  /** What the prizes that were won were worth in assets when they were drawn. */
  prizes: t.bigint().notNull(),
});

/** What the vault made of the money. */
const earnings = (t: Columns) => ({
  /** Profit of all strategies that was booked, before the fee, in assets. */
  profit: t.bigint().notNull(),
  /** Losses of strategies that were booked by a report, in assets. */
  loss: t.bigint().notNull(),
  /** The part of the profit that was taken as a fee, in assets. */
  fees: t.bigint().notNull(),
});

/** Who acted in a stretch of time. */
const crowd = (t: Columns) => ({
  /** Accounts that did something, each counted once. */
  activeUsers: t.integer().notNull(),
  /** Accounts that did something for the first time. */
  newUsers: t.integer().notNull(),
});

/** Which stretch of time. */
const period = (t: Columns) => ({
  /** "hour" or "day", both of UTC. */
  interval: t.text().notNull(),
  /** The second at which it begins. */
  start: t.bigint().notNull(),
});

/** A vault's books after its last change. */
const books = (t: Columns) => ({
  /** All assets, the still locked profit included. */
  grossAssets: t.bigint().notNull(),
  /** All shares. */
  totalSupply: t.bigint().notNull(),
  /** The virtual part of the share price: it counts so many shares beside all shares. */
  virtualShares: t.bigint().notNull(),
  /** Profit that was locked at `unlockStart`, and is released evenly until `unlockEnd`. */
  lockedProfit: t.bigint().notNull(),
  /** When the release began. */
  unlockStart: t.bigint().notNull(),
  /** When all is released. */
  unlockEnd: t.bigint().notNull(),
});

/** What an account holds over all products. */
const holdings = (t: Columns) => ({
  /** Vault shares in savings pools. */
  savingsShares: t.bigint().notNull(),
  /** Vault shares in cooperatives. */
  cooperativeShares: t.bigint().notNull(),
  /** Vault shares in the account's own name. */
  vaultShares: t.bigint().notNull(),
  /** Principal in tickets, in assets. */
  tickets: t.bigint().notNull(),
  /** Prizes that were won and not claimed, in vault shares. */
  prizeShares: t.bigint().notNull(),
  /** Vault shares in circles: collateral, and what came out of others'. */
  circleShares: t.bigint().notNull(),
  /** Money in circles that is theirs, in assets: claimable, and collateral that is not in the vault. */
  circleCash: t.bigint().notNull(),
});

/** The totals of everything on one chain. */
export const protocol = onchainTable("protocol", (t) => ({
  /** The chain. */
  chainId: t.integer().primaryKey(),
  ...flows(t),
  ...earnings(t),
  /** Accounts that have ever done something. */
  users: t.integer().notNull(),
  /** When the last event was. */
  updatedAt: t.bigint().notNull(),
}));

/** What happened on one chain in an hour or a day. A stretch in which nothing happened has no row. */
export const protocolPeriod = onchainTable(
  "protocol_period",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    ...period(t),
    ...flows(t),
    ...earnings(t),
    ...crowd(t),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.interval, table.start] }) }),
);

/** What happened in one pool in an hour or a day, and its totals at the end. */
export const poolPeriod = onchainTable(
  "pool_period",
  (t) => ({
    ...place(t),
    /** Which pool of the contract; empty where the contract is one pool. */
    poolId: t.text().notNull(),
    ...period(t),
    /** The product that the pool belongs to. */
    product: t.text().notNull(),
    ...flows(t),
    ...crowd(t),
    /** The principal of all at the end, in assets. */
    totalPrincipal: t.bigint().notNull(),
    /** The vault shares of all at the end. */
    totalShares: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({
      columns: [table.chainId, table.contract, table.poolId, table.interval, table.start],
    }),
    byProduct: index().on(table.chainId, table.product, table.interval, table.start),
  }),
);

/** What happened in a vault in an hour or a day, and its books at the end. */
export const vaultPeriod = onchainTable(
  "vault_period",
  (t) => ({
    ...place(t),
    ...period(t),
    /** Assets put in by pools and people. */
    deposits: t.bigint().notNull(),
    /** Assets taken out by pools and people, in kind included. */
    withdrawals: t.bigint().notNull(),
    ...earnings(t),
    ...books(t),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.interval, table.start] }),
  }),
);

/** Somebody who has taken part on one chain: what they hold and what they have done. */
export const account = onchainTable(
  "account",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** Who. */
    address: t.hex().notNull(),
    /** When they first did something; null if they only ever received. */
    firstSeen: t.bigint(),
    /** When they last did something. */
    lastSeen: t.bigint(),
    ...holdings(t),
    /** The principal in all pools now, in assets. */
    principal: t.bigint().notNull(),
    /** All that was ever paid in for them, in assets. */
    deposited: t.bigint().notNull(),
    /** All principal that they ever took out, in assets. */
    withdrawn: t.bigint().notNull(),
    /** All yield that was paid to them or made principal, in assets. */
    yieldEarned: t.bigint().notNull(),
    /** What their prizes were worth in assets when they were drawn. */
    prizesWon: t.bigint().notNull(),
    /** How many prizes they won. */
    wins: t.integer().notNull(),
    /** How many savers named them as referrer. */
    referrals: t.integer().notNull(),
    /** All that they earned as referrer, in vault shares, as far as it was counted. */
    referralEarned: t.bigint().notNull(),
    /** What of that they took out, in vault shares: as money, or the shares themselves. */
    referralClaimed: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.address] }),
    byAddress: index().on(table.address),
    byPrincipal: index().on(table.chainId, table.principal),
    byPrizes: index().on(table.chainId, table.prizesWon),
    byReferrals: index().on(table.chainId, table.referralEarned),
  }),
);

/** What an account held at the end of an hour in which that changed. */
export const accountHour = onchainTable(
  "account_hour",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** Whose. */
    account: t.hex().notNull(),
    /** The second at which the hour begins. */
    start: t.bigint().notNull(),
    ...holdings(t),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.account, table.start] }) }),
);

/**
 * A vault. Until its next change a share is worth `(grossAssets - locked + 1) / (totalSupply + virtualShares)`, where
 * `locked` falls evenly from `lockedProfit` at `unlockStart` to nothing at `unlockEnd`.
 */
export const vault = onchainTable(
  "vault",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The vault's contract. */
    address: t.hex().notNull(),
    ...books(t),
    /** Assets that no strategy has. */
    idle: t.bigint().notNull(),
    /** The part of new profit that is taken as a fee, in hundredths of a percent. */
    feeBps: t.integer().notNull(),
    /** Who gets the fee. */
    feeRecipient: t.hex(),
    /** The part of the assets that is left idle, in hundredths of a percent. */
    idleBufferBps: t.integer().notNull(),
    /** Whether a guardian has stopped deposits. Withdrawals cannot be stopped. */
    depositsStopped: t.boolean().notNull(),
    /** The strategies in the order in which they are filled. */
    supplyOrder: t.hex().array().notNull(),
    /** The strategies in the order in which they are emptied. */
    withdrawalOrder: t.hex().array().notNull(),
    ...earnings(t),
    /** How often profit was booked. */
    reports: t.integer().notNull(),
    /** When profit was last booked. */
    reportedAt: t.bigint(),
    /** When its first event was. */
    createdAt: t.bigint().notNull(),
    /** When the books last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.address] }) }),
);

/** A strategy, an ERC-4626 that a vault's money works in or worked in, and what the vault has in it. */
export const allocation = onchainTable(
  "allocation",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The vault. */
    vault: t.hex().notNull(),
    /** The strategy's contract. */
    strategy: t.hex().notNull(),
    /** Whether the vault uses it now. */
    listed: t.boolean().notNull(),
    /** The most assets that it may hold. */
    absoluteCap: t.bigint().notNull(),
    /** The most of the vault's assets that it may hold, in hundredths of a percent. */
    relativeCapBps: t.integer().notNull(),
    /** What the vault has in it by its books, in assets: the allocation. */
    assets: t.bigint().notNull(),
    /** All assets ever put in. */
    supplied: t.bigint().notNull(),
    /** All assets ever taken out. */
    drawn: t.bigint().notNull(),
    /** All gains that were booked. */
    profit: t.bigint().notNull(),
    /** All losses that were booked. */
    loss: t.bigint().notNull(),
    /** How often it failed to take or give money. */
    failures: t.integer().notNull(),
    /** Whether it gets no more money, because it has lost some, until the curator accepts its value. */
    supplyHalted: t.boolean().notNull(),
    /** Whether so much of it is lost that nobody can deposit into the vault. */
    impaired: t.boolean().notNull(),
    /** When it was added. */
    addedAt: t.bigint().notNull(),
    /** When it was removed, if it is not used any more. */
    removedAt: t.bigint(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.vault, table.strategy] }) }),
);

/** One booking of a vault's profit. */
export const vaultReport = onchainTable(
  "vault_report",
  (t) => ({
    /** The id of its event. */
    id: t.text().notNull(),
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The vault. */
    vault: t.hex().notNull(),
    /** Who saw to it. */
    caller: t.hex().notNull(),
    /** All strategies' gains, in assets. */
    profit: t.bigint().notNull(),
    /** All strategies' losses, in assets. */
    loss: t.bigint().notNull(),
    /** The fee, in assets. */
    feeAssets: t.bigint().notNull(),
    /** The shares that were minted for the fee. */
    feeShares: t.bigint().notNull(),
    /** When. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: eventKey(table),
    byTime: index().on(table.chainId, table.vault, table.time),
  }),
);

/** What one saver has in one savings pool. */
export const savingsPosition = onchainTable(
  "savings_position",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The savings pool. */
    pool: t.hex().notNull(),
    /** Whose. */
    saver: t.hex().notNull(),
    /** The mark above which the shares' worth is yield, in assets. */
    principal: t.bigint().notNull(),
    /** Vault shares. */
    shares: t.bigint().notNull(),
    /** All that was ever deposited, in assets. */
    deposited: t.bigint().notNull(),
    /** All principal that was ever withdrawn, in assets. */
    withdrawn: t.bigint().notNull(),
    /** All yield that was ever paid out, in assets. */
    claimed: t.bigint().notNull(),
    /** All yield that ever became principal, in assets. */
    compounded: t.bigint().notNull(),
    /** When the first deposit was. */
    openedAt: t.bigint().notNull(),
    /** When something was last paid in or out. */
    lastActive: t.bigint().notNull(),
    /** When it last changed. */
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
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The pool's contract. */
    address: t.hex().notNull(),
    /** The principal of all savers, in assets. */
    totalPrincipal: t.bigint().notNull(),
    /** The vault shares of all savers. */
    totalShares: t.bigint().notNull(),
    /** All that was ever deposited, in assets. */
    totalDeposited: t.bigint().notNull(),
    /** All principal that was ever withdrawn, in assets. */
    totalWithdrawn: t.bigint().notNull(),
    /** All yield that was ever paid out, in assets. */
    totalClaimed: t.bigint().notNull(),
    /** All yield that ever became principal, in assets. */
    totalCompounded: t.bigint().notNull(),
    /** Savers with a position now. */
    activeSavers: t.integer().notNull(),
    /** Savers who ever had one. */
    savers: t.integer().notNull(),
    /** The most principal of one saver, in assets. */
    perSaverLimit: t.bigint(),
    /** The most principal of all savers, in assets. */
    totalLimit: t.bigint(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.address] }) }),
);

/** Who brought whom: the tree of referrals, one row for each saver who named somebody. */
export const referral = onchainTable(
  "referral",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The savings pool. */
    pool: t.hex().notNull(),
    /** Who was brought. */
    saver: t.hex().notNull(),
    /** Who brought them. */
    referrer: t.hex().notNull(),
    /** The referrer's part of the fee on this saver's shares, in vault shares, as far as it was counted. */
    earned: t.bigint().notNull(),
    /** When the referrer was named. */
    namedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.saver] }),
    byReferrer: index().on(table.chainId, table.referrer, table.namedAt),
  }),
);

/** A group that saves together. */
export const cooperative = onchainTable(
  "cooperative",
  (t) => ({
    ...place(t),
    /** The group's number. */
    poolId: t.bigint().notNull(),
    /** What its creator called it. */
    name: t.text().notNull(),
    /** Who created it. */
    creator: t.hex().notNull(),
    /** The least principal of a member, in assets. */
    minimum: t.bigint().notNull(),
    /** The most principal of a member, in assets. */
    maximum: t.bigint().notNull(),
    /** How many members it can have. */
    maxMembers: t.integer().notNull(),
    /** Whether anybody may join; else one needs an invitation. */
    open: t.boolean().notNull(),
    /** Whether it takes no more money. */
    closed: t.boolean().notNull(),
    /** Signed invitations of an earlier epoch are void. */
    invitationEpoch: t.bigint().notNull(),
    /** How many members it has now. */
    memberCount: t.integer().notNull(),
    /** The principal of all members, in assets. */
    totalPrincipal: t.bigint().notNull(),
    /** The vault shares of all members. */
    totalShares: t.bigint().notNull(),
    /** When it was created. */
    createdAt: t.bigint().notNull(),
    /** When it last changed. */
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
    ...place(t),
    /** The group's number. */
    poolId: t.bigint().notNull(),
    /** Whose. */
    member: t.hex().notNull(),
    /** False once they have left; they may join again. */
    active: t.boolean().notNull(),
    /** The mark above which the shares' worth is yield, in assets. */
    principal: t.bigint().notNull(),
    /** Vault shares. */
    shares: t.bigint().notNull(),
    /** All that was ever contributed, in assets. */
    contributed: t.bigint().notNull(),
    /** All principal that was ever withdrawn, in assets. */
    withdrawn: t.bigint().notNull(),
    /** All yield that was ever paid out, in assets. */
    claimed: t.bigint().notNull(),
    /** When they last joined. */
    joinedAt: t.bigint().notNull(),
    /** When something was last paid in or out. */
    lastActive: t.bigint().notNull(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.poolId, table.member] }),
    byMember: index().on(table.member),
  }),
);

/** A lottery: prize savings over a vault. */
export const lotteryPool = onchainTable(
  "lottery_pool",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The lottery's contract. */
    address: t.hex().notNull(),
    /** Seconds from the start of a round until it may be closed. */
    roundDuration: t.bigint().notNull(),
    /** Seconds from the close of a round in which randomness can be asked for, and from then in which an answer counts. */
    answerTime: t.bigint().notNull(),
    /** The smallest purchase, in assets. */
    minimumPurchase: t.bigint().notNull(),
    /** With a smaller prize there is no draw, in assets. */
    minimumPrize: t.bigint().notNull(),
    /** How a prize is divided: for each tier `winners` and `shareBps`. */
    tiers: t.json().$type<{ winners: number; shareBps: number }[]>().notNull(),
    /** Chainlink's VRF coordinator. */
    coordinator: t.hex().notNull(),
    /** The subscription that pays for randomness. */
    subscription: t.bigint().notNull(),
    /** The round that runs. */
    currentRound: t.bigint().notNull(),
    /** The principal of all tickets, in assets. */
    totalPrincipal: t.bigint().notNull(),
    /** The vault shares behind them. */
    totalShares: t.bigint().notNull(),
    /** How many purchases there were. */
    entries: t.bigint().notNull(),
    /** Players with tickets now. */
    activePlayers: t.integer().notNull(),
    /** Players who ever had some. */
    players: t.integer().notNull(),
    /** All that was ever won, in vault shares. */
    wonShares: t.bigint().notNull(),
    /** How many rounds in a row needed an answer and got none; after eight anybody may wind the lottery down. */
    unansweredRounds: t.integer().notNull(),
    /** When it was wound down. Since then there are no rounds and no new tickets, and redeeming pays what is left, too. */
    woundDownAt: t.bigint(),
    /** Once it was wound down, what the tickets that are still in weighed in the last round; by that the rest is divided. */
    weightLeft: t.bigint().notNull(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.address] }) }),
);

/** A round of a lottery. */
export const lotteryRound = onchainTable(
  "lottery_round",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The lottery. */
    pool: t.hex().notNull(),
    /** The round's number. */
    roundId: t.bigint().notNull(),
    /** "open", "closed", "requested", "answered", "drawn" or "rolledOver". */
    state: t.text().notNull(),
    /** When it started. */
    start: t.bigint().notNull(),
    /** From when it may be closed. */
    closesFrom: t.bigint().notNull(),
    /** When it was closed. */
    end: t.bigint(),
    /** How many purchases there were before it: they are in it from its first second. */
    entriesBefore: t.bigint().notNull(),
    /** The last purchase that takes part. */
    lastEntry: t.bigint(),
    /** What all tickets weigh together, in assets times seconds; known at the close. */
    weight: t.bigint(),
    /** What tickets bought in this round and not redeemed in it weigh less than if they had been there from its start. */
    missedWeight: t.bigint().notNull(),
    /** What there is to win, in vault shares; grows until the close. */
    prizeShares: t.bigint().notNull(),
    /** The yield of the tickets in it, in vault shares; known at the close. */
    yieldShares: t.bigint().notNull(),
    /** What was won, in vault shares. */
    wonShares: t.bigint().notNull(),
    /** What went on to the next round, in vault shares. */
    rolledShares: t.bigint().notNull(),
    /** How many purchases were made while it ran. */
    purchases: t.integer().notNull(),
    /** Tickets that were bought while it ran, in assets. */
    ticketsBought: t.bigint().notNull(),
    /** Tickets that were redeemed while it ran, in assets. */
    ticketsRedeemed: t.bigint().notNull(),
    /** What sponsors added, in assets. */
    sponsored: t.bigint().notNull(),
    /** Why there was no draw: "nothingToWin", "nobodyToWin", "noAnswer" or "woundDown". */
    notDrawnBecause: t.text(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.roundId] }),
    byState: index().on(table.chainId, table.state, table.end),
  }),
);

/** The draw of a round, from the request for randomness on. */
export const lotteryDraw = onchainTable(
  "lottery_draw",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The lottery. */
    pool: t.hex().notNull(),
    /** The round. */
    roundId: t.bigint().notNull(),
    /** The request at the coordinator. */
    requestId: t.bigint().notNull(),
    /** Who asked. */
    caller: t.hex().notNull(),
    /** When it was asked for. */
    requestedAt: t.bigint().notNull(),
    /** Until when an answer counts. */
    deadline: t.bigint().notNull(),
    /** The random word. */
    word: t.bigint(),
    /** When the word came. */
    answeredAt: t.bigint(),
    /** When all winners were drawn. */
    executedAt: t.bigint(),
    /** What there was to win, in vault shares. */
    prizeShares: t.bigint(),
    /** What was won, in vault shares. The rest rolls over. */
    wonShares: t.bigint(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.roundId] }),
    byRequest: index().on(table.requestId),
  }),
);

/** A prize of a draw, won or not. */
export const lotteryPrize = onchainTable(
  "lottery_prize",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The lottery. */
    pool: t.hex().notNull(),
    /** The round. */
    roundId: t.bigint().notNull(),
    /** Which of the round's prizes, from 0 over all tiers. */
    winner: t.integer().notNull(),
    /** Of which tier, from 0. */
    tier: t.integer().notNull(),
    /** Who won; null when it met redeemed tickets as often as is tried. */
    player: t.hex(),
    /** The purchase that won. */
    entry: t.bigint(),
    /** The attempt that hit; earlier ones met redeemed tickets. */
    attempt: t.integer(),
    /** What it is, in vault shares. */
    shares: t.bigint().notNull(),
    /** What it was worth when it was drawn, in assets. */
    assets: t.bigint().notNull(),
    /** When it was drawn. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.roundId, table.winner] }),
    byPlayer: index().on(table.player, table.time),
    byTime: index().on(table.chainId, table.time),
  }),
);

/** One purchase of tickets. */
export const lotteryPurchase = onchainTable(
  "lottery_purchase",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The lottery. */
    pool: t.hex().notNull(),
    /** The number of the purchase, from 1. */
    entry: t.bigint().notNull(),
    /** Whose tickets. */
    player: t.hex().notNull(),
    /** Who paid. */
    payer: t.hex().notNull(),
    /** The round that ran. */
    roundId: t.bigint().notNull(),
    /** How many tickets were bought, in assets. */
    bought: t.bigint().notNull(),
    /** How many are left, in assets. */
    amount: t.bigint().notNull(),
    /** When they were bought. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.entry] }),
    byPlayer: index().on(table.player, table.entry),
    byRound: index().on(table.chainId, table.pool, table.roundId),
  }),
);

/** What one player has in one lottery. */
export const lotteryPlayer = onchainTable(
  "lottery_player",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The lottery. */
    pool: t.hex().notNull(),
    /** Whose. */
    player: t.hex().notNull(),
    /** In tickets, in assets. */
    principal: t.bigint().notNull(),
    /** How many purchases. */
    entries: t.integer().notNull(),
    /** All tickets ever bought, in assets. */
    purchased: t.bigint().notNull(),
    /** All tickets ever redeemed, in assets. */
    redeemed: t.bigint().notNull(),
    /** Won and not claimed, in vault shares. */
    prizeShares: t.bigint().notNull(),
    /** All that was ever won, in vault shares. */
    wonShares: t.bigint().notNull(),
    /** How many prizes. */
    wins: t.integer().notNull(),
    /** All prizes paid out in assets. */
    claimed: t.bigint().notNull(),
    /** The last round in which tickets were bought. */
    missedRound: t.bigint().notNull(),
    /** What those of its tickets that are left weigh less than if they had been there from the round's start. */
    missedWeight: t.bigint().notNull(),
    /** When the first tickets were bought. */
    joinedAt: t.bigint().notNull(),
    /** When the player last bought, redeemed or claimed. */
    lastActive: t.bigint().notNull(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.pool, table.player] }),
    byPlayer: index().on(table.player),
    byPrincipal: index().on(table.chainId, table.pool, table.principal),
  }),
);

/** A savings circle: in each round every member pays the same, and one takes it all. */
export const circle = onchainTable(
  "circle",
  (t) => ({
    ...place(t),
    /** The circle's number. */
    circleId: t.bigint().notNull(),
    /** What its creator called it. */
    name: t.text().notNull(),
    /** Who created it. */
    creator: t.hex().notNull(),
    /** What each member pays in each round, in assets. */
    contribution: t.bigint().notNull(),
    /** What each member leaves as security on joining, in assets. */
    collateral: t.bigint().notNull(),
    /** Seconds in which a round's contribution is in time. */
    period: t.bigint().notNull(),
    /** Seconds after the period in which a contribution costs a penalty. */
    grace: t.bigint().notNull(),
    /** What is paid late costs so many hundredths of a percent more. */
    penaltyBps: t.integer().notNull(),
    /** What a bid costs if it is not revealed, and the most that can be bid, in assets. */
    bidDeposit: t.bigint().notNull(),
    /** How many members, and so how many rounds. */
    members: t.integer().notNull(),
    /** Until when the circle must be full. */
    joinBy: t.bigint().notNull(),
    /** Whether anybody may join; else one needs an invitation. */
    open: t.boolean().notNull(),
    /** Whether collateral goes to the vault on joining. */
    invested: t.boolean().notNull(),
    /** Who takes the pot first: "joining", "random" or "bids". */
    turnsBy: t.text().notNull(),
    /** What members agree to when they join. */
    termsHash: t.hex().notNull(),
    /** The most that a member who pays everything can lose, in assets. */
    mostAtRisk: t.bigint().notNull(),
    /** "forming", "full", "requested", "answered", "running", "completed" or "aborted". */
    state: t.text().notNull(),
    /** Until when it must be full, then ready, then have its order, before it starts. */
    deadline: t.bigint().notNull(),
    /** Why it never started: "notFilled", "noAnswer" or "notReady". */
    abortedBecause: t.text(),
    /** Signed invitations of an earlier epoch are void. */
    invitationEpoch: t.bigint().notNull(),
    /** How many members it has. */
    memberCount: t.integer().notNull(),
    /** The request for the word that the order is drawn from. */
    requestId: t.bigint(),
    /** When the first round starts. */
    start: t.bigint(),
    /** When the last round can be settled. */
    end: t.bigint(),
    /** The members in the order of payout, as it was at the start. */
    payoutOrder: t.hex().array().notNull(),
    /** How many rounds are settled; the next one has this number. */
    settledRounds: t.integer().notNull(),
    /** What the circle holds in money, in assets. */
    cash: t.bigint().notNull(),
    /** What the circle holds in shares. */
    shares: t.bigint().notNull(),
    /** When it was created. */
    createdAt: t.bigint().notNull(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.circleId] }),
    byCreator: index().on(table.creator),
    byState: index().on(table.chainId, table.state, table.createdAt),
  }),
);

/** What one member has, or had, in one circle. */
export const circleMember = onchainTable(
  "circle_member",
  (t) => ({
    ...place(t),
    /** The circle's number. */
    circleId: t.bigint().notNull(),
    /** Whose. */
    member: t.hex().notNull(),
    /** False once they have left before the start or were struck out; they may join again. */
    active: t.boolean().notNull(),
    /** Their place in the order of payout at the start, from 0. */
    place: t.integer(),
    /** Whether they have had their pot. */
    served: t.boolean().notNull(),
    /** Whether they did not pay in time and have not made good for it. */
    defaulted: t.boolean().notNull(),
    /** Collateral in plain money, in assets. */
    collateral: t.bigint().notNull(),
    /** Collateral in vault shares. */
    shares: t.bigint().notNull(),
    /** Money that is theirs to claim, in assets. */
    claimable: t.bigint().notNull(),
    /** Vault shares that are theirs to claim: they came out of others' collateral. */
    claimableShares: t.bigint().notNull(),
    /** All contributions to the rounds from the first on, paid ahead or out of collateral too, in assets. */
    paid: t.bigint().notNull(),
    /** How much of the collateral was used and not paid back, in assets. */
    used: t.bigint().notNull(),
    /** All that was paid in as contributions, penalties included, in assets. */
    contributed: t.bigint().notNull(),
    /** The part of that which were penalties, in assets. */
    penalties: t.bigint().notNull(),
    /** What their collateral paid for them, penalties included, in assets. */
    slashed: t.bigint().notNull(),
    /** What they were credited as payout, in assets. */
    paidOut: t.bigint().notNull(),
    /** What they took out, in assets. */
    claimed: t.bigint().notNull(),
    /** How many rounds they did not pay in time. */
    defaults: t.integer().notNull(),
    /** When they last joined. */
    joinedAt: t.bigint().notNull(),
    /** When something was last paid in or out; 0 if never. */
    lastActive: t.bigint().notNull(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.circleId, table.member] }),
    byMember: index().on(table.member),
  }),
);

/** A round of a circle. */
export const circleRound = onchainTable(
  "circle_round",
  (t) => ({
    ...place(t),
    /** The circle's number. */
    circleId: t.bigint().notNull(),
    /** The round, from 0. */
    round: t.integer().notNull(),
    /** Since when it runs. */
    start: t.bigint().notNull(),
    /** Until when contributions are in time. */
    payBy: t.bigint().notNull(),
    /** From when it can be settled. */
    settleFrom: t.bigint().notNull(),
    /** What was paid for it while it ran, in assets. */
    due: t.bigint().notNull(),
    /** Bids that are not revealed. */
    sealedBids: t.integer().notNull(),
    /** Who has revealed the best bid. */
    leader: t.hex(),
    /** That bid, in assets. */
    discount: t.bigint(),
    /** What was paid for it in all, in assets; known when it is settled. */
    collected: t.bigint(),
    /** What was not, in assets. */
    missing: t.bigint(),
    /** When it was settled. */
    settledAt: t.bigint(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.circleId, table.round] }),
    bySettlement: index().on(table.chainId, table.settledAt, table.settleFrom),
  }),
);

/** One payment of contributions. */
export const circleContribution = onchainTable(
  "circle_contribution",
  (t) => ({
    /** The id of its event. */
    id: t.text().notNull(),
    ...place(t),
    /** The circle's number. */
    circleId: t.bigint().notNull(),
    /** The round that ran. */
    round: t.integer().notNull(),
    /** For whom. */
    member: t.hex().notNull(),
    /** Who paid. */
    payer: t.hex().notNull(),
    /** All that was paid, in assets. */
    assets: t.bigint().notNull(),
    /** The part for rounds that were settled. */
    arrears: t.bigint().notNull(),
    /** The part for the running round. */
    due: t.bigint().notNull(),
    /** The part for later rounds. */
    ahead: t.bigint().notNull(),
    /** The part for being late. */
    penalty: t.bigint().notNull(),
    /** When. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: eventKey(table),
    byCircle: index().on(table.chainId, table.contract, table.circleId, table.id),
    byMember: index().on(table.member, table.id),
  }),
);

/** A round's pot, and who got it. */
export const circlePayout = onchainTable(
  "circle_payout",
  (t) => ({
    ...place(t),
    /** The circle's number. */
    circleId: t.bigint().notNull(),
    /** The round. */
    round: t.integer().notNull(),
    /** Who got it. */
    member: t.hex().notNull(),
    /** Credited in money, in assets. */
    cash: t.bigint().notNull(),
    /** Credited in shares. */
    shares: t.bigint().notNull(),
    /** What both were worth together. */
    assets: t.bigint().notNull(),
    /** Part of the money: what others paid for being late. */
    penalties: t.bigint().notNull(),
    /** What the member gave up for the others. */
    discount: t.bigint().notNull(),
    /** What was taken from the pot to pay members whom this one had left short. */
    arrears: t.bigint().notNull(),
    /** What the member had not paid of this round's own contribution. */
    own: t.bigint().notNull(),
    /** By how much the pot was too small. */
    missing: t.bigint().notNull(),
    /** When. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.circleId, table.round] }),
    byMember: index().on(table.member, table.time),
  }),
);

/** A round that a member did not pay in time. */
export const circleDefault = onchainTable(
  "circle_default",
  (t) => ({
    ...place(t),
    /** The circle's number. */
    circleId: t.bigint().notNull(),
    /** The round. */
    round: t.integer().notNull(),
    /** Who did not pay. */
    member: t.hex().notNull(),
    /** What they had not paid, earlier rounds included, in assets. */
    missing: t.bigint().notNull(),
    /** How much of it their collateral paid. */
    covered: t.bigint().notNull(),
    /** What they owed then to members whose pots were too small. */
    arrears: t.bigint().notNull(),
    /** When. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({
      columns: [table.chainId, table.contract, table.circleId, table.round, table.member],
    }),
    byMember: index().on(table.member, table.time),
  }),
);

/** A role at the access manager. */
export const role = onchainTable(
  "role",
  (t) => ({
    ...place(t),
    /** The role's number; 0 is the admin's. */
    roleId: t.bigint().notNull(),
    /** Its name, where one was given. */
    label: t.text(),
    /** The role that gives and takes it. */
    admin: t.bigint().notNull(),
    /** The role that may cancel what its members have scheduled. */
    guardian: t.bigint().notNull(),
    /** Seconds that a new member has to wait. */
    grantDelay: t.bigint().notNull(),
    /** When it last changed. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.chainId, table.contract, table.roleId] }) }),
);

/** Who has, or had, a role. */
export const roleMember = onchainTable(
  "role_member",
  (t) => ({
    ...place(t),
    /** The role's number. */
    roleId: t.bigint().notNull(),
    /** Who. */
    account: t.hex().notNull(),
    /** Whether they have it; it may be that they still have to wait until `since`. */
    active: t.boolean().notNull(),
    /** Seconds that each of their calls has to wait. */
    delay: t.bigint().notNull(),
    /** From when they have the role, or, for a member, from when the delay holds. */
    since: t.bigint().notNull(),
    /** When it was first given. */
    grantedAt: t.bigint().notNull(),
    /** When it was taken, if it is not theirs any more. */
    revokedAt: t.bigint(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.roleId, table.account] }),
    byAccount: index().on(table.account),
  }),
);

/** Which role may call a function. */
export const permission = onchainTable(
  "permission",
  (t) => ({
    ...place(t),
    /** The contract that has the function. */
    target: t.hex().notNull(),
    /** The function's selector. */
    selector: t.hex().notNull(),
    /** The role's number. */
    roleId: t.bigint().notNull(),
    /** When it was set. */
    updatedAt: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.target, table.selector] }),
    byRole: index().on(table.chainId, table.contract, table.roleId),
  }),
);

/** A call that was scheduled at the access manager. */
export const scheduledCall = onchainTable(
  "scheduled_call",
  (t) => ({
    ...place(t),
    /** Its id at the access manager: the same call has the same. */
    callId: t.hex().notNull(),
    /** Tells apart schedules of the same call. */
    nonce: t.bigint().notNull(),
    /** "scheduled", "executed" or "canceled". */
    state: t.text().notNull(),
    /** Who scheduled it. */
    caller: t.hex().notNull(),
    /** The contract that is to be called. */
    target: t.hex().notNull(),
    /** The call. */
    data: t.hex().notNull(),
    /** From when it may be executed. */
    executableFrom: t.bigint().notNull(),
    /** When it was scheduled. */
    scheduledAt: t.bigint().notNull(),
    /** When it was executed or canceled. */
    settledAt: t.bigint(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.contract, table.callId, table.nonce] }),
    byState: index().on(table.chainId, table.state, table.executableFrom),
  }),
);

/** The audit trail: everything that needed a role, and every change of roles. */
export const privilegedAction = onchainTable(
  "privileged_action",
  (t) => ({
    /** The id of its event; `event` has the arguments. */
    id: t.text().notNull(),
    ...place(t),
    /** The product that the contract belongs to. */
    product: t.text().notNull(),
    /** What was done: the event's name in Solidity. */
    action: t.text().notNull(),
    /** Who sent the transaction. */
    sender: t.hex().notNull(),
    /** The role that it is about, where there is one. */
    roleId: t.bigint(),
    /** The account or contract that it is about, where there is one. */
    target: t.hex(),
    /** The transaction. */
    transactionHash: t.hex().notNull(),
    /** The block. */
    blockNumber: t.bigint().notNull(),
    /** When. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: eventKey(table),
    byTime: index().on(table.chainId, table.time),
    bySender: index().on(table.sender, table.time),
    byAction: index().on(table.action, table.time),
  }),
);

/** What the asset was worth in US dollars, by a Chainlink aggregator: one row for each answer. */
export const price = onchainTable(
  "price",
  (t) => ({
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The aggregator. */
    source: t.hex().notNull(),
    /** The aggregator's round. */
    roundId: t.bigint().notNull(),
    /** US dollars for one whole unit of the asset, times ten to the power of `decimals`. */
    answer: t.bigint().notNull(),
    /** How many decimals the answer has. */
    decimals: t.integer().notNull(),
    /** When the aggregator took it. */
    updatedAt: t.bigint().notNull(),
    /** The block that has it. */
    blockNumber: t.bigint().notNull(),
    /** The time of that block: from then on the price holds. */
    time: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.chainId, table.source, table.roundId] }),
    byTime: index().on(table.chainId, table.time),
  }),
);

/** The append-only log: one row for each protocol event, written in its block's own transaction. */
export const event = onchainTable(
  "event",
  (t) => ({
    /** Ponder's checkpoint of the event: 75 digits that sort in the order of the chain. */
    id: t.text().notNull(),
    /** The chain. */
    chainId: t.integer().notNull(),
    /** The block. */
    blockNumber: t.bigint().notNull(),
    /** The block's hash. */
    blockHash: t.hex().notNull(),
    /** The block's time. */
    blockTimestamp: t.bigint().notNull(),
    /** The transaction. */
    transactionHash: t.hex().notNull(),
    /** Its place among all logs of the block. */
    logIndex: t.integer().notNull(),
    /** The contract that emitted it. */
    contract: t.hex().notNull(),
    /** The product that the contract belongs to. */
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
    pk: eventKey(table),
    byAccount: index().on(table.account, table.id),
    byActor: index().on(table.actor, table.id),
    byType: index().on(table.type, table.id),
    byProduct: index().on(table.product, table.id),
    byContract: index().on(table.contract, table.id),
    byTransaction: index().on(table.transactionHash),
  }),
);

export const accountRelations = relations(account, ({ many }) => ({
  savingsPositions: many(savingsPosition),
  memberships: many(cooperativeMember),
  lotteries: many(lotteryPlayer),
  prizes: many(lotteryPrize),
  circles: many(circleMember),
  referred: many(referral),
  roles: many(roleMember),
  activity: many(event),
}));

export const allocationRelations = relations(allocation, ({ one }) => ({
  vaultEntity: one(vault, {
    fields: [allocation.chainId, allocation.vault],
    references: [vault.chainId, vault.address],
  }),
}));

export const vaultReportRelations = relations(vaultReport, ({ one }) => ({
  vaultEntity: one(vault, {
    fields: [vaultReport.chainId, vaultReport.vault],
    references: [vault.chainId, vault.address],
  }),
}));

export const vaultRelations = relations(vault, ({ many }) => ({
  allocations: many(allocation),
  reportEntries: many(vaultReport),
}));

export const savingsPositionRelations = relations(savingsPosition, ({ one }) => ({
  account: one(account, {
    fields: [savingsPosition.chainId, savingsPosition.saver],
    references: [account.chainId, account.address],
  }),
  poolEntity: one(savingsPool, {
    fields: [savingsPosition.chainId, savingsPosition.pool],
    references: [savingsPool.chainId, savingsPool.address],
  }),
}));

export const savingsPoolRelations = relations(savingsPool, ({ many }) => ({
  positions: many(savingsPosition),
}));

export const referralRelations = relations(referral, ({ one }) => ({
  referrerEntity: one(account, {
    fields: [referral.chainId, referral.referrer],
    references: [account.chainId, account.address],
  }),
}));

export const cooperativeRelations = relations(cooperative, ({ many }) => ({
  members: many(cooperativeMember),
}));

export const cooperativeMemberRelations = relations(cooperativeMember, ({ one }) => ({
  account: one(account, {
    fields: [cooperativeMember.chainId, cooperativeMember.member],
    references: [account.chainId, account.address],
  }),
  cooperative: one(cooperative, {
    fields: [cooperativeMember.chainId, cooperativeMember.contract, cooperativeMember.poolId],
    references: [cooperative.chainId, cooperative.contract, cooperative.poolId],
  }),
}));

export const lotteryPoolRelations = relations(lotteryPool, ({ many }) => ({
  rounds: many(lotteryRound),
  positions: many(lotteryPlayer),
}));

export const lotteryRoundRelations = relations(lotteryRound, ({ one, many }) => ({
  poolEntity: one(lotteryPool, {
    fields: [lotteryRound.chainId, lotteryRound.pool],
    references: [lotteryPool.chainId, lotteryPool.address],
  }),
  draw: one(lotteryDraw, {
    fields: [lotteryRound.chainId, lotteryRound.pool, lotteryRound.roundId],
    references: [lotteryDraw.chainId, lotteryDraw.pool, lotteryDraw.roundId],
  }),
  prizes: many(lotteryPrize),
  ticketPurchases: many(lotteryPurchase),
}));

export const lotteryPrizeRelations = relations(lotteryPrize, ({ one }) => ({
  round: one(lotteryRound, {
    fields: [lotteryPrize.chainId, lotteryPrize.pool, lotteryPrize.roundId],
    references: [lotteryRound.chainId, lotteryRound.pool, lotteryRound.roundId],
  }),
  account: one(account, {
    fields: [lotteryPrize.chainId, lotteryPrize.player],
    references: [account.chainId, account.address],
  }),
}));

export const lotteryPurchaseRelations = relations(lotteryPurchase, ({ one }) => ({
  round: one(lotteryRound, {
    fields: [lotteryPurchase.chainId, lotteryPurchase.pool, lotteryPurchase.roundId],
    references: [lotteryRound.chainId, lotteryRound.pool, lotteryRound.roundId],
  }),
}));

export const lotteryPlayerRelations = relations(lotteryPlayer, ({ one }) => ({
  account: one(account, {
    fields: [lotteryPlayer.chainId, lotteryPlayer.player],
    references: [account.chainId, account.address],
  }),
  poolEntity: one(lotteryPool, {
    fields: [lotteryPlayer.chainId, lotteryPlayer.pool],
    references: [lotteryPool.chainId, lotteryPool.address],
  }),
}));

export const circleRelations = relations(circle, ({ many }) => ({
  memberships: many(circleMember),
  rounds: many(circleRound),
  contributions: many(circleContribution),
  payouts: many(circlePayout),
  defaults: many(circleDefault),
}));

export const circleMemberRelations = relations(circleMember, ({ one }) => ({
  account: one(account, {
    fields: [circleMember.chainId, circleMember.member],
    references: [account.chainId, account.address],
  }),
  circle: one(circle, {
    fields: [circleMember.chainId, circleMember.contract, circleMember.circleId],
    references: [circle.chainId, circle.contract, circle.circleId],
  }),
}));

export const circleRoundRelations = relations(circleRound, ({ one }) => ({
  circle: one(circle, {
    fields: [circleRound.chainId, circleRound.contract, circleRound.circleId],
    references: [circle.chainId, circle.contract, circle.circleId],
  }),
  payout: one(circlePayout, {
    fields: [circleRound.chainId, circleRound.contract, circleRound.circleId, circleRound.round],
    references: [
      circlePayout.chainId,
      circlePayout.contract,
      circlePayout.circleId,
      circlePayout.round,
    ],
  }),
}));

export const circleContributionRelations = relations(circleContribution, ({ one }) => ({
  circle: one(circle, {
    fields: [circleContribution.chainId, circleContribution.contract, circleContribution.circleId],
    references: [circle.chainId, circle.contract, circle.circleId],
  }),
}));

export const circlePayoutRelations = relations(circlePayout, ({ one }) => ({
  circle: one(circle, {
    fields: [circlePayout.chainId, circlePayout.contract, circlePayout.circleId],
    references: [circle.chainId, circle.contract, circle.circleId],
  }),
}));

export const circleDefaultRelations = relations(circleDefault, ({ one }) => ({
  circle: one(circle, {
    fields: [circleDefault.chainId, circleDefault.contract, circleDefault.circleId],
    references: [circle.chainId, circle.contract, circle.circleId],
  }),
}));

export const roleRelations = relations(role, ({ many }) => ({
  members: many(roleMember),
  permissions: many(permission),
}));

export const roleMemberRelations = relations(roleMember, ({ one }) => ({
  role: one(role, {
    fields: [roleMember.chainId, roleMember.contract, roleMember.roleId],
    references: [role.chainId, role.contract, role.roleId],
  }),
  accountEntity: one(account, {
    fields: [roleMember.chainId, roleMember.account],
    references: [account.chainId, account.address],
  }),
}));

export const permissionRelations = relations(permission, ({ one }) => ({
  role: one(role, {
    fields: [permission.chainId, permission.contract, permission.roleId],
    references: [role.chainId, role.contract, role.roleId],
  }),
}));

export const privilegedActionRelations = relations(privilegedAction, ({ one }) => ({
  event: one(event, { fields: [privilegedAction.id], references: [event.id] }),
}));

export const eventRelations = relations(event, ({ one }) => ({
  accountEntity: one(account, {
    fields: [event.chainId, event.account],
    references: [account.chainId, account.address],
  }),
}));
