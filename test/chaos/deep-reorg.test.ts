import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type Postgres } from "../live/postgres.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "../live/world.ts";
import { contentAt, stateOf } from "./content.ts";
import { History } from "./history.ts";

/** Ponder calls a block of this chain final once it has so many above it, twice over. */
const untilFinal = 70;

describe.skipIf(!hasAnvil)("a reorganisation deeper than finality", () => {
  let postgres: Postgres;
  let chain: Chain;
  let indexer: Indexer;

  beforeAll(async () => {
    postgres = await startPostgres();
    chain = await startChain();
    indexer = await startIndexer(chain, { postgres: postgres.url });
  });

  afterAll(async () => {
    await indexer.stop();
    await chain.stop();
    await postgres.stop();
  });

  const status = async (path: string): Promise<number> =>
    (await fetch(new URL(path, indexer.url))).status;

  test("is an alarm, and the index is not ready any more", async () => {
    await chain.note(1, 1);
    for (let i = 0; i < untilFinal; i++) await chain.mine(1);
    const isFinal = async (): Promise<boolean> => {
      const metrics = await (await fetch(new URL("/live/fresh", indexer.url))).text();
      return metrics.includes(
        `"head":{"number":"${await chain.client.getBlockNumber({ cacheTime: 0 })}"`,
      );
    };
    await expect.poll(isFinal, { timeout: 15_000 }).toBe(true);
    expect(await status("/ready")).toBe(200);

    const alarm = indexer.line((line) => line.includes("no longer on the chain"));
    await chain.reorg(untilFinal + 1);
    await chain.note(1, 2);
    await alarm;

    expect(await status("/ready")).toBe(503);
    expect(await status("/live/fresh?seconds=1000000")).toBe(503);
    const metrics = await (await fetch(new URL("/metrics", indexer.url))).text();
    expect(metrics).toMatch(/^live_orphaned\{chain="anvil"\} 1$/m);
    expect(metrics).toMatch(/^live_chain_head_block\{chain="anvil"\} \d+$/m);
  });

  test("is mended by indexing anew beside it, while the old servers go on answering", async () => {
    // not only another schema: the database also remembers the blocks that it has read
    const database = await postgres.createDatabase("anew");
    const anew = await startIndexer(chain, { postgres: database });
    // what is newest when an indexer starts comes with the next block
    await chain.mine(1);
    const history = new History(chain);
    await history.record();
    const state = async () => {
      const content = await contentAt(anew.url);
      return content && stateOf(content);
    };
    await expect.poll(state, { timeout: 15_000 }).toEqual(history.newest);
    expect((await fetch(new URL("/ready", anew.url))).status).toBe(200);
    expect(await contentAt(indexer.url)).toBeDefined();
    await anew.stop();
  });
});
