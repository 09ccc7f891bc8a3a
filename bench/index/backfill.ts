import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../scripts/local/ports.ts";
import { type Service, startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary } from "../../scripts/paths.ts";
import type { Postgres } from "../../test/live/postgres.ts";
import type { History } from "./history.ts";

export interface Backfill {
  seconds: number;
  peakMiB: number;
}

export interface RunningIndexer extends Backfill {
  api: string;
  /** The address of its database, where that is PostgreSQL. */
  database: string | undefined;
  stop(): Promise<void>;
}

const PATIENCE_MS = 1_800_000;

/** Which app indexes: ours, or one that only stores the same events. */
const apps = {
  ours: ["--root", "indexer", "--config", "../ponder.config.ts"],
  peer: ["--root", "bench/index/peer"],
} as const;

let runs = 0;

/**
 * Indexes a history from nothing, with PGlite or into a database of its own of a PostgreSQL (in one that others have used
 * Ponder finds what they had fetched from the chain); the app goes on then.
 */
export async function backfill(
  app: keyof typeof apps,
  history: History,
  postgres: Postgres | undefined,
): Promise<RunningIndexer> {
  const run = `run_${++runs}`;
  const port = await freePort();
  const folder = join(history.folder, run);
  const database = await postgres?.createDatabase(run);
  const logFile = join(folder, "indexer.log");
  const args = ["start", ...apps[app], "--schema", run, "--port", String(port)];
  args.push("--hostname", "127.0.0.1", "--log-format", "json", "--log-level", "info");
  const prefix = app === "ours" ? "KHIPU" : "PEER";
  const service = startService({
    name: `The indexer (${app})`,
    command: binary("ponder"),
    args,
    env: {
      [`${prefix}_DEPLOYMENT`]: history.deploymentFile,
      [`${prefix}_RPC_URL`]: history.url,
      [`${prefix}_INDEX_DIR`]: join(folder, "index"),
      [app === "ours" ? "DATABASE_URL" : "PEER_DATABASE_URL"]: database ?? "",
      ...(app === "peer" && { DATABASE_URL: "" }),
      PONDER_TELEMETRY_DISABLED: "true",
    },
    logFile,
  });
  const api = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${api}/ready`)).ok;
  const abort = new AbortController().signal;
  const stop = async () => {
    await service.stop();
  };
  try {
    await waitUntilReady(service, isReady, { timeoutMs: PATIENCE_MS, abort });
    return { seconds: await secondsIn(logFile), peakMiB: peakOf(service), api, database, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How long the backfill took, as the log has it; the log may come a little later than what it tells. */
async function secondsIn(logFile: string): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const lines = readFileSync(logFile, "utf8").split("\n").slice(0, -1);
    const entries = lines
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { msg: string; duration?: number });
    const ended = entries.find(({ msg }) => msg.startsWith("Completed backfill indexing"));
    if (ended?.duration !== undefined) return ended.duration / 1_000;
    await sleep(100);
  }
  throw new Error(`${logFile} does not tell how long the backfill took.`);
}

/** The most memory that the process had, as Linux counts it. */
function peakOf({ pid, name }: Service): number {
  const status = readFileSync(`/proc/${pid ?? "self"}/status`, "utf8");
  const [, kib] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  if (pid === undefined || kib === undefined) throw new Error(`${name}'s memory is not known.`);
  return Number(kib) / 1_024;
}
