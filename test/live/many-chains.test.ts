import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";
import { startPostgres } from "./postgres.ts";
import { openRawSocket } from "./raw-socket.ts";
import { gist, openStream } from "./stream.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

const untilFinal = 35;

interface Freshness {
  readonly isFresh: boolean;
  readonly chains: readonly {
    readonly chainId: number;
    readonly chainHead: string;
    readonly head: { readonly number: string };
  }[];
}

const databases = {
  "in the embedded database": () => Promise.resolve(undefined),
  "in PostgreSQL": startPostgres,
};

describe.skipIf(!hasAnvil).each(Object.entries(databases))(
  "two chains %s",
  (name, startDatabase) => {
    let chain: Chain;
    let streamed: Chain;
    let indexer: Indexer;
    let client: LiveClient;
    const stops: (() => Promise<unknown>)[] = [];
    let room = 700;

    beforeAll(async () => {
      const postgres = await startDatabase();
      if (postgres) stops.push(() => postgres.stop());
      chain = await startChain();
      stops.push(() => chain.stop());
      streamed = await startChain(31338);
      stops.push(() => streamed.stop());
      indexer = await startIndexer(chain, {
        second: streamed,
        environment: { FIXTURE_STREAMED: String(streamed.id) },
        ...(postgres && { postgres: postgres.url }),
      });
      stops.push(() => indexer.stop());
      client = createLiveClient({ url: indexer.url });
    });

    afterAll(async () => {
      client.close();
      for (const stop of stops.toReversed()) await stop();
    });

    async function watch(id: number) {
      const socket = await openRawSocket(indexer.url);
      const query =
        "subscription ($id: String!, $chain: Int!) { room(chainId: $chain, id: $id) { value } }";
      socket.subscribe("1", query, { id: String(id), chain: chain.id });
      return {
        next: async () => ((await socket.next()).payload as { data: unknown }).data,
        close: socket.close,
      };
    }

    test("a reorganisation of one takes back nothing of the other, final or not", async () => {
      const where = { subject: [String(++room)] };
      const latest = openStream(client, { where });
      const final = openStream(client, { where, finality: "FINALIZED" });
      await latest.next();
      await final.next();
      const last = 6;
      for (let value = 0; value < last; value++) {
        await chain.note(room, value);
        await streamed.note(room, value);
        await latest.until((message) => gist(message) === `EVENT ${value}`);
        await streamed.mine(value % 2 ? untilFinal : 1);
        await chain.reorg(1);
        await chain.note(room, 100 + value);
      }
      await streamed.note(room, last);
      await streamed.mine(untilFinal);
      const kinds = (said: readonly { kind: string }[]) => new Set(said.map(({ kind }) => kind));
      const said = await latest.until((message) => gist(message) === `EVENT ${last}`);
      expect(kinds(said)).toEqual(new Set(["BLOCK", "EVENT"]));
      const settled = await final.until((message) => gist(message) === `EVENT ${last}`);
      expect(settled.map(gist).filter((text) => text !== "BLOCK")).toEqual(
        Array.from({ length: last + 1 }, (_, value) => `EVENT ${value}`),
      );
      latest.close();
      final.close();
    });

    test("a live query over the one that is not streamed goes back when that one does", async () => {
      const live = await watch(++room);
      expect(await live.next()).toEqual({ room: null });
      await chain.note(room, 1);
      expect(await live.next()).toEqual({ room: { value: "1" } });
      await chain.note(room, 2);
      expect(await live.next()).toEqual({ room: { value: "2" } });
      await chain.reorg(1);
      expect(await live.next()).toEqual({ room: { value: "1" } });
      live.close();
    });

    test(
      "are both as their chains are after reorganisations at the same time",
      { timeout: 240_000 },
      async () => {
        const both = [chain, streamed];
        room++;
        const latest = openStream(client, { where: { subject: [String(room)] } });
        const other = await watch(room);
        await latest.next();
        await other.next();
        for (let value = 0; value < 5; value++) {
          await Promise.all(both.map((one) => one.note(room, 2 * value)));
          await Promise.all(both.map((one) => one.note(room, 2 * value + 1)));
          // a block that is gone before Ponder has read its logs keeps it for a minute
          await latest.until((message) => gist(message) === `EVENT ${2 * value + 1}`);
          while (JSON.stringify(await other.next()) !== `{"room":{"value":"${2 * value + 1}"}}`);
          await Promise.all(both.map((one) => one.reorg(1 + (value % 2))));
        }
        latest.close();
        other.close();
        await Promise.all(both.map((one) => one.note(room, 1_000)));
        const notes = await Promise.all(
          both.map(
            async ({ client, address }) =>
              (await client.getLogs({ address, fromBlock: 0n })).length,
          ),
        );
        const counts = async (): Promise<unknown> => {
          const fields = both.map(
            ({ id }) =>
              `c${id}: events(where: { chainId: ${id} }) { totalCount } r${id}: room(chainId: ${id}, id: "${room}") { value }`,
          );
          const response = await fetch(indexer.url, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ query: `{ ${fields.join(" ")} }` }),
          });
          return ((await response.json()) as { data: unknown }).data;
        };
        const countsLater = async (): Promise<unknown> => {
          // Ponder takes in the block that shows it a reorganisation when it hears of the next one
          await Promise.all(both.map((one) => one.mine(1)));
          return counts();
        };
        await expect.poll(countsLater, { timeout: 120_000, interval: 1_000 }).toEqual(
          Object.fromEntries(
            both.flatMap(({ id }, place) => [
              [`c${id}`, { totalCount: notes[place] }],
              [`r${id}`, { value: "1000" }],
            ]),
          ),
        );
      },
    );

    test("each have a row of their own for whoever watches", async () => {
      const heads = [await chain.client.getBlockNumber(), await streamed.client.getBlockNumber()];
      const base = new URL(indexer.url).origin;
      const fresh = async (): Promise<Freshness> =>
        (await (await fetch(`${base}/live/fresh?seconds=1000000`)).json()) as Freshness;
      const rows = [chain, streamed].map(({ id }, place) => ({
        chainId: id,
        head: { number: String(heads[place]) },
        isFresh: true,
        isOrphaned: false,
      }));
      await expect.poll(fresh, { timeout: 60_000 }).toMatchObject({ isFresh: true, chains: rows });
      for (const { chainHead, head } of (await fresh()).chains) {
        expect(Number(chainHead)).toBeGreaterThanOrEqual(Number(head.number));
      }
      const metrics = await (await fetch(`${base}/metrics`)).text();
      for (const name of ["head_block", "head_age_seconds", "chain_head_block", "orphaned"]) {
        for (const of of ["anvil", "second"]) {
          expect(metrics).toMatch(new RegExp(`^live_${name}\\{chain="${of}"\\} \\d`, "m"));
        }
      }
    });
  },
);
