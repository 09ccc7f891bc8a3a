import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { Random } from "../../scripts/local/random.ts";
import { rowsOf, tableNames } from "../indexer/api-tables.ts";
import { apiAt } from "../indexer/api.ts";
import { byContent } from "../indexer/by-content.ts";
import type { Row } from "../indexer/oracle/row.ts";
import { startPostgres } from "../live/postgres.ts";
import { hasAnvil } from "../live/world.ts";
import { Poller } from "./poller.ts";
import { polled, type Polled, ProductHistory } from "./product-history.ts";
import { type ProductIndexer, startProductIndexer } from "./product-indexer.ts";
import { finalityBlocks, Product } from "./product.ts";

const isDeep = process.env["KHIPU_PROPERTIES"] === "deep";
const runs = isDeep ? 10 : 1;
const steps = isDeep ? 400 : 50;
const firstSeed = process.env["KHIPU_TEST_SEED"] ?? String(Date.now());
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
    /** One index in the embedded database and one in PostgreSQL, each with nothing in it yet. */
    const startBoth = async (name: string): Promise<readonly ProductIndexer[]> => {
      const stores = [
        { folder: join(folder, name) },
        { postgres: await postgres.createDatabase(name) },
      ];
      const both = await Promise.all(
        stores.map((store, place) =>
          startProductIndexer(product, store, join(folder, `${name}-${place}.log`)),
        ),
      );
      stops.push(() => Promise.all(both.map((indexer) => indexer.stop())));
      return both;
    };
    await play(product, random, startBoth);
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true });
  }
}

async function play(
  product: Product,
  random: Random,
  startBoth: (name: string) => Promise<readonly ProductIndexer[]>,
): Promise<void> {
  const history = new ProductHistory(product);
  await history.record();
  const followers = await startBoth("following");
  const poller = new Poller<Polled>(() => followers.map(({ url }) => url), polled);
  for (let step = 0; step < steps; step++) {
    await takeStep(product, random);
    await history.record();
    if (random.between(1, 2) === 1) await poller.another();
  }
  const fresh = await startBoth("fresh");
  for (const { url } of [...followers, ...fresh]) await untilEqual(url, history, product);
  await poller.stop();
  for (const answer of poller.answers) history.assertHad(answer);
  expect(poller.count).toBeGreaterThan(steps);
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

/** Resolves when an index has in every table what the oracle makes of the chain's logs. */
async function untilEqual(url: string, history: ProductHistory, product: Product): Promise<void> {
  const differing = async (): Promise<string[]> => {
    // what is newest when an indexer starts, or comes back to the chain, comes with the next block
    await product.mine(1);
    await history.record();
    const expected = history.newest;
    const differences: string[] = [];
    for (const table of tableNames()) {
      const rows = await rowsOf(apiAt(url), table);
      if (!isDeepStrictEqual(sorted(rows), sorted(expected[table] ?? []))) differences.push(table);
    }
    return differences;
  };
  await expect.poll(differing, { timeout: patienceMs, interval: 500 }).toEqual([]);
}

function sorted(rows: readonly Row[]): Row[] {
  return rows.toSorted(byContent);
}

describe.skipIf(!hasAnvil)("the product's index, under reorganisations as deep as finality", () => {
  test(
    `answers with nothing but states that the chain had, and ends as the chain's logs say and as a fresh one (seed ${firstSeed})`,
    { timeout: 600_000 * runs },
    async () => {
      for (let run = 0; run < runs; run++) {
        const seed = run === 0 ? firstSeed : `${firstSeed} ${run}`;
        await live(seed).catch((error: unknown) => {
          throw new Error(`KHIPU_TEST_SEED="${seed}" shows this again.`, { cause: error });
        });
      }
    },
  );
});
