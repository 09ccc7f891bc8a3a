import { join } from "node:path";
import { freePort } from "../../scripts/local/ports.ts";
import { startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import type { Product } from "./product.ts";

/** How long an index may stand still before the watchdog acts; in operation it is longer. */
const stallSeconds = 10;

/** Where an index is kept: a folder for the embedded database, or the address of a PostgreSQL. */
export type Store = { readonly folder: string } | { readonly postgres: string };

export interface ProductIndexer {
  /** Of its GraphQL endpoint. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** What `npm run indexer` starts, ready. */
export async function startProductIndexer(
  product: Product,
  store: Store,
  logFile: string,
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
      KHIPU_STALL_SECONDS: String(stallSeconds),
      KHIPU_INDEX_DIR: "folder" in store ? store.folder : "",
      DATABASE_URL: "postgres" in store ? store.postgres : "",
    },
    logFile,
  });
  const api = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${api}/ready`)).ok;
  const abort = new AbortController().signal;
  await waitUntilReady(indexer, isReady, { timeoutMs: 120_000, abort });
  if (indexer.pid === undefined) throw new Error("The indexer was not started.");
  return { url: `${api}/graphql`, pid: indexer.pid, stop: () => indexer.stop() };
}
