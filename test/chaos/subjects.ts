import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Hex } from "viem";
import { Random } from "../../scripts/local/random.ts";
import { startChain } from "../live/world.ts";
import { contentAt, stateOf } from "./content.ts";
import { History } from "./history.ts";
import { ProductHistory } from "./product-history.ts";
import { startProductIndexer } from "./product-indexer.ts";
import { Product } from "./product.ts";
import { startWatched, type Watched } from "./watched.ts";

/** An app on a chain of its own, with something behind it. */
export interface Subject {
  readonly chainUrl: string;
  /** What `Subject.act` does can be taken back with these. */
  readonly client: {
    snapshot(): Promise<Hex>;
    revert(to: { readonly id: Hex }): Promise<void>;
  };
  /** Something happens that makes events. */
  act(): Promise<unknown>;
  /** Whether the index behind an API is what the chain's logs, as they are now, make of it. */
  isIndexed(apiUrl: string): Promise<boolean>;
  /** An indexer under a watchdog, with nothing in it yet. */
  watch(rpcUrl: string, postgresUrl: string): Promise<Watched>;
  stop(): Promise<unknown>;
}

/** How long an index may stand still before the watchdog acts; in operation it is longer. */
export const patienceSeconds = 5;

async function smallApp(): Promise<Subject> {
  const chain = await startChain();
  const history = new History(chain);
  let value = 0;
  for (let i = 0; i < 150; i++) await chain.burst(i % 7, 5);
  return {
    chainUrl: chain.url,
    client: chain.client,
    act: () => chain.note(value % 7, ++value),
    async isIndexed(apiUrl) {
      await history.record();
      const content = await contentAt(apiUrl);
      return content !== undefined && isDeepStrictEqual(stateOf(content), history.newest);
    },
    watch: (rpcUrl, postgres) => startWatched(chain, rpcUrl, patienceSeconds * 1_000, { postgres }),
    stop: () => chain.stop(),
  };
}

async function product(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-faults-"));
  const seed = process.env["KHIPU_TEST_SEED"] ?? String(Date.now());
  const app = await Product.start(folder, new Random(seed));
  const history = new ProductHistory(app);
  let indexers = 0;
  for (let i = 0; i < 30; i++) await app.act();
  return {
    chainUrl: app.url,
    client: app.client,
    act: () => app.act(),
    async isIndexed(apiUrl) {
      await history.record();
      return (await history.differencesAt(apiUrl).catch(() => ["no answer"])).length === 0;
    },
    watch(rpcUrl, postgres) {
      const logFile = join(folder, `indexer-${++indexers}.log`);
      return startProductIndexer(app, { postgres }, { logFile, rpcUrl, patienceSeconds });
    },
    async stop() {
      await app.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export const subjects = { "a small app": smallApp, "the product": product } as const;
