import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../scripts/local/random.ts";
import { startPostgres } from "../live/postgres.ts";
import { hasAnvil } from "../live/world.ts";
import { eachSeed, firstSeed, isDeep, runsOf } from "../seed.ts";
import { Poller } from "./poller.ts";
import { polled, type Polled, ProductHistory } from "./product-history.ts";
import { type ProductIndexer, startProductIndexer, type Store } from "./product-indexer.ts";
import { finalityBlocks, Product } from "./product.ts";

const runs = runsOf({ short: 1, deep: 10 });
const steps = isDeep ? 400 : 30;
/** How long an index may stand still before the watchdog acts; in operation it is longer. */
const patienceSeconds = 10;
/** A block that is gone before Ponder has read its logs: it asks for them for 64 seconds before it looks at the chain again. */
const patienceMs = 150_000;

async function live(seed: string): Promise<void> {
  const random = new Random(seed);
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-reorgs-"));
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const product = await Product.start(folder, random);
    stops.push(() => product.stop());
    const postgres = await startPostgres();
    stops.push(() => postgres.stop());
    /** One that has nothing yet. */
    const startIndexer = async (name: string, store: Store, isKilledInBatch = false) => {
      const indexer = await startProductIndexer(product, store, {
        logFile: join(folder, `${name}.log`),
        patienceSeconds,
        isKilledInBatch,
      });
      stops.push(() => indexer.stop());
      return indexer;
    };
    await play(product, random, {
      embedded: () => startIndexer("embedded", { folder: join(folder, "embedded") }),
      postgres: () => startIndexer("postgres", { postgres: postgres.url }),
      fresh: () => startIndexer("fresh", { folder: join(folder, "fresh") }, true),
    });
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true });
  }
}

async function play(
  product: Product,
  random: Random,
  start: Readonly<Record<"embedded" | "postgres" | "fresh", () => Promise<ProductIndexer>>>,
): Promise<void> {
  const history = new ProductHistory(product);
  await history.record();
  const embedded = await start.embedded();
  const postgres = await start.postgres();
  const both = [embedded, postgres];
  await Promise.all(both.map((indexer) => indexer.ready()));
  const poller = new Poller<Polled>(() => both.map(({ url }) => url), polled, 150);
  for (let step = 1; step <= steps; step++) {
    await takeStep(product, random);
    await history.record();
    if (step === Math.floor(steps / 2)) embedded.kill();
    // Ponder waits 25 seconds for the lock of one that was killed
    if (isDeep && step === Math.floor(steps / 3)) postgres.kill();
    if (random.between(1, 2) === 1) await poller.another();
  }

  const fresh = await start.fresh();
  await fresh.logged("SIGKILL");
  await fresh.logged("making it again from the chain");
  await fresh.ready();
  await history.untilEqualAt(
    [...both, fresh].map(({ url }) => url),
    patienceMs,
  );
  await poller.stop();
  for (const answer of poller.answers) history.assertHad(answer);
  expect(poller.count).toBeGreaterThan(steps / 2);
}

async function takeStep(product: Product, random: Random): Promise<void> {
  const dice = random.between(1, 100);
  if (dice <= 62) await product.act();
  else if (dice <= 66) await product.govern();
  else if (dice <= 70) await product.pass(random.between(1, 200));
  else if (dice <= 73) await product.endRound();
  else if (dice <= 80) await product.mine(random.between(1, 4));
  else await product.reorg(random.between(1, random.between(1, 3) === 1 ? finalityBlocks : 4));
}

describe.skipIf(!hasAnvil)("the product's index, under reorganisations as deep as finality", () => {
  test(
    `answers with nothing but states that the chain had, and ends as a fresh one does, killed or not (seed ${firstSeed})`,
    { timeout: 600_000 * runs },
    () => eachSeed(runs, live),
  );
});
