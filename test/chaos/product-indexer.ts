import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { freePort } from "../../scripts/local/ports.ts";
import { startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import { descendants } from "../scripts/descendants.ts";
import type { Product } from "./product.ts";
import type { Watched } from "./watched.ts";

const readyWithinMs = 120_000;

/** Where an index is kept: a folder for the embedded database, or the address of a PostgreSQL. */
export type Store = { readonly folder: string } | { readonly postgres: string };

export interface ProductIndexer extends Watched {
  /** Resolves once all old blocks are read. */
  ready(): Promise<void>;
  /** Resolves once it has logged something. */
  logged(words: string): Promise<void>;
}

interface Options {
  readonly logFile: string;
  /** How long the index may stand still before the watchdog acts. */
  readonly patienceSeconds: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the watchdog says, between what the indexer does. */
const ofWatchdog = /^(Starting the indexer|The indexer was|The embedded index)/;

/** What `npm run indexer` starts. */
export async function startProductIndexer(
  product: Product,
  store: Store,
  { logFile, patienceSeconds, environment }: Options,
): Promise<ProductIndexer> {
  const port = await freePort();
  const indexer = startService({
    name: "The indexer",
    command: binary("node"),
    args: [join(root, "scripts/indexer.ts"), "--port", String(port)],
    env: {
      KHIPU_DEPLOYMENT: product.file,
      KHIPU_RPC_URL: product.url,
      KHIPU_WS_URL: product.url.replace("http", "ws"),
      KHIPU_STALL_SECONDS: String(patienceSeconds),
      KHIPU_INDEX_DIR: "folder" in store ? store.folder : "",
      DATABASE_URL: "postgres" in store ? store.postgres : "",
      ...environment,
    },
    logFile,
  });
  const api = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${api}/ready`)).ok;
  const abort = new AbortController().signal;
  const log = () => readFileSync(logFile, "utf8");
  return {
    url: `${api}/graphql`,
    get said() {
      return log()
        .split("\n")
        .filter((line) => ofWatchdog.test(line));
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
