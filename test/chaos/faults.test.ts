import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres, type Postgres } from "../live/postgres.ts";
import { hasAnvil } from "../live/world.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { patienceSeconds, type Subject, subjects } from "./subjects.ts";
import type { Watched } from "./watched.ts";

/** Being killed takes half a minute to recover from, so it is not for every day; nor is all of it once more. */
const isDeep = process.env["KHIPU_PROPERTIES"] === "deep";
const tried: [string, () => Promise<Subject>][] = isDeep
  ? Object.entries(subjects)
  : [["a small app", subjects["a small app"]]];
/** After kill -9 Ponder waits this long for a lock in PostgreSQL that nobody will release. */
const lockMs = 25_000;

describe.skipIf(!hasAnvil).each(tried)(
  "an indexer of %s under a watchdog, on PostgreSQL",
  (_, start) => {
    let postgres: Postgres;
    let subject: Subject;
    let proxy: Proxy;
    let indexer: Watched;

    beforeAll(async () => {
      postgres = await startPostgres();
      subject = await start();
      proxy = await startProxy(subject.chainUrl);
      indexer = await subject.watch(proxy.url, postgres.url);
    });

    afterAll(async () => {
      await indexer.stop();
      proxy.stop();
      await subject.stop();
      await postgres.stop();
    });

    const isUp = async (): Promise<boolean> =>
      fetch(new URL("/health", indexer.url)).then(
        ({ ok }) => ok,
        () => false,
      );

    /** Waits until the index is what the chain's logs say, while the chain goes on; gives the seconds. */
    async function recovered(withinMs: number): Promise<number> {
      const start = performance.now();
      const deadline = start + withinMs;
      for (;;) {
        await subject.act();
        const soon = performance.now() + 1_000;
        do {
          if (await subject.isIndexed(indexer.url)) return (performance.now() - start) / 1_000;
          if (performance.now() > deadline) {
            throw new Error(`Not recovered after ${withinMs} ms. ${indexer.said.join(" ")}`);
          }
          await setTimeout(50);
        } while (performance.now() < soon);
      }
    }

    test.runIf(isDeep)("is killed while it reads old blocks", async () => {
      await expect.poll(isUp, { timeout: 30_000 }).toBe(true);
      indexer.kill();
      await recovered(lockMs + 20_000);
    });

    test.runIf(isDeep)("is killed while it follows", async () => {
      await subject.act();
      indexer.kill();
      await recovered(lockMs + 20_000);
      expect(indexer.said.at(-1)).toContain("SIGKILL");
    });

    test("loses the chain's node, which comes back", async () => {
      await recovered(60_000);
      await proxy.outage(async () => {
        for (let i = 0; i < 3; i++) await subject.act();
        await setTimeout(3_000);
      });
      await recovered(45_000);
      await expect.poll(() => indexer.said.at(-1), { timeout: 10_000 }).toContain("WebSocket");
      await recovered(45_000);
    });

    test("has a node whose head goes backwards", async () => {
      const snapshot = await subject.client.snapshot();
      await subject.act();
      await subject.act();
      await recovered(10_000);
      await subject.client.revert({ id: snapshot });
      await recovered(20_000);
    });

    test("has a WebSocket that goes quiet without closing", async () => {
      proxy.hush();
      await recovered(patienceSeconds * 1_000 + 45_000);
      expect(indexer.said.at(-1)).toContain("stood at block");
    });

    test("loses its database, which comes back", async () => {
      await postgres.outage(async () => {
        await subject.act();
        await setTimeout(2_000);
      });
      await recovered(lockMs + 40_000);
    });

    test("has in the end what a fresh index has", async () => {
      await recovered(10_000);
      const fresh = await subject.watch(subject.chainUrl, await postgres.createDatabase("fresh"));
      const isEqual = async (): Promise<boolean> => {
        // what is newest when an indexer starts comes with the next block
        await subject.act();
        return (await subject.isIndexed(fresh.url)) && (await subject.isIndexed(indexer.url));
      };
      await expect.poll(isEqual, { timeout: 60_000, interval: 500 }).toBe(true);
      await fresh.stop();
    });
  },
);
