import pg from "pg";
import { deployedAt } from "../../protocol/deployment.ts";
import { percentile } from "../harness.ts";
import type { History } from "./history.ts";

const TIMES = 60;
const DAY = 86_400;

export interface Measured {
  name: string;
  p95: number;
  /** The indexes that the database used for it, and the tables that it read from end to end. */
  plan: string;
}

/** What the web app asks for, and what its portfolio, timeline and charts ask for. */
function queriesOf(history: History, person: string, now: number): Record<string, string> {
  const { chainId } = history.deployment;
  const at = (name: string) => `"${deployedAt(history.deployment, name).address}"`;
  const chain = `chainId: ${chainId}`;
  const month = `from: "${now - 30 * DAY}", to: "${now + DAY}"`;
  const fields =
    "id chainId blockNumber blockHash blockTimestamp transactionHash logIndex contract product type actor account subject args";
  return {
    "the vault's books": `{ vault(${chain}, address: ${at("KhipuVault")}) { grossAssets totalSupply lockedProfit unlockStart unlockEnd } }`,
    "the last 50 events of savings": `{ events(where: { product: "savings" }, orderBy: "id", orderDirection: "desc", limit: 50) { items { ${fields} } } }`,
    "an account's last 20 activities": `{ activity(${chain}, account: "${person}", limit: 20) { items { ${fields} } } }`,
    "an account's portfolio": `{ account(${chain}, address: "${person}") { portfolio { value { assets usd } parts { product value { assets } } } positions { product value { assets } yield } } }`,
    "an account's worth over 30 days": `{ account(${chain}, address: "${person}") { portfolioHistory(${month}) { start value { assets usd } } } }`,
    "everything over 30 days": `{ protocolHistory(${chain}, ${month}) { start deposits withdrawals activeUsers newUsers tvl { assets usd } yieldThen { apr } } }`,
    "a pool over 30 days": `{ poolHistory(${chain}, contract: ${at("SavingsPool")}, ${month}) { start deposits activeUsers tvl { assets } } }`,
    "the leaderboard": `{ leaderboard(${chain}, by: DEPOSITORS, limit: 10) { rank assets account { address } } }`,
    "totals, value and yield": `{ protocol(${chain}) { deposits users fees tvl { assets usd } yieldNow { apr apy } } }`,
    "the largest savers": `{ savingsPositions(orderBy: "principal", orderDirection: "desc", limit: 20, where: { pool: ${at("SavingsPool")} }) { items { saver principal value { assets } } } }`,
    "odds of a player": `{ lotteryPool(${chain}, address: ${at("LotteryPool")}) { odds(account: "${person}", tickets: "1000000") { perPrize any } prize { assets } } }`,
    "a transaction by its hash's beginning": `{ activity(${chain}, search: "0xabcdef12", limit: 20) { items { id } } }`,
  };
}

/** Asks everything over and over; also tells by what the database found the answers. */
export async function measureQueries(
  api: string,
  history: History,
  databaseUrl: string,
): Promise<Measured[]> {
  const person = `0x${(0x10000 + 7).toString(16).padStart(40, "0")}`;
  const { timestamp } = await history.head();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const measured: Measured[] = [];
    let before = await usage(client);
    for (const [name, query] of Object.entries(queriesOf(history, person, Number(timestamp)))) {
      await ask(api, query);
      const times: number[] = [];
      for (let time = 0; time < TIMES; time++) {
        const start = performance.now();
        await ask(api, query);
        times.push(performance.now() - start);
      }
      const after = await usage(client);
      measured.push({ name, p95: percentile(times, 0.95), plan: difference(before, after) });
      before = after;
    }
    return measured;
  } finally {
    await client.end();
  }
}

async function ask(api: string, query: string): Promise<void> {
  const response = await fetch(`${api}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors !== undefined) throw new Error(`${query}: ${JSON.stringify(errors)}`);
}

/** How often each index was used and each table read from end to end; Ponder's own tables are left out. */
async function usage(client: pg.Client): Promise<Map<string, number>> {
  // A connection tells the last that it did only when it has been idle for ten seconds.
  await client.query("select pg_sleep(11), pg_stat_clear_snapshot()");
  const { rows } = await client.query<{ name: string; scans: string }>(
    `select indexrelname as name, idx_scan as scans from pg_stat_user_indexes where relname not like '\\_ponder%'
     union all
     select relname || ' (whole)', seq_scan from pg_stat_user_tables where relname not like '\\_ponder%'`,
  );
  return new Map(rows.map(({ name, scans }) => [name, Number(scans)]));
}

function difference(before: Map<string, number>, after: Map<string, number>): string {
  const used = [...after].filter(([name, scans]) => scans - (before.get(name) ?? 0) >= TIMES);
  return used.map(([name]) => name).join(", ");
}
