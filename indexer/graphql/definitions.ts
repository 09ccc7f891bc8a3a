/** The fields that are made by hand, over those that Ponder generates from the tables. Conventions: docs/indexer.md. */
export const definitions = /* GraphQL */ `
  "An amount with what it is worth."
  type Value {
    "In the asset's smallest unit."
    assets: BigInt!
    "In US dollars, times ten to the power of the price's decimals; null where no price is known."
    usd: BigInt
    "The price that was used, with its source and block; null where the last one is not above 0, or older than its feed's heartbeat."
    price: price
    "When the vault's books were last written. What strategies have gained or lost since is not in the value. Null in the past."
    asOf: BigInt
    "How many seconds ago that was at the newest indexed block."
    age: BigInt
  }

  enum Interval {
    "Of UTC."
    HOUR
    "Of UTC."
    DAY
  }

  "What a share gained in the last 24 hours, after the fee, reckoned for a year: what anybody got, without any boost."
  type Yield {
    "With compounding; null where that is too large a number."
    apy: Float
    "Without compounding."
    apr: Float!
    "The length of the window: from 24 to 25 hours, or the vault's age if it is younger."
    windowSeconds: Int!
  }

  "What an amount would become if the yield stayed as it is. Nobody promises that."
  type Projection {
    "What it would be in the end; null where that is too large a number."
    assets: BigInt
    "The part of it that is yield."
    yield: BigInt
    "The yield that was taken."
    from: Yield!
  }

  "What an account has in one place."
  type Position {
    "savings, cooperative, lottery, circle, or vault for shares in the account's own name."
    product: String!
    "The contract."
    contract: String!
    "Which pool of the contract; empty where the contract is one pool."
    poolId: String!
    "Vault shares; 0 for tickets."
    shares: BigInt!
    "The principal, in assets; 0 where none is kept count of: in circles and for shares in the own name."
    principal: BigInt!
    "What it is worth, prizes that wait included."
    value: Value!
    "What it is worth above the principal, in assets."
    yield: BigInt!
  }

  "All that an account has."
  type Portfolio {
    "What it is worth."
    value: Value!
    "The principal in all pools, in assets."
    principal: BigInt!
    "What it is worth product by product."
    parts: [PortfolioPart!]!
  }

  type PortfolioPart {
    "savings, cooperative, lottery, circle or vault."
    product: String!
    "What it is worth."
    value: Value!
  }

  "What an account had at the end of an hour or a day."
  type PortfolioPoint {
    "The second at which the hour or day begins."
    start: BigInt!
    "What it was worth at its end, or is worth now."
    value: Value!
  }

  "An hour or a day of everything on one chain."
  type ProtocolPoint {
    "The second at which it begins."
    start: BigInt!
    "Assets paid in."
    deposits: BigInt!
    "Assets of principal paid out."
    withdrawals: BigInt!
    "Vault shares that people took out of pools instead of assets."
    sharesTakenOut: BigInt!
    "Assets of yield that were paid out, made principal, or put into a prize."
    yield: BigInt!
    "The part of the deposits that bought tickets."
    tickets: BigInt!
    "Assets that sponsors added to prizes."
    sponsored: BigInt!
    "What the prizes that were won were worth in assets when they were drawn."
    prizes: BigInt!
    "Profit that was booked, before the fee, in assets."
    profit: BigInt!
    "Losses that were booked, in assets."
    loss: BigInt!
    "The part of the profit that was taken as a fee, in assets."
    fees: BigInt!
    "Accounts that did something, each counted once."
    activeUsers: Int!
    "Accounts that did something for the first time."
    newUsers: Int!
    "What all vault shares were worth at its end, or are worth now."
    tvl: Value!
    "The yield of the 24 hours before its end, or before now; null before the first deposit."
    yieldThen: Yield
  }

  "An hour or a day of one pool."
  type PoolPoint {
    "The second at which it begins."
    start: BigInt!
    "Assets paid in."
    deposits: BigInt!
    "Assets of principal paid out."
    withdrawals: BigInt!
    "Vault shares that people took out instead of assets."
    sharesTakenOut: BigInt!
    "Assets of yield that were paid out, made principal, or put into a prize."
    yield: BigInt!
    "The part of the deposits that bought tickets."
    tickets: BigInt!
    "Assets that sponsors added to prizes."
    sponsored: BigInt!
    "What the prizes that were won were worth in assets when they were drawn."
    prizes: BigInt!
    "Accounts that did something, each counted once."
    activeUsers: Int!
    "Accounts that did something for the first time."
    newUsers: Int!
    "The principal of all at its end, in assets."
    totalPrincipal: BigInt!
    "What the pool's vault shares were worth at its end, or are worth now."
    tvl: Value!
  }

  "The chance in the round that runs, if nobody else comes or goes before its end."
  type Odds {
    "What the tickets weigh, in assets times seconds."
    weight: BigInt!
    "What all tickets weigh."
    totalWeight: BigInt!
    "How many winners are drawn."
    winners: Int!
    "The chance of each single prize, from 0 to 1."
    perPrize: Float!
    "The chance of at least one prize, from 0 to 1."
    any: Float!
    "When the round may be closed: what the weights are reckoned for."
    end: BigInt!
  }

  enum Leaderboard {
    "By principal in all pools now."
    DEPOSITORS
    "By what their prizes were worth."
    WINNERS
    "By what they earned as referrers, worth as much as it is now."
    REFERRERS
  }

  type Rank {
    "From 1."
    rank: Int!
    "Who."
    account: account!
    "By what they are ranked, in assets."
    assets: BigInt!
  }

  "A block that the index knows."
  type IndexedBlock {
    number: BigInt!
    timestamp: BigInt!
    "Null where no event is in the block: the index keeps hashes only of blocks with events."
    hash: String
  }

  "How far the index of one chain is."
  type ChainStatus {
    chainId: Int!
    name: String!
    "The newest indexed block."
    head: IndexedBlock!
    "What only an unusual reorganisation can undo."
    safe: IndexedBlock!
    "What will not be undone."
    finalized: IndexedBlock!
    "The newest block with an event."
    lastEvent: IndexedBlock
    "How old the newest indexed block is."
    lagSeconds: Int!
  }

  extend type Meta {
    "Every indexed chain."
    chains: [ChainStatus!]!
  }

  extend type account {
    "What the account has now, place by place."
    positions: [Position!]!
    "All that the account has now."
    portfolio: Portfolio!
    "What the account had at the end of each hour or day from \`from\` up to \`to\`, at most 1000."
    portfolioHistory(interval: Interval! = DAY, from: BigInt!, to: BigInt!): [PortfolioPoint!]!
  }

  extend type vault {
    "What all shares are worth."
    tvl: Value!
    "What so many shares are worth; by default what 10^12 are, which began as 10^6 of the smallest unit."
    worth(shares: BigInt! = "1000000000000"): Value!
    "The yield now; null before the first deposit."
    yieldNow: Yield
    "What an amount would become."
    projection(assets: BigInt!, days: Int!): Projection
  }

  extend type savingsPosition {
    "What the shares are worth."
    value: Value!
  }

  extend type cooperativeMember {
    "What the shares are worth."
    value: Value!
  }

  extend type circleMember {
    "What the member has in the circle, but for contributions."
    value: Value!
  }

  extend type circle {
    "All that the circle holds."
    tvl: Value!
  }

  extend type savingsPool {
    "What the pool's shares are worth."
    tvl: Value!
  }

  extend type cooperative {
    "What the pool's shares are worth."
    tvl: Value!
  }

  extend type lotteryPool {
    "What the pool's shares are worth, the next prize's yield included."
    tvl: Value!
    "What there is to win in the round that runs, so far."
    prize: Value!
    "The chance of an account, with so many tickets bought now in addition."
    odds(account: String, tickets: BigInt! = "0"): Odds!
  }

  extend type protocol {
    "What all vault shares are worth."
    tvl: Value!
    "The yield now; null before the first deposit."
    yieldNow: Yield
  }

  extend type Query {
    """
    Events, newest first. \`account\` means who acted or whose position changed; \`search\` finds part of a type, a transaction's
    hash or an address from its beginning.
    """
    activity(
      chainId: Int
      products: [String!]
      types: [String!]
      account: String
      from: BigInt
      to: BigInt
      search: String
      limit: Int
      before: String
      after: String
    ): eventPage!
    "Who has most."
    leaderboard(chainId: Int!, by: Leaderboard!, limit: Int! = 10): [Rank!]!
    "Each hour or day of everything from \`from\` up to \`to\`, also those in which nothing happened, at most 1000."
    protocolHistory(
      chainId: Int!
      interval: Interval! = DAY
      from: BigInt!
      to: BigInt!
    ): [ProtocolPoint!]!
    "Each hour or day of one pool from \`from\` up to \`to\`, also those in which nothing happened, at most 1000."
    poolHistory(
      chainId: Int!
      contract: String!
      poolId: String! = ""
      interval: Interval! = DAY
      from: BigInt!
      to: BigInt!
    ): [PoolPoint!]!
  }
`;
