import { isDeepStrictEqual } from "node:util";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type Postgres } from "../live/postgres.ts";
import { hasAnvil, startChain, startIndexer, type Chain } from "../live/world.ts";
import { isDeep } from "../seed.ts";
import { contentAt, stateOf } from "./content.ts";
import { History } from "./history.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { startWatched, type Watched } from "./watched.ts";

/** How long an index may stand still before the watchdog acts; in operation it is longer. */
const patienceMs = 5_000;
/** After kill -9 Ponder waits this long for a lock in PostgreSQL that nobody will release. */
const lockMs = 25_000;

describe.skipIf(!hasAnvil)("an indexer under a watchdog, on PostgreSQL", () => {
  let postgres: Postgres;
  let chain: Chain;
  let proxy: Proxy;
  let history: History;
  let indexer: Watched;
  let value = 0;

  beforeAll(async () => {
    postgres = await startPostgres();
    chain = await startChain();
    proxy = await startProxy(chain.url);
    history = new History(chain);
    for (let i = 0; i < 150; i++) await chain.burst(i % 7, 5);
    indexer = await startWatched(chain, proxy.url, patienceMs, { postgres: postgres.url });
  });

  afterAll(async () => {
    await indexer.stop();
    proxy.stop();
    await chain.stop();
    await postgres.stop();
  });

  const note = () => chain.note(value % 7, ++value);

  /** Waits until the index is what the chain's logs say, while the chain goes on; gives the seconds. */
  async function recovered(withinMs: number): Promise<number> {
    const start = performance.now();
    const deadline = start + withinMs;
    for (;;) {
      await note();
      await history.record();
      const soon = performance.now() + 1_000;
      while (performance.now() < soon) {
        const content = await contentAt(indexer.url);
        if (content && isDeepStrictEqual(stateOf(content), history.newest)) {
          return (performance.now() - start) / 1_000;
        }
        if (performance.now() > deadline) {
          throw new Error(`Not recovered after ${withinMs} ms. ${indexer.said.join(" ")}`);
        }
        await setTimeout(50);
      }
    }
  }

  // being killed takes half a minute to recover from, so it is not for every day
  test.runIf(isDeep)("is killed while it reads old blocks", async () => {
    await expect.poll(() => contentAt(indexer.url), { timeout: 30_000 }).toBeDefined();
    indexer.kill();
    await recovered(lockMs + 20_000);
  });

  test.runIf(isDeep)("is killed while it follows", async () => {
    await note();
    indexer.kill();
    await recovered(lockMs + 20_000);
    expect(indexer.said.at(-1)).toContain("SIGKILL");
  });

  test("loses the chain's node, which comes back", async () => {
    await recovered(60_000);
    await proxy.outage(async () => {
      for (let i = 0; i < 3; i++) await note();
      await setTimeout(3_000);
    });
    await recovered(45_000);
    await expect.poll(() => indexer.said.at(-1), { timeout: 10_000 }).toContain("WebSocket");
    await recovered(45_000);
  });

  test("has a node whose head goes backwards", async () => {
    const snapshot = await chain.client.snapshot();
    await note();
    await note();
    await recovered(10_000);
    await chain.client.revert({ id: snapshot });
    await history.record();
    await recovered(20_000);
  });

  test("has a WebSocket that goes quiet without closing", async () => {
    proxy.hush();
    await recovered(patienceMs + 45_000);
    expect(indexer.said.at(-1)).toContain("stood at block");
  });

  test("loses its database, which comes back", async () => {
    await postgres.outage(async () => {
      await note();
      await setTimeout(2_000);
    });
    await recovered(lockMs + 40_000);
  });

  test("has in the end what a fresh index has", async () => {
    await recovered(10_000);
    const fresh = await startIndexer(chain, { postgres: postgres.url, schema: "fresh" });
    // what is newest when an indexer starts comes with the next block
    await chain.mine(1);
    // what is not final yet comes a moment after the rest
    await expect
      .poll(
        async () => isDeepStrictEqual(await contentAt(fresh.url), await contentAt(indexer.url)),
        {
          timeout: 10_000,
        },
      )
      .toBe(true);
    await fresh.stop();
  });
});
