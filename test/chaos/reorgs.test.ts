import { describe, expect, test } from "vitest";
import { finalities } from "../../indexer/live/stream/message.ts";
import { Random } from "../../scripts/local/random.ts";
import type { Answer } from "../indexer/api.ts";
import { startPostgres } from "../live/postgres.ts";
import {
  hasAnvil,
  startChain,
  startIndexer,
  type Indexer,
  type IndexerOptions,
} from "../live/world.ts";
import { eachSeed, firstSeed, isDeep, runsOf } from "../seed.ts";
import { contentAt } from "./content.ts";
import { Follower, transports } from "./follower.ts";
import { History } from "./history.ts";
import { Poller } from "./poller.ts";

const runs = runsOf({ short: 1, deep: 20 });
const steps = isDeep ? 60 : 25;
/** Blocks that Ponder waits on this chain before it calls one final. */
const finalityBlocks = 30;
/** A block that is gone before Ponder has read its logs: it asks for them for 64 seconds before it looks at the chain again. */
const patienceMs = 120_000;

const polled = `{
  rooms(limit: 1000) { items { id value notes } }
  events(limit: 1, orderBy: "id", orderDirection: "desc") { totalCount items { blockHash } }
}`;

interface Polled {
  readonly rooms: { readonly items: readonly { id: string; value: string; notes: number }[] };
  readonly events: {
    readonly totalCount: number;
    readonly items: readonly { blockHash: string }[];
  };
}

interface Store {
  readonly options: IndexerOptions;
  /** Servers beside the one that indexes; they can be killed at any time. */
  readonly servers: number;
  close(): Promise<void>;
}

const stores: Readonly<Record<string, () => Promise<Store>>> = {
  PGlite: () => Promise.resolve({ options: {}, servers: 0, close: () => Promise.resolve() }),
  async PostgreSQL() {
    const postgres = await startPostgres();
    return { options: { postgres: postgres.url }, servers: 1, close: () => postgres.stop() };
  },
};

async function live(seed: string, open: () => Promise<Store>): Promise<void> {
  const random = new Random(seed);
  const store = await open();
  const chain = await startChain();
  await chain.mine(finalityBlocks + 5);
  const history = new History(chain);
  await history.record();
  const writer = await startIndexer(chain, store.options);
  const servers: Indexer[] = [];
  for (let i = 0; i < store.servers; i++) {
    servers.push(await startIndexer(chain, { ...store.options, command: "serve" }));
  }
  const urls = (): string[] => [writer, ...servers].map(({ url }) => url);
  const nextPlace = () => ({ url: random.oneOf(urls()), transport: random.oneOf(transports) });
  const followers = [...finalities, ...finalities].map(
    (finality) => new Follower(finality, nextPlace),
  );
  const poller = new Poller<Polled>(urls, polled);

  for (let step = 0; step < steps; step++) {
    const action = random.fraction();
    const room = random.between(0, 4);
    if (action < 0.35) await chain.note(room, step);
    else if (action < 0.45) await chain.burst(room, random.between(1, 4));
    else if (action < 0.6) await chain.mine(random.between(1, 4));
    else if (action < 0.8)
      await chain.reorg(random.between(1, random.chance(0.7) ? 4 : finalityBlocks));
    else if (action < 0.95 || servers.length === 0) random.oneOf(followers).disconnect();
    else {
      const index = random.between(0, servers.length - 1);
      const server = servers[index];
      await server?.stop(random.chance(0.5) ? "SIGKILL" : "SIGTERM");
      if (server) servers[index] = await server.again();
    }
    await history.record();
    if (random.chance(0.5)) await poller.another();
  }

  // A quiet end: all becomes final.
  await chain.mine(2 * finalityBlocks + 1);
  await history.record();
  const isEqual = ({ events }: Follower): boolean => events.join() === history.newest.events.join();
  const patience = AbortSignal.timeout(patienceMs);
  while (
    !followers.every(isEqual) &&
    !followers.some(({ broken }) => broken) &&
    !patience.aborted
  ) {
    await chain.mine(1);
    await poller.another();
  }
  await poller.stop();
  for (const follower of followers) {
    await follower.stop();
    if (follower.broken) throw follower.broken;
    const { finality, losses, events } = follower;
    expect(events, [finality, ...losses].join("\n")).toEqual(history.newest.events);
  }
  for (const answer of poller.answers) assertHad(history, answer);
  expect(poller.count).toBeGreaterThan(steps);

  await history.record();
  const fresh = await startIndexer(chain, { ...store.options, schema: "fresh" });
  expect(await contentAt(writer.url)).toEqual(await contentAt(fresh.url));
  for (const indexer of [fresh, ...servers, writer]) await indexer.stop();
  await chain.stop();
  await store.close();
}

/** Fails unless an answer was, in itself, one state that the chain has had. */
function assertHad(history: History, { data, extensions }: Answer<Polled>): void {
  const { block, lastEvent } = extensions.checkpoint;
  const state = history.at(lastEvent.hash);
  if (!state) throw new Error(`The chain never had a block ${lastEvent.hash} with events.`);
  const rooms = data.rooms.items.map(({ id, value, notes }) => [id, { value, notes }] as const);
  expect(Object.fromEntries(rooms)).toEqual(state.rooms);
  expect(data.events.totalCount).toBe(state.events.length);
  if (state.events.length > 0) expect(data.events.items[0]?.blockHash).toBe(lastEvent.hash);
  expect(BigInt(block.number)).toBeGreaterThanOrEqual(BigInt(lastEvent.number));
}

describe.skipIf(!hasAnvil).each(Object.entries(stores))(
  "on %s, under reorganisations as deep as finality",
  (_, open) => {
    test(
      `clients end equal to the chain, each answer is a state that it had, and the index is as a fresh one (seed ${firstSeed})`,
      { timeout: 400_000 * runs },
      () => eachSeed(runs, (seed) => live(seed, open)),
    );
  },
);
