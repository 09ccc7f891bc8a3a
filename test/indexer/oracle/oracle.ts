import { type Hex, zeroAddress } from "viem";
import {
  circleAccountOf,
  circleActorOf,
  circleMoveOf,
  circleTables,
  circleTotalsAt,
} from "./circles.ts";
import { first, groupsOf, last, sumOf } from "./lists.ts";
import type { Log } from "./log.ts";
import type { Row } from "./row.ts";

/** What somebody's part changed by, as the log says it. */
interface Move {
  log: Log;
  account: Hex;
  acts: boolean;
  /** Where it happened; undefined: in the vault, or nowhere. */
  pool: Pool | undefined;
  flows: Partial<Record<(typeof flowNames)[number], bigint>>;
  holdings: Partial<Record<(typeof holdingNames)[number] | "principal", bigint>>;
}

interface Pool {
  contract: Hex;
  poolId: string;
  product: string;
}

const flowNames = [
  "deposits",
  "withdrawals",
  "sharesTakenOut",
  "yield",
  "tickets",
  "sponsored",
  "prizes",
] as const;

const holdingNames = [
  "savingsShares",
  "cooperativeShares",
  "vaultShares",
  "tickets",
  "prizeShares",
  "circleShares",
  "circleCash",
] as const;

const products: Record<string, string> = {
  AccessManager: "roles",
  KhipuVault: "vault",
  SavingsPool: "savings",
  CooperativePools: "cooperative",
  LotteryPool: "lottery",
  RotatingPools: "circle",
  FeeTreasury: "treasury",
  PriceFeed: "price",
};

/** Events that are in no log: the vault's books, its share token, and what OpenZeppelin says at set-up. */
const unlogged = ["AccountsUpdated", "Transfer", "Approval", "AuthorityUpdated"];

/** Whether the index keeps an event in its log. */
export function isLogged({ name }: Log): boolean {
  return !unlogged.includes(name);
}

/** Events that need a role. */
const privileged = [
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
  "LimitsSet",
  "FeeCollected",
];

const savingsMoney = [
  "DepositMade",
  "WithdrawalMade",
  "YieldClaimed",
  "AutoCompoundExecuted",
  "SharesTakenOut",
];
const memberMoney = ["ContributionMade", "WithdrawalMade", "YieldClaimed", "SharesTakenOut"];

/**
 * Every table of the index, reckoned from all logs at once. Where the handlers add up event by event, this looks at all
 * events of a thing together: the first, the last, the sum.
 */
export class Oracle {
  readonly #logs: readonly Log[];
  readonly #byContract: ReadonlyMap<string, Log[]>;
  readonly #chainId: number;
  readonly #moves: readonly Move[];
  readonly #ours: ReadonlySet<string>;

  constructor(logs: readonly Log[], chainId: number) {
    this.#logs = logs;
    this.#byContract = groupsOf(logs, ({ contract }) => contract);
    this.#chainId = chainId;
    const holders = [
      ...["KhipuVault", "SavingsPool", "CooperativePools", "LotteryPool", "RotatingPools"],
      "FeeTreasury",
    ];
    this.#ours = new Set(
      logs.filter(({ contract }) => holders.includes(contract)).map(({ address }) => address),
    );
    this.#moves = logs.flatMap((log) => this.#movesOf(log));
  }

  tables(): Record<string, Row[]> {
    const { accounts, accountHours } = this.#accounts();
    const tables: Record<string, Row[]> = {
      event: this.#events(),
      privilegedAction: this.#audit(),
      account: accounts,
      accountHour: accountHours,
      protocol: this.#protocol(),
      protocolPeriod: this.#protocolPeriods(),
      poolPeriod: this.#poolPeriods(),
      vaultPeriod: this.#vaultPeriods(),
      vault: this.#vault(),
      vaultReport: this.#reports(),
      allocation: this.#allocations(),
      savingsPosition: this.#savingsPositions(),
      savingsPool: this.#savingsPools(),
      referral: this.#referrals(),
      cooperative: this.#cooperatives(),
      cooperativeMember: this.#members(),
      lotteryPool: this.#lotteryPools(),
      lotteryRound: this.#rounds(),
      lotteryDraw: this.#draws(),
      lotteryPrize: this.#prizes(),
      lotteryPurchase: this.#purchases(),
      lotteryPlayer: this.#players(),
      ...circleTables(this.#of("RotatingPools"), (log) => this.#idOf(log)),
      role: this.#roles(),
      roleMember: this.#roleMembers(),
      permission: this.#permissions(),
      scheduledCall: this.#calls(),
      price: this.#prices(),
    };
    return Object.fromEntries(
      Object.entries(tables).map(([name, rows]) => [name, rows.map((row) => this.#row(row))]),
    );
  }

  #row(row: Row): Row {
    const texts = Object.entries(row).map(([name, value]) => [name, textOf(value)]);
    return { chainId: this.#chainId, ...(Object.fromEntries(texts) as Row) };
  }

  #of(contract: string, ...names: string[]): Log[] {
    const logs = this.#byContract.get(contract) ?? [];
    return names.length === 0 ? logs : logs.filter((log) => log.is(...names));
  }

  // ------------------------------------------------------------------------------------------------------------ log

  /** Ponder's checkpoint of an event. */
  #idOf(log: Log): string {
    const parts = [
      [log.time, 10],
      [this.#chainId, 16],
      [log.blockNumber, 16],
      [log.transactionIndex, 16],
      // Ponder's number for logs
      [5, 1],
      [log.logIndex, 16],
    ] as const;
    return parts.map(([part, digits]) => String(part).padStart(digits, "0")).join("");
  }

  #events(): Row[] {
    return this.#logs.filter(isLogged).map((log) => ({
      id: this.#idOf(log),
      blockNumber: log.blockNumber,
      blockHash: log.blockHash,
      blockTimestamp: log.time,
      transactionHash: log.transactionHash,
      logIndex: log.logIndex,
      contract: log.address,
      product: products[log.contract],
      type: log.name,
      actor: this.#actorOf(log),
      account: this.#accountOf(log),
      subject: subjectOf(log),
      args: argsOf(log.args),
    }));
  }

  #actorOf(log: Log): Hex {
    switch (log.contract) {
      case "KhipuVault":
        if (log.is("Deposit", "Withdraw")) return log.who("sender");
        if (log.is("RedeemedInKind", "Reported")) return log.who("caller");
        return log.from;
      case "SavingsPool":
        if (log.is("LimitsSet")) return log.from;
        if (log.is("DepositMade")) return log.who("payer");
        return log.is("AutoCompoundExecuted") ? log.who("caller") : log.who("saver");
      case "CooperativePools":
        if (log.is("PoolCreated", "PoolClosed", "InvitationsRevoked")) return log.who("creator");
        return log.is("ContributionMade") ? log.who("payer") : log.who("member");
      case "LotteryPool":
        if (log.is("TicketPurchased")) return log.who("payer");
        if (log.is("TicketsRedeemed", "PrizeClaimed")) return log.who("player");
        if (log.is("PrizeSponsored")) return log.who("sponsor");
        return log.is("RoundClosed", "DrawRequested") ? log.who("caller") : log.from;
      case "RotatingPools":
        return circleActorOf(log);
      case "FeeTreasury":
        return log.is("ReferralRewardClaimed") ? log.who("referrer") : log.from;
      default:
        return log.from;
    }
  }

  #accountOf(log: Log): Hex | null {
    switch (log.contract) {
      case "KhipuVault": {
        if (!log.is("Deposit", "Withdraw", "RedeemedInKind")) return null;
        const owner = log.who("owner");
        return this.#ours.has(owner) ? null : owner;
      }
      case "SavingsPool":
        if (log.is("LimitsSet")) return null;
        return log.is("ReferralRewardEarned") ? log.who("referrer") : log.who("saver");
      case "CooperativePools":
        return "member" in log.args ? log.who("member") : null;
      case "LotteryPool":
        if (log.is("PrizeSponsored")) return log.who("sponsor");
        return "player" in log.args ? log.who("player") : null;
      case "RotatingPools":
        return circleAccountOf(log);
      case "FeeTreasury":
        return log.is("ReferralRewardClaimed") ? log.who("referrer") : null;
      default:
        return null;
    }
  }

  #audit(): Row[] {
    return this.#logs
      .filter((log) => log.contract === "AccessManager" || log.is(...privileged))
      .filter(isLogged)
      .map((log) => {
        const [target = null] = ["account", "target", "strategy", "recipient", "receiver"]
          .filter((name) => name in log.args)
          .map((name) => log.who(name));
        return {
          id: this.#idOf(log),
          contract: log.address,
          product: products[log.contract],
          action: log.name,
          sender: log.from,
          roleId: "roleId" in log.args ? log.big("roleId") : null,
          target,
          transactionHash: log.transactionHash,
          blockNumber: log.blockNumber,
          time: log.time,
        };
      });
  }

  // ---------------------------------------------------------------------------------------------------------- moves

  #movesOf(log: Log): Move[] {
    const move = (account: Hex, rest: Partial<Move>): Move => ({
      ...{ log, account, acts: true, pool: undefined, flows: {}, holdings: {} },
      ...rest,
    });
    const assets = log.is("StrategyBooked") ? 0n : "assets" in log.args ? log.big("assets") : 0n;
    const pool = poolOf(log);
    switch (log.contract) {
      case "KhipuVault": {
        if (log.is("Transfer")) {
          const value = log.big("value");
          const change = (who: Hex, vaultShares: bigint) =>
            who === zeroAddress || this.#ours.has(who)
              ? []
              : [move(who, { acts: false, holdings: { vaultShares } })];
          return [...change(log.who("from"), -value), ...change(log.who("to"), value)];
        }
        if (!log.is("Deposit", "Withdraw", "RedeemedInKind")) return [];
        const owner = log.who("owner");
        if (this.#ours.has(owner)) return [];
        if (log.is("Deposit")) return [move(owner, { flows: { deposits: assets } })];
        const withdrawals = log.is("Withdraw") ? assets : log.big("value");
        return [move(owner, { flows: { withdrawals } })];
      }
      case "SavingsPool": {
        if (log.is("ReferrerNamed")) return [move(log.who("saver"), {})];
        if (log.is("ReferralRewardEarned")) return [move(log.who("referrer"), { acts: false })];
        if (!log.is(...savingsMoney)) return [];
        const saver = log.who("saver");
        const history = this.#of("SavingsPool", ...savingsMoney).filter(
          (other) => other.who("saver") === saver,
        );
        const before = history[history.indexOf(log) - 1];
        const holdings = {
          savingsShares: log.big("sharesAfter") - (before?.big("sharesAfter") ?? 0n),
          principal: log.big("principalAfter") - (before?.big("principalAfter") ?? 0n),
        };
        const acts = !log.is("AutoCompoundExecuted") || log.who("caller") === saver;
        return [move(saver, { pool, flows: moneyOf(log), holdings, acts })];
      }
      case "CooperativePools": {
        if (!log.is(...memberMoney)) return [];
        const member = log.who("member");
        const history = this.#of("CooperativePools", ...memberMoney).filter(
          (other) => other.who("member") === member && other.big("poolId") === log.big("poolId"),
        );
        const before = history[history.indexOf(log) - 1];
        const holdings = {
          cooperativeShares: log.big("sharesAfter") - (before?.big("sharesAfter") ?? 0n),
          principal: log.big("principalAfter") - (before?.big("principalAfter") ?? 0n),
        };
        return [move(member, { pool, flows: moneyOf(log), holdings })];
      }
      case "LotteryPool": {
        if (log.is("TicketPurchased")) {
          const holdings = { tickets: assets, principal: assets };
          const flows = { deposits: assets, tickets: assets };
          return [move(log.who("player"), { pool, flows, holdings })];
        }
        if (log.is("TicketsRedeemed")) {
          const holdings = { tickets: -log.big("principal"), principal: -log.big("principal") };
          return [move(log.who("player"), { pool, flows: moneyOf(log), holdings })];
        }
        if (log.is("PrizeSponsored")) {
          return [move(log.who("sponsor"), { flows: { sponsored: assets } })];
        }
        if (log.is("WinnerDeclared")) {
          const holdings = { prizeShares: log.big("shares") };
          const flows = { prizes: this.#worth(log, log.big("shares")) };
          return [move(log.who("player"), { pool, flows, holdings, acts: false })];
        }
        if (log.is("PrizeClaimed")) {
          const holdings = { prizeShares: -log.big("shares") };
          const flows = assets > 0n ? {} : { sharesTakenOut: log.big("shares") };
          return [move(log.who("player"), { pool, flows, holdings })];
        }
        return [];
      }
      case "RotatingPools": {
        const found = circleMoveOf(log, this.#of("RotatingPools"));
        if (found === undefined) return [];
        const { member, acts, flows, holdings } = found;
        return [move(member, { acts, flows, holdings, pool: acts ? pool : undefined })];
      }
      case "FeeTreasury":
        return log.is("ReferralRewardClaimed") ? [move(log.who("referrer"), {})] : [];
      default:
        return [];
    }
  }

  /** What shares are worth at a log, by the vault's books before it. */
  #worth(log: Log, shares: bigint): bigint {
    const before = this.#logs.slice(0, this.#logs.indexOf(log));
    const books = before.findLast(({ name }) => name === "AccountsUpdated");
    if (!books) return shares / 1_000_000n;
    const [start, end] = [books.big("unlockStart"), books.big("unlockEnd")];
    const left = end > log.time ? end - log.time : 0n;
    const locked = left === 0n ? 0n : ceil(books.big("lockedProfit") * left, end - start);
    const assets = books.big("grossAssets") - locked + 1n;
    return (shares * assets) / (books.big("totalSupply") + 1_000_000n);
  }

  // ------------------------------------------------------------------------------------------- accounts and periods

  #accounts(): { accounts: Row[]; accountHours: Row[] } {
    const named = this.#of("SavingsPool", "ReferrerNamed");
    const referrers = named.map((log): Move => ({
      ...{ log, account: log.who("referrer"), acts: false, pool: undefined },
      ...{ flows: {}, holdings: {} },
    }));
    const accountHours: Row[] = [];
    const all = [...this.#moves, ...referrers];
    const accounts = [...groupsOf(all, ({ account }) => account)].map(([address, moves]) => {
      const actions = moves.filter(({ acts }) => acts).map(({ log }) => log.time);
      const holding = (name: keyof Move["holdings"], until?: bigint) =>
        sumOf(
          moves.filter(({ log }) => until === undefined || log.time < until),
          ({ holdings }) => holdings[name] ?? 0n,
        );
      const flow = (name: keyof Move["flows"]) => sumOf(moves, ({ flows }) => flows[name] ?? 0n);
      const moved = moves.filter(({ holdings }) =>
        holdingNames.some((name) => (holdings[name] ?? 0n) !== 0n),
      );
      for (const start of new Set(moved.map(({ log }) => periodOf(log.time, 3_600n)))) {
        const amounts = holdingNames.map((name) => [name, holding(name, start + 3_600n)] as const);
        accountHours.push({ account: address, start, ...Object.fromEntries(amounts) });
      }
      const earned = this.#of("SavingsPool", "ReferralRewardEarned");
      const claimed = this.#of("FeeTreasury", "ReferralRewardClaimed");
      const isTheirs = (log: Log) => log.who("referrer") === address;
      const wins = this.#of("LotteryPool", "WinnerDeclared");
      return {
        address,
        firstSeen: actions[0] ?? null,
        lastSeen: actions.at(-1) ?? null,
        ...Object.fromEntries(holdingNames.map((name) => [name, holding(name)])),
        principal: holding("principal"),
        deposited: flow("deposits"),
        withdrawn: flow("withdrawals"),
        yieldEarned: flow("yield"),
        prizesWon: flow("prizes"),
        wins: wins.filter((log) => log.who("player") === address).length,
        referrals: named.filter(isTheirs).length,
        referralEarned: sumOf(earned.filter(isTheirs), (log) => log.big("assets")),
        referralClaimed: sumOf(claimed.filter(isTheirs), (log) => log.big("assets")),
      };
    });
    return { accounts, accountHours };
  }

  /** What counts for the whole: all moves, and yield that goes to a prize. */
  #flows(): { log: Log; flows: Move["flows"] }[] {
    const harvests = this.#of("LotteryPool", "RoundClosed").map((log) => ({
      log,
      flows: { yield: this.#worth(log, log.big("yieldShares")) },
    }));
    return [...this.#moves, ...harvests];
  }

  #sums(flows: readonly { flows: Move["flows"] }[]): Row {
    return Object.fromEntries(
      flowNames.map((name) => [name, sumOf(flows, (item) => item.flows[name] ?? 0n)]),
    );
  }

  #earnings(reports: readonly Log[]): Row {
    return {
      profit: sumOf(reports, (log) => log.big("profit")),
      loss: sumOf(reports, (log) => log.big("loss")),
      fees: sumOf(reports, (log) => log.big("feeAssets")),
    };
  }

  /** When each account first did something, among these moves. */
  #debuts(moves: readonly Move[]): bigint[] {
    const acting = moves.filter(({ acts }) => acts);
    return [...groupsOf(acting, ({ account }) => account).values()].map(
      (group) => first(group).log.time,
    );
  }

  /** All logs that count for the whole; passive ones that move nothing do not. */
  #counted(): Log[] {
    const moves = this.#moves.filter(
      ({ log, acts }) =>
        !log.is("Transfer", "ReferralRewardEarned") && (acts || log.contract !== "RotatingPools"),
    );
    const others = this.#logs.filter(
      (log) =>
        (log.contract === "KhipuVault" && log.is("Reported")) ||
        (log.contract === "LotteryPool" && log.is("RoundClosed")),
    );
    return [...moves.map(({ log }) => log), ...others];
  }

  #protocol(): Row[] {
    const reports = this.#of("KhipuVault", "Reported");
    const times = this.#counted().map(({ time }) => time);
    return [
      {
        ...this.#sums(this.#flows()),
        ...this.#earnings(reports),
        users: this.#debuts(this.#moves).length,
        updatedAt: times.reduce((latest, time) => (time > latest ? time : latest), 0n),
      },
    ];
  }

  #protocolPeriods(): Row[] {
    const debuts = this.#debuts(this.#moves);
    return eachPeriod(
      this.#counted().map(({ time }) => time),
      (isIn) => ({
        ...this.#sums(this.#flows().filter(({ log }) => isIn(log.time))),
        ...this.#earnings(this.#of("KhipuVault", "Reported").filter(({ time }) => isIn(time))),
        activeUsers: activeIn(this.#moves, isIn),
        newUsers: debuts.filter(isIn).length,
      }),
    );
  }

  #poolPeriods(): Row[] {
    const asPool = (log: Log) => ({ log, pool: poolOf(log) });
    const moves = this.#moves.filter(({ pool }) => pool !== undefined);
    const others = this.#of("LotteryPool", "RoundClosed", "PrizeSponsored").map(asPool);
    const all = [...moves, ...others];
    return [...groupsOf(all, ({ pool }) => `${pool?.contract} ${pool?.poolId}`).values()].flatMap(
      (group) => {
        const { pool } = first(group);
        const own = moves.filter(
          (move) => move.pool?.contract === pool?.contract && move.pool?.poolId === pool?.poolId,
        );
        const debuts = this.#debuts(own);
        const flows = this.#flows().filter(({ log }) => {
          const there = poolOf(log);
          return there?.contract === pool?.contract && there?.poolId === pool?.poolId;
        });
        return eachPeriod(
          group.map(({ log }) => log.time),
          (isIn, end) => ({
            ...pool,
            ...this.#sums(flows.filter(({ log }) => isIn(log.time))),
            activeUsers: activeIn(own, isIn),
            newUsers: debuts.filter(isIn).length,
            ...this.#totalsAt(pool, end),
          }),
        );
      },
    );
  }

  /** A pool's totals as its last event before `end` told them. */
  #totalsAt(pool: Pool | undefined, end: bigint): Row {
    if (pool?.product === "circle") {
      return circleTotalsAt(this.#of("RotatingPools"), BigInt(pool.poolId), end);
    }
    const name = (log: Log, what: string) =>
      [`total${what}After`, `pool${what}After`].find((argument) => argument in log.args);
    const told = this.#logs.findLast((log) => {
      const there = poolOf(log);
      return (
        log.time < end &&
        there?.contract === pool?.contract &&
        there?.poolId === pool?.poolId &&
        name(log, "Principal") !== undefined
      );
    });
    return {
      totalPrincipal: told?.big(name(told, "Principal") ?? "") ?? 0n,
      totalShares: told?.big(name(told, "Shares") ?? "") ?? 0n,
    };
  }

  #vaultPeriods(): Row[] {
    const counted = this.#of(
      "KhipuVault",
      ...["AccountsUpdated", "Deposit", "Withdraw", "RedeemedInKind", "Reported"],
    );
    return eachPeriod(
      counted.map(({ time }) => time),
      (isIn, end) => {
        const inside = counted.filter(({ time }) => isIn(time));
        const amount = (name: string, argument: string) =>
          sumOf(
            inside.filter((log) => log.is(name)),
            (log) => log.big(argument),
          );
        return {
          contract: first(counted).address,
          deposits: amount("Deposit", "assets"),
          withdrawals: amount("Withdraw", "assets") + amount("RedeemedInKind", "value"),
          ...this.#earnings(inside.filter((log) => log.is("Reported"))),
          ...booksOf(counted.findLast((log) => log.is("AccountsUpdated") && log.time < end)),
        };
      },
    );
  }

  // ---------------------------------------------------------------------------------------------------------- vault

  #vault(): Row[] {
    const all = this.#of("KhipuVault");
    const latest = (name: string) => all.findLast((log) => log.is(name));
    const amount = (name: string, argument: string) =>
      sumOf(
        all.filter((log) => log.is(name)),
        (log) => log.big(argument),
      );
    const touching = all.filter((log) => !log.is("Transfer", "Approval", "AuthorityUpdated"));
    const books = all.filter((log) => log.is("AccountsUpdated"));
    const stopping = all.findLast((log) => log.is("DepositsStopped", "DepositsResumed"));
    return [
      {
        address: first(all).address,
        ...booksOf(books.at(-1)),
        idle:
          amount("Deposit", "assets") -
          amount("Withdraw", "assets") -
          amount("RedeemedInKind", "idleAssets") -
          amount("StrategySupplied", "assets") +
          amount("StrategyDrawn", "assets"),
        feeBps: latest("FeeSet")?.num("feeBps") ?? 0,
        feeRecipient: latest("FeeRecipientSet")?.who("recipient") ?? null,
        idleBufferBps: latest("IdleBufferSet")?.num("bufferBps") ?? 0,
        depositsStopped: stopping?.is("DepositsStopped") ?? false,
        supplyOrder: orderOf(all, "SupplyOrderSet"),
        withdrawalOrder: orderOf(all, "WithdrawalOrderSet"),
        ...this.#earnings(all.filter((log) => log.is("Reported"))),
        reports: all.filter((log) => log.is("Reported")).length,
        reportedAt: latest("Reported")?.time ?? null,
        createdAt: first(touching).time,
        updatedAt: books.at(-1)?.time ?? first(touching).time,
      },
    ];
  }

  #reports(): Row[] {
    return this.#of("KhipuVault", "Reported").map((log) => ({
      id: this.#idOf(log),
      vault: log.address,
      ...log.args,
      time: log.time,
    }));
  }

  #allocations(): Row[] {
    const all = this.#of("KhipuVault").filter((log) => "strategy" in log.args);
    return [...groupsOf(all, (log) => log.who("strategy"))].map(([strategy, logs]) => {
      const amount = (argument: string, ...names: string[]) =>
        sumOf(
          logs.filter((log) => log.is(...names)),
          (log) => log.big(argument),
        );
      const listing = last(logs.filter((log) => log.is("StrategyAdded", "StrategyRemoved")));
      const caps = last(logs.filter((log) => log.is("StrategyAdded", "CapsSet")));
      const changing = logs.filter((log) => !log.is("StrategyWrittenOff"));
      return {
        vault: first(logs).address,
        strategy,
        listed: listing.is("StrategyAdded"),
        absoluteCap: caps.big("absoluteCap"),
        relativeCapBps: caps.num("relativeCapBps"),
        assets: logs.findLast((log) => "assetsAfter" in log.args)?.big("assetsAfter") ?? 0n,
        supplied: amount("assets", "StrategySupplied"),
        drawn: amount("assets", "StrategyDrawn", "StrategyHandedOver"),
        profit: amount("profit", "StrategyBooked"),
        loss: amount("loss", "StrategyBooked"),
        failures: logs.filter((log) => log.is("StrategyLeftOut")).length,
        addedAt: last(logs.filter((log) => log.is("StrategyAdded"))).time,
        removedAt: listing.is("StrategyRemoved") ? listing.time : null,
        updatedAt: last(changing).time,
      };
    });
  }

  // -------------------------------------------------------------------------------------------------------- savings

  #savingsPositions(): Row[] {
    const all = this.#of("SavingsPool", ...savingsMoney);
    return [...groupsOf(all, (log) => log.who("saver"))].map(([saver, logs]) => {
      const amount = (name: string) =>
        sumOf(
          logs.filter((log) => log.is(name)),
          (log) => log.big("assets"),
        );
      const own = logs.filter(
        (log) => !log.is("AutoCompoundExecuted") || log.who("caller") === saver,
      );
      return {
        pool: first(logs).address,
        saver,
        principal: last(logs).big("principalAfter"),
        shares: last(logs).big("sharesAfter"),
        deposited: amount("DepositMade"),
        withdrawn: amount("WithdrawalMade"),
        claimed: amount("YieldClaimed"),
        compounded: amount("AutoCompoundExecuted"),
        openedAt: first(logs).time,
        lastActive: last(own).time,
        updatedAt: last(logs).time,
      };
    });
  }

  #savingsPools(): Row[] {
    const all = this.#of("SavingsPool", ...savingsMoney, "LimitsSet");
    if (all.length === 0) return [];
    const money = all.filter((log) => !log.is("LimitsSet"));
    const limits = all.findLast((log) => log.is("LimitsSet"));
    const amount = (name: string) =>
      sumOf(
        all.filter((log) => log.is(name)),
        (log) => log.big("assets"),
      );
    const savers = [...groupsOf(money, (log) => log.who("saver")).values()];
    return [
      {
        address: first(all).address,
        totalPrincipal: money.at(-1)?.big("totalPrincipalAfter") ?? 0n,
        totalShares: money.at(-1)?.big("totalSharesAfter") ?? 0n,
        totalDeposited: amount("DepositMade"),
        totalWithdrawn: amount("WithdrawalMade"),
        totalClaimed: amount("YieldClaimed"),
        totalCompounded: amount("AutoCompoundExecuted"),
        activeSavers: savers.filter((logs) => last(logs).big("sharesAfter") > 0n).length,
        savers: savers.length,
        perSaverLimit: limits?.big("perSaver") ?? null,
        totalLimit: limits?.big("total") ?? null,
        updatedAt: last(all).time,
      },
    ];
  }

  #referrals(): Row[] {
    const earned = this.#of("SavingsPool", "ReferralRewardEarned");
    return this.#of("SavingsPool", "ReferrerNamed").map((log) => ({
      pool: log.address,
      saver: log.who("saver"),
      referrer: log.who("referrer"),
      earned: sumOf(
        earned.filter((other) => other.who("saver") === log.who("saver")),
        (other) => other.big("assets"),
      ),
      namedAt: log.time,
    }));
  }

  // --------------------------------------------------------------------------------------------------- cooperatives

  #cooperatives(): Row[] {
    const all = this.#of("CooperativePools");
    return [...groupsOf(all, (log) => String(log.big("poolId"))).values()].map((logs) => {
      const created = first(logs);
      const money = logs.findLast((log) => log.is(...memberMoney));
      const counted = logs.findLast((log) => "memberCountAfter" in log.args);
      return {
        ...created.args,
        contract: created.address,
        creator: created.who("creator"),
        maxMembers: created.num("maxMembers"),
        closed: logs.some((log) => log.is("PoolClosed")),
        invitationEpoch:
          logs.findLast((log) => log.is("InvitationsRevoked"))?.big("invitationEpoch") ?? 0n,
        memberCount: counted?.num("memberCountAfter") ?? 0,
        totalPrincipal: money?.big("poolPrincipalAfter") ?? 0n,
        totalShares: money?.big("poolSharesAfter") ?? 0n,
        createdAt: created.time,
        updatedAt: last(logs).time,
      };
    });
  }

  #members(): Row[] {
    const all = this.#of("CooperativePools").filter((log) => "member" in log.args);
    return [...groupsOf(all, (log) => `${log.big("poolId")} ${log.who("member")}`).values()].map(
      (logs) => {
        const money = logs.filter((log) => log.is(...memberMoney));
        const amount = (name: string) =>
          sumOf(
            logs.filter((log) => log.is(name)),
            (log) => log.big("assets"),
          );
        return {
          contract: first(logs).address,
          poolId: first(logs).big("poolId"),
          member: first(logs).who("member"),
          active: !last(logs).is("MemberLeft"),
          principal: last(money).big("principalAfter"),
          shares: last(money).big("sharesAfter"),
          contributed: amount("ContributionMade"),
          withdrawn: amount("WithdrawalMade"),
          claimed: amount("YieldClaimed"),
          joinedAt: last(logs.filter((log) => log.is("MemberJoined"))).time,
          lastActive: last(money).time,
          updatedAt: last(logs).time,
        };
      },
    );
  }

  // -------------------------------------------------------------------------------------------------------- lottery

  #lotteryPools(): Row[] {
    const all = this.#of("LotteryPool");
    const opened = first(all);
    const rules = opened.args["rules"] as Record<string, number | bigint>;
    const purchases = all.filter((log) => log.is("TicketPurchased"));
    const parts = all.filter((log) => log.is("TicketPurchased", "TicketsRedeemed"));
    const players = [...groupsOf(parts, (log) => log.who("player")).values()];
    const told = all.findLast((log) => "totalPrincipalAfter" in log.args);
    return [
      {
        address: opened.address,
        ...Object.fromEntries(Object.entries(rules).map(([name, value]) => [name, BigInt(value)])),
        tiers: opened.args["tiers"],
        coordinator: opened.who("coordinator"),
        subscription: opened.big("subscription"),
        currentRound: last(all.filter((log) => log.is("RoundStarted"))).big("roundId"),
        totalPrincipal: told?.big("totalPrincipalAfter") ?? 0n,
        totalShares: told?.big("totalSharesAfter") ?? 0n,
        entries: BigInt(purchases.length),
        activePlayers: players.filter((logs) => last(logs).big("principalAfter") > 0n).length,
        players: players.length,
        wonShares: sumOf(
          all.filter((log) => log.is("WinnerDeclared")),
          (log) => log.big("shares"),
        ),
        updatedAt: last(
          all.filter((log) =>
            log.is(
              ...["LotteryOpened", "RoundStarted", "TicketPurchased", "TicketsRedeemed"],
              ...["RoundClosed", "WinnerDeclared"],
            ),
          ),
        ).time,
      },
    ];
  }

  /** The round that ran at a log. */
  #roundAt(log: Log): bigint {
    const all = this.#of("LotteryPool");
    const started = all.slice(0, all.indexOf(log)).findLast((other) => other.is("RoundStarted"));
    return started?.big("roundId") ?? 0n;
  }

  #purchaseOf(entry: bigint): Log {
    const bought = this.#of("LotteryPool", "TicketPurchased");
    return first(bought.filter((log) => log.big("entry") === entry));
  }

  /** How much less than from the round's start a purchase weighs, for what was not redeemed in that round. */
  #missed(purchase: Log, start: bigint): bigint {
    const redeemed = this.#of("LotteryPool", "TicketsRedeemed")
      .filter((log) => log.big("entry") === purchase.big("entry"))
      .filter((log) => this.#roundAt(log) === purchase.big("roundId"));
    const left = purchase.big("assets") - sumOf(redeemed, (log) => log.big("principal"));
    return left * (purchase.time - start);
  }

  #startOf(roundId: bigint): bigint {
    const started = this.#of("LotteryPool", "RoundStarted");
    return first(started.filter((log) => log.big("roundId") === roundId)).big("start");
  }

  #rounds(): Row[] {
    const all = this.#of("LotteryPool");
    const states: Record<string, string> = {
      RoundStarted: "open",
      RoundClosed: "closed",
      DrawRequested: "requested",
      DrawAnswered: "answered",
      DrawExecuted: "drawn",
      RoundNotDrawn: "rolledOver",
    };
    const reasons = ["nothingToWin", "nobodyToWin", "noAnswer"];
    return all
      .filter((log) => log.is("RoundStarted"))
      .map((started) => {
        const roundId = started.big("roundId");
        const own = all.filter((log) => "roundId" in log.args && log.big("roundId") === roundId);
        const one = (name: string) => own.find((log) => log.is(name));
        const closed = one("RoundClosed");
        const bought = own.filter((log) => log.is("TicketPurchased"));
        const redeemed = all.filter(
          (log) => log.is("TicketsRedeemed") && this.#roundAt(log) === roundId,
        );
        const into = all.filter(
          (log) => log.is("PrizeRolledOver") && log.big("toRoundId") === roundId,
        );
        const sponsored = own.filter((log) => log.is("PrizeSponsored"));
        const prize = [...into, ...sponsored, ...(closed ? [closed] : [])].toSorted((a, b) =>
          all.indexOf(a) < all.indexOf(b) ? -1 : 1,
        );
        const reason = one("RoundNotDrawn")?.num("reason");
        const touching = [...own, ...redeemed, ...into].filter((log) => !log.is("PrizeNotWon"));
        return {
          pool: started.address,
          roundId,
          state: states[last(own.filter((log) => log.name in states)).name],
          start: started.big("start"),
          closesFrom: started.big("closesFrom"),
          end: closed?.big("end") ?? null,
          entriesBefore: started.big("entriesBefore"),
          lastEntry: closed?.big("lastEntry") ?? null,
          weight: closed?.big("weight") ?? null,
          missedWeight: sumOf(bought, (log) => this.#missed(log, started.big("start"))),
          prizeShares: (prize.at(-1) ?? started).big("prizeSharesAfter"),
          yieldShares: closed?.big("yieldShares") ?? 0n,
          wonShares: sumOf(
            own.filter((log) => log.is("WinnerDeclared")),
            (log) => log.big("shares"),
          ),
          rolledShares: one("PrizeRolledOver")?.big("shares") ?? 0n,
          purchases: bought.length,
          ticketsBought: sumOf(bought, (log) => log.big("assets")),
          ticketsRedeemed: sumOf(redeemed, (log) => log.big("principal")),
          sponsored: sumOf(sponsored, (log) => log.big("assets")),
          notDrawnBecause: reason === undefined ? null : reasons[reason],
          updatedAt: touching.reduce((time, log) => (log.time > time ? log.time : time), 0n),
        };
      });
  }

  #draws(): Row[] {
    const all = this.#of("LotteryPool");
    return all
      .filter((log) => log.is("DrawRequested"))
      .map((asked) => {
        const later = (name: string) =>
          all.find((log) => log.is(name) && log.big("roundId") === asked.big("roundId"));
        const executed = later("DrawExecuted");
        return {
          pool: asked.address,
          ...asked.args,
          caller: asked.who("caller"),
          requestedAt: asked.time,
          word: later("DrawAnswered")?.big("word") ?? null,
          answeredAt: later("DrawAnswered")?.time ?? null,
          executedAt: executed?.time ?? null,
          prizeShares: executed?.big("prizeShares") ?? null,
          wonShares: executed?.big("wonShares") ?? null,
        };
      });
  }

  #prizes(): Row[] {
    return this.#of("LotteryPool", "WinnerDeclared", "PrizeNotWon").map((log) => {
      const isWon = log.is("WinnerDeclared");
      return {
        pool: log.address,
        roundId: log.big("roundId"),
        winner: log.num("winner"),
        tier: log.num("tier"),
        player: isWon ? log.who("player") : null,
        entry: isWon ? log.big("entry") : null,
        attempt: isWon ? log.num("attempt") : null,
        shares: log.big("shares"),
        assets: this.#worth(log, log.big("shares")),
        time: log.time,
      };
    });
  }

  #purchases(): Row[] {
    const redeemed = this.#of("LotteryPool", "TicketsRedeemed");
    return this.#of("LotteryPool", "TicketPurchased").map((log) => ({
      pool: log.address,
      entry: log.big("entry"),
      player: log.who("player"),
      payer: log.who("payer"),
      roundId: log.big("roundId"),
      bought: log.big("assets"),
      amount:
        redeemed.findLast((other) => other.big("entry") === log.big("entry"))?.big("entryAfter") ??
        log.big("assets"),
      time: log.time,
    }));
  }

  #players(): Row[] {
    const all = this.#of(
      "LotteryPool",
      ...["TicketPurchased", "TicketsRedeemed", "WinnerDeclared", "PrizeClaimed"],
    );
    return [...groupsOf(all, (log) => log.who("player"))].map(([player, logs]) => {
      const only = (name: string) => logs.filter((log) => log.is(name));
      const bought = only("TicketPurchased");
      const missedRound = last(bought).big("roundId");
      const won = sumOf(only("WinnerDeclared"), (log) => log.big("shares"));
      const parts = logs.filter((log) => log.is("TicketPurchased", "TicketsRedeemed"));
      return {
        pool: first(logs).address,
        player,
        principal: last(parts).big("principalAfter"),
        entries: bought.length,
        purchased: sumOf(bought, (log) => log.big("assets")),
        redeemed: sumOf(only("TicketsRedeemed"), (log) => log.big("principal")),
        prizeShares: won - sumOf(only("PrizeClaimed"), (log) => log.big("shares")),
        wonShares: won,
        wins: only("WinnerDeclared").length,
        claimed: sumOf(only("PrizeClaimed"), (log) => log.big("assets")),
        missedRound,
        missedWeight: sumOf(
          bought.filter((log) => log.big("roundId") === missedRound),
          (log) => this.#missed(this.#purchaseOf(log.big("entry")), this.#startOf(missedRound)),
        ),
        joinedAt: first(bought).time,
        lastActive: last(logs.filter((log) => !log.is("WinnerDeclared"))).time,
        updatedAt: last(logs).time,
      };
    });
  }

  // ---------------------------------------------------------------------------------------------------------- roles

  #roles(): Row[] {
    const settings = ["RoleLabel", "RoleAdminChanged", "RoleGuardianChanged"];
    const all = this.#of(
      "AccessManager",
      ...settings,
      ...["RoleGrantDelayChanged", "RoleGranted", "TargetFunctionRoleUpdated"],
    );
    return [...groupsOf(all, (log) => String(log.big("roleId"))).values()].map((logs) => {
      const latest = (name: string) => logs.findLast((log) => log.is(name));
      return {
        contract: first(logs).address,
        roleId: first(logs).big("roleId"),
        label: latest("RoleLabel")?.args["label"] ?? null,
        admin: latest("RoleAdminChanged")?.big("admin") ?? 0n,
        guardian: latest("RoleGuardianChanged")?.big("guardian") ?? 0n,
        grantDelay: latest("RoleGrantDelayChanged")?.big("delay") ?? 0n,
        updatedAt: last(logs).time,
      };
    });
  }

  #roleMembers(): Row[] {
    const all = this.#of("AccessManager", "RoleGranted", "RoleRevoked");
    return [...groupsOf(all, (log) => `${log.big("roleId")} ${log.who("account")}`).values()].map(
      (logs) => {
        const granted = last(logs.filter((log) => log.is("RoleGranted")));
        const beginnings = logs.filter((log) => log.args["newMember"] === true);
        const isRevoked = last(logs).is("RoleRevoked");
        return {
          contract: first(logs).address,
          roleId: first(logs).big("roleId"),
          account: first(logs).who("account"),
          active: !isRevoked,
          delay: granted.big("delay"),
          since: granted.big("since"),
          grantedAt: last(beginnings).time,
          revokedAt: isRevoked ? last(logs).time : null,
        };
      },
    );
  }

  #permissions(): Row[] {
    const all = this.#of("AccessManager", "TargetFunctionRoleUpdated");
    return [...groupsOf(all, (log) => log.who("target") + log.who("selector")).values()].map(
      (logs) => ({
        contract: first(logs).address,
        target: first(logs).who("target"),
        selector: first(logs).who("selector"),
        roleId: last(logs).big("roleId"),
        updatedAt: last(logs).time,
      }),
    );
  }

  #calls(): Row[] {
    const ends = this.#of("AccessManager", "OperationExecuted", "OperationCanceled");
    return this.#of("AccessManager", "OperationScheduled").map((log) => {
      const end = ends.find(
        (other) =>
          other.who("operationId") === log.who("operationId") &&
          other.big("nonce") === log.big("nonce"),
      );
      return {
        contract: log.address,
        callId: log.who("operationId"),
        nonce: log.big("nonce"),
        state: !end ? "scheduled" : end.is("OperationExecuted") ? "executed" : "canceled",
        caller: log.who("caller"),
        target: log.who("target"),
        data: log.who("data"),
        executableFrom: log.big("schedule"),
        scheduledAt: log.time,
        settledAt: end?.time ?? null,
      };
    });
  }

  #prices(): Row[] {
    return this.#of("PriceFeed", "AnswerUpdated").map((log) => ({
      source: log.address,
      roundId: log.big("roundId"),
      answer: log.big("current"),
      decimals: 8,
      updatedAt: log.big("updatedAt"),
      blockNumber: log.blockNumber,
      time: log.time,
    }));
  }
}

// ------------------------------------------------------------------------------------------------------ of one event

function poolOf(log: Log): Pool | undefined {
  const product = products[log.contract] ?? "";
  switch (log.contract) {
    case "SavingsPool":
    case "LotteryPool":
      return { contract: log.address, poolId: "", product };
    case "CooperativePools":
      return { contract: log.address, poolId: String(log.big("poolId")), product };
    case "RotatingPools":
      return { contract: log.address, poolId: String(log.big("circleId")), product };
    default:
      return undefined;
  }
}

function moneyOf(log: Log): Move["flows"] {
  const [assets, shares] = [log.big("assets"), log.big("shares")];
  if (log.is("DepositMade", "ContributionMade")) return { deposits: assets };
  if (log.is("WithdrawalMade")) return { withdrawals: assets };
  if (log.is("YieldClaimed", "AutoCompoundExecuted")) return { yield: assets };
  if (log.is("SharesTakenOut")) return { sharesTakenOut: shares };
  return assets > 0n ? { withdrawals: assets } : { sharesTakenOut: shares };
}

function subjectOf(log: Log): string | null {
  if ("poolId" in log.args) return String(log.big("poolId"));
  if ("circleId" in log.args) return String(log.big("circleId"));
  return log.contract === "LotteryPool" && "roundId" in log.args
    ? String(log.big("roundId"))
    : null;
}

function booksOf(log: Log | undefined): Row {
  const names = ["grossAssets", "totalSupply", "lockedProfit", "unlockStart", "unlockEnd"];
  return Object.fromEntries(names.map((name) => [name, log?.big(name) ?? 0n]));
}

/** A list of strategies: set, then added to and taken from. */
function orderOf(logs: readonly Log[], setting: string): string[] {
  let order: string[] = [];
  for (const log of logs) {
    if (log.is(setting)) {
      order = (log.args["strategies"] as string[]).map((address) => address.toLowerCase());
    } else if (log.is("StrategyAdded")) {
      order = [...order, log.who("strategy")];
    } else if (log.is("StrategyRemoved")) {
      order = order.filter((address) => address !== log.who("strategy"));
    }
  }
  return order;
}

// ------------------------------------------------------------------------------------------------------------ periods

function periodOf(time: bigint, length: bigint): bigint {
  return (time / length) * length;
}

/** A row for each hour and each day that has one of `times` in it. */
function eachPeriod(
  times: readonly bigint[],
  rowOf: (isIn: (time: bigint) => boolean, end: bigint) => Row,
): Row[] {
  return [["hour", 3_600n] as const, ["day", 86_400n] as const].flatMap(([interval, length]) =>
    [...new Set(times.map((time) => periodOf(time, length)))].map((start) => {
      const end = start + length;
      return { interval, start, ...rowOf((time) => time >= start && time < end, end) };
    }),
  );
}

function activeIn(moves: readonly Move[], isIn: (time: bigint) => boolean): number {
  const acting = moves.filter(({ acts, log }) => acts && isIn(log.time));
  return new Set(acting.map(({ account }) => account)).size;
}

// ------------------------------------------------------------------------------------------------------------- values

function ceil(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

function textOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string" && value.startsWith("0x")) return value.toLowerCase();
  return value;
}

function argsOf(value: unknown): unknown {
  if (typeof value !== "object") return textOf(value);
  if (Array.isArray(value)) return value.map(argsOf);
  if (value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, argsOf(item)]));
}
