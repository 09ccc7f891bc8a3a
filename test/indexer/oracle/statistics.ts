import type { Chain } from "./chain.ts";
import { first, greatestOf, groupsOf, sumOf } from "./lists.ts";
import type { Log } from "./log.ts";
import { flowNames, type Flows, type Move } from "./move.ts";
import { partOf } from "./parts.ts";
import { eachPeriod } from "./periods.ts";
import type { Row } from "./row.ts";
import { earningsOf } from "./vault.ts";
import { worthAt } from "./worth.ts";

interface Flow {
  log: Log;
  flows: Flows;
}

export function statisticsTables(chain: Chain, moves: readonly Move[]): Record<string, Row[]> {
  const flows = [...moves, ...harvestsOf(chain)];
  return {
    protocol: protocolRows(chain, moves, flows),
    protocolPeriod: protocolPeriodRows(chain, moves, flows),
    poolPeriod: poolPeriodRows(chain, moves, flows),
  };
}

/** Yield that goes to a prize, and so to nobody yet. */
function harvestsOf(chain: Chain): Flow[] {
  return chain
    .logsOf("LotteryPool", "RoundClosed")
    .map((log) => ({ log, flows: { yield: worthAt(chain, log, log.big("yieldShares")) } }));
}

function sumsOf(flows: readonly Flow[]): Row {
  return Object.fromEntries(
    flowNames.map((name) => [name, sumOf(flows, (item) => item.flows[name] ?? 0n)]),
  );
}

// ---------------------------------------------------------------------------------------------------------- the crowd

/** When each account first did something, among these moves. */
function debutsOf(moves: readonly Move[]): bigint[] {
  const acting = moves.filter(({ acts }) => acts);
  return [...groupsOf(acting, ({ account }) => account).values()].map(
    (group) => first(group).log.time,
  );
}

/** Tells how many of those who made these moves were active, and how many new, in a period. */
function crowdOf(moves: readonly Move[]): (isIn: (time: bigint) => boolean) => Row {
  const debuts = debutsOf(moves);
  return (isIn) => {
    const acting = moves.filter(({ acts, log }) => acts && isIn(log.time));
    return {
      activeUsers: new Set(acting.map(({ account }) => account)).size,
      newUsers: debuts.filter(isIn).length,
    };
  };
}

// ---------------------------------------------------------------------------------------------------------- the whole

function protocolRows(chain: Chain, moves: readonly Move[], flows: readonly Flow[]): Row[] {
  return [
    {
      ...sumsOf(flows),
      ...earningsOf(chain.logsOf("KhipuVault")),
      users: debutsOf(moves).length,
      updatedAt: greatestOf(countedTimes(chain, moves)),
    },
  ];
}

function protocolPeriodRows(chain: Chain, moves: readonly Move[], flows: readonly Flow[]): Row[] {
  const reports = chain.logsOf("KhipuVault", "Reported");
  const crowdIn = crowdOf(moves);
  return eachPeriod(countedTimes(chain, moves), (isIn) => ({
    ...sumsOf(flows.filter(({ log }) => isIn(log.time))),
    ...earningsOf(reports.filter(({ time }) => isIn(time))),
    ...crowdIn(isIn),
  }));
}

/** When something was that counts for the whole; what only befalls somebody and moves nothing does not. */
function countedTimes(chain: Chain, moves: readonly Move[]): bigint[] {
  const counted = moves.filter(
    ({ log, acts }) =>
      !log.is("Transfer", "ReferralRewardEarned") && (acts || log.contract !== "RotatingPools"),
  );
  return [
    ...counted.map(({ log }) => log),
    ...chain.logsOf("KhipuVault", "Reported"),
    ...chain.logsOf("LotteryPool", "RoundClosed"),
  ].map(({ time }) => time);
}

// ---------------------------------------------------------------------------------------------------------- the pools

function poolPeriodRows(chain: Chain, moves: readonly Move[], flows: readonly Flow[]): Row[] {
  const inPools = moves.filter(({ pool }) => pool !== undefined);
  const movesOf = byPool(inPools, ({ log }) => log);
  const flowsOf = byPool(flows, ({ log }) => log);
  const logsOf = byPool(chain.logs, (log) => log);
  const counted = [
    ...inPools.map(({ log }) => log),
    ...chain.logsOf("LotteryPool", "RoundClosed", "PrizeSponsored"),
  ];
  return [...byPool(counted, (log) => log)].flatMap(([key, touching]) => {
    const { pools } = partOf(first(touching));
    const crowdIn = crowdOf(movesOf.get(key) ?? []);
    return eachPeriod(
      touching.map(({ time }) => time),
      (isIn, end) => ({
        ...pools?.poolOf(first(touching)),
        ...sumsOf((flowsOf.get(key) ?? []).filter(({ log }) => isIn(log.time))),
        ...crowdIn(isIn),
        ...pools?.totalsAt(logsOf.get(key) ?? [], end),
      }),
    );
  });
}

/** Groups of what happened in the same pool, and one of what happened in none. */
function byPool<T>(items: readonly T[], logOf: (item: T) => Log): Map<string, T[]> {
  return groupsOf(items, (item) => {
    const pool = partOf(logOf(item)).pools?.poolOf(logOf(item));
    return pool === undefined ? "" : `${pool.contract} ${pool.poolId}`;
  });
}
