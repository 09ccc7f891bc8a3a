import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { vi } from "vitest";
import { freePort } from "../../scripts/local/ports.ts";
import { startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import { descendants } from "../scripts/descendants.ts";
import type { Product } from "./product.ts";

const readyWithinMs = 120_000;

/** Where an index is kept: a folder for the embedded database, or the address of a PostgreSQL. */
export type Store = { readonly folder: string } | { readonly postgres: string };

export interface ProductIndexer {
  readonly url: string;
  /** What it and the watchdog over it have logged. */
  readonly log: string;
  /** Resolves once all old blocks are read. */
  ready(): Promise<void>;
  /** Resolves once something is in the log. */
  logged(words: string): Promise<void>;
  /** Kills the indexer the way that leaves it no time for anything; the watchdog starts it again. */
  kill(): void;
  stop(): Promise<void>;
}

interface Options {
  readonly logFile: string;
  /** How long the index may stand still before the watchdog acts. */
  readonly patienceSeconds: number;
  /** Another way to the chain than its own address. */
  readonly rpcUrl?: string;
  /** It is killed once in the middle of what it writes of old blocks. */
  readonly isKilledInBatch?: boolean;
}

/** What `npm run indexer` starts. */
export async function startProductIndexer(
  product: Product,
  store: Store,
  { logFile, patienceSeconds, rpcUrl = product.url, isKilledInBatch = false }: Options,
): Promise<ProductIndexer> {
  const port = await freePort();
  const indexer = startService({
    name: "The indexer",
    command: binary("node"),
    args: [join(root, "scripts/indexer.ts"), "--port", String(port)],
    env: {
      KHIPU_DEPLOYMENT: product.file,
      KHIPU_RPC_URL: rpcUrl,
      KHIPU_WS_URL: rpcUrl.replace("http", "ws"),
      KHIPU_STALL_SECONDS: String(patienceSeconds),
      KHIPU_INDEX_DIR: "folder" in store ? store.folder : "",
      DATABASE_URL: "postgres" in store ? store.postgres : "",
      ...(isKilledInBatch && killedInBatch(`${logFile}.killed`)),
    },
    logFile,
  });
  const api = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${api}/ready`)).ok;
  const abort = new AbortController().signal;
  const log = () => readFileSync(logFile, "utf8");
  return {
    url: `${api}/graphql`,
    get log() {
      return log();
    },
    ready: () => waitUntilReady(indexer, isReady, { timeoutMs: readyWithinMs, abort }),
    async logged(words) {
      await vi.waitUntil(() => log().includes(words), { timeout: readyWithinMs, interval: 5 });
    },
    kill() {
      for (const pid of descendants(Number(indexer.pid))) process.kill(pid, "SIGKILL");
    },
    async stop() {
      await indexer.stop();
    },
  };
}

/** `memory` is where it is remembered that it has happened. */
function killedInBatch(memory: string): Record<string, string> {
  const script = pathToFileURL(join(import.meta.dirname, "killed-in-batch.ts"));
  return { NODE_OPTIONS: `--import ${script.href}`, KILLED_IN_BATCH: memory };
}
