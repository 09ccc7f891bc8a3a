import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../scripts/local/random.ts";
import { startPostgres, type Postgres } from "../live/postgres.ts";
import { hasAnvil } from "../live/world.ts";
import { firstSeed, isDeep } from "../seed.ts";
import { ProductHistory } from "./product-history.ts";
import { type ProductIndexer, startProductIndexer, type Store } from "./product-indexer.ts";
import { Product } from "./product.ts";
import { startProxy, type Proxy } from "./proxy.ts";

/** How long an index may stand still before the watchdog acts; in operation it is longer. */
const patienceSeconds = 5;
/** After kill -9 Ponder waits this long for a lock in PostgreSQL that nobody will release. */
const lockMs = 25_000;

describe.skipIf(!hasAnvil)(
  `the product's index in PostgreSQL and in PGlite, under a watchdog (seed ${firstSeed})`,
  () => {
    let folder: string;
    let postgres: Postgres;
    let product: Product;
    let history: ProductHistory;
    let proxy: Proxy;
    let indexers: ProductIndexer[] = [];

    /** One that has nothing yet. */
    const startIndexer = (name: string, store: Store, isKilledInBatch = false) =>
      startProductIndexer(product, store, {
        logFile: join(folder, `${name}.log`),
        rpcUrl: proxy.url,
        patienceSeconds,
        isKilledInBatch,
      });

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "khipuvault-faults-"));
      postgres = await startPostgres();
      product = await Product.start(folder, new Random(firstSeed));
      history = new ProductHistory(product);
      proxy = await startProxy(product.url);
      await happen(30);
      indexers = [
        await startIndexer("postgres", { postgres: postgres.url }),
        await startIndexer("embedded", { folder: join(folder, "embedded") }),
      ];
    });

    afterAll(async () => {
      await stopAll();
      proxy.stop();
      await product.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true });
    });

    async function stopAll(): Promise<void> {
      for (const indexer of indexers) await indexer.stop();
    }

    async function happen(actions: number): Promise<void> {
      for (let i = 0; i < actions; i++) await product.act();
    }

    /** Resolves when the indexes are what the chain's logs say, while the chain goes on. */
    const recovered = (withinMs: number) =>
      history.untilEqualAt(
        indexers.map(({ url }) => url),
        withinMs,
      );

    const allLogged = (words: string) =>
      Promise.all(indexers.map((indexer) => indexer.logged(words)));

    test("is what the chain's logs say", () => recovered(90_000));

    test("loses the chain's node, which comes back", async () => {
      await proxy.outage(async () => {
        await happen(3);
        await setTimeout(3_000);
      });
      await allLogged("WebSocket was away");
      await recovered(45_000);
    });

    test("has a node whose head goes backwards", async () => {
      const id = await product.client.snapshot();
      await happen(3);
      await recovered(10_000);
      await product.client.revert({ id });
      await happen(1);
      await recovered(20_000);
    });

    // nobody notices at once, so this takes half a minute and is not for every day
    test.runIf(isDeep)("has a WebSocket that goes quiet without closing", async () => {
      proxy.hush();
      await happen(3);
      await allLogged("stood at block");
      await recovered(patienceSeconds * 1_000 + 45_000);
    });

    test("was unlocked each time that the watchdog ended it", () => {
      for (const { log } of indexers) expect(log).not.toContain("Schema is locked");
    });

    test("loses PostgreSQL, which comes back", async () => {
      await postgres.outage(async () => {
        await happen(3);
        await setTimeout(2_000);
      });
      await recovered(lockMs + 40_000);
    });

    // nor are kills, from which PostgreSQL takes as long to recover
    test.runIf(isDeep)("is killed while it follows", async () => {
      await happen(3);
      for (const indexer of indexers) indexer.kill();
      await happen(3);
      await recovered(lockMs + 20_000);
    });

    test.runIf(isDeep)("is killed in the middle of a batch of old blocks", async () => {
      await stopAll();
      const database = await postgres.createDatabase("killed");
      indexers = [
        await startIndexer("killed-postgres", { postgres: database }, true),
        await startIndexer("killed-embedded", { folder: join(folder, "killed") }, true),
      ];
      await allLogged("SIGKILL");
      await recovered(lockMs + 20_000);
    });

    test.runIf(isDeep)("has in the end what a fresh index has", async () => {
      indexers.push(await startIndexer("fresh", { folder: join(folder, "fresh") }));
      await recovered(60_000);
    });
  },
);
