import { describe, expect, test } from "vitest";
import { compileFilter, passes, type Filter } from "../../indexer/live/stream/filter.ts";
import { Hub } from "../../indexer/live/stream/hub.ts";
import {
  finalities,
  type EventMessage,
  type Finality,
  type Sink,
  type Projection,
} from "../../indexer/live/stream/message.ts";
import { readSettings } from "../../indexer/live/settings.ts";
import { newStats } from "../../indexer/live/health/stats.ts";
import { Visitor } from "../../indexer/live/limits/visitor.ts";
import { Random } from "../../scripts/local/random.ts";
import { eachSeed, firstSeed, runsOf } from "../seed.ts";
import { FakeLog, rooms } from "./fake-log.ts";

const runs = runsOf({ short: 150, deep: 5_000 });
const safeBlocks = 2;
const limits = readSettings({});

interface SaidEvent {
  readonly id: string;
  readonly blockHash: string;
  readonly blockNumber: string;
}

interface Said {
  readonly kind: EventMessage["kind"];
  readonly cursor: string;
  readonly event: SaidEvent | null;
  readonly block: EventMessage["block"];
}

const projection: Projection = {
  key: "everything",
  encode: (message) =>
    JSON.stringify(
      { kind: message.kind, cursor: message.cursor, event: message.event, block: message.block },
      (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
    ),
};

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A client that believes every message and nothing else, and comes back with its last cursor. */
class Reader {
  readonly finality: Finality;
  readonly filter: Filter;
  readonly kept: SaidEvent[] = [];
  /** What should never have happened to it. */
  broken: unknown;
  #cursor = "";
  #stop: (() => void) | undefined;
  #connection = 0;
  readonly #random: Random;

  constructor(finality: Finality, filter: Filter, random: Random) {
    this.finality = finality;
    this.filter = filter;
    this.#random = random;
  }

  disconnect(): void {
    this.#connection++;
    this.#stop?.();
    this.#stop = undefined;
  }

  async connect(hub: Hub): Promise<void> {
    this.disconnect();
    const connection = this.#connection;
    const isWanted = (): boolean => connection === this.#connection;
    const sink: Sink = {
      next: (encoded) => {
        if (!isWanted()) return;
        try {
          this.#hear(JSON.parse(encoded.json) as Said);
        } catch (error) {
          this.broken ??= error;
        }
      },
      fail: (error) => {
        this.broken = error;
      },
      drained: () => (this.#random.chance(0.3) ? turn() : undefined),
    };
    const request = {
      projection,
      filter: this.filter,
      finality: this.finality,
      after: this.#cursor,
    };
    try {
      const stop = await hub.subscribe(request, sink, new Visitor(limits), isWanted);
      if (isWanted()) this.#stop = stop;
      else stop();
    } catch (error) {
      const code = (error as { extensions?: { code: string } }).extensions?.code;
      // The server is behind: this reader comes again.
      if (code !== "CURSOR_AHEAD" && code !== "NOT_READY") this.broken = error;
    }
  }

  #hear(message: Said): void {
    this.#cursor = message.cursor;
    if (message.kind === "UNDO") {
      expect(this.finality).not.toBe("FINALIZED");
      while (Number(this.kept.at(-1)?.blockNumber) > Number(message.block.number)) this.kept.pop();
    } else if (message.kind === "EVENT" && message.event) {
      const last = this.kept.at(-1);
      expect(last === undefined || last.id < message.event.id).toBe(true);
      this.kept.push(message.event);
    }
  }
}

async function live(seed: string): Promise<void> {
  const random = new Random(seed);
  const log = new FakeLog(random);
  const settings = {
    safeBlocks,
    maxProjectionsPerAddress: 10,
    recentEvents: random.oneOf([0, 3, 50]),
    pageSize: random.oneOf([1, 2, 100]),
  };
  const newHub = (): Hub => new Hub(log, settings, newStats());
  const hubs = [newHub(), newHub()];
  const advancing = new Map<Hub, Promise<unknown>>();
  const advance = (hub: Hub): void => {
    if (advancing.has(hub)) return;
    const done = hub.advance().finally(() => advancing.delete(hub));
    advancing.set(hub, done);
  };
  const readers = finalities.flatMap((finality) =>
    [{}, { room: [random.oneOf(rooms)] }].map(
      (where) =>
        new Reader(
          finality,
          compileFilter(where, { room: ["subject"] }, (_, value) => value),
          random,
        ),
    ),
  );

  for (let step = 0; step < 120; step++) {
    const action = random.fraction();
    if (action < 0.3) log.grow();
    else if (action < 0.4) log.fork();
    else if (action < 0.45) log.finalize();
    else if (action < 0.65) advance(random.oneOf(hubs));
    else if (action < 0.67) hubs[random.between(0, hubs.length - 1)] = newHub();
    else if (action < 0.8) void random.oneOf(readers).connect(random.oneOf(hubs));
    else if (action < 0.85) random.oneOf(readers).disconnect();
    else await turn();
  }

  // In the end the chain is quiet and longer than it ever was, and everybody gets to hear the rest.
  while (log.head <= log.highest) log.grow();
  const [hub = newHub()] = hubs;
  await advancing.get(hub);
  await hub.advance();
  await hub.advance();
  await Promise.all(readers.map((reader) => reader.connect(hub)));
  for (let i = 0; i < 200; i++) await turn();

  for (const { finality, filter, kept, broken } of readers) {
    if (broken !== undefined) throw broken as Error;
    const reach = {
      LATEST: Infinity,
      SAFE: Math.max(log.finalized, log.head - safeBlocks),
      FINALIZED: log.finalized,
    }[finality];
    const expected = log.events.filter(
      (event) => Number(event.blockNumber) <= reach && passes(filter, event),
    );
    const names = (events: readonly { id: string; blockHash: string }[]): string[] =>
      events.map(({ id, blockHash }) => `${id} ${blockHash}`);
    expect(names(kept), `${finality} ${filter.key}`).toEqual(names(expected));
  }
}

describe("a client that only applies messages", () => {
  test(
    `ends equal to the chain, whatever forks, restarts and disconnects (seed ${firstSeed})`,
    { timeout: 120_000 + runs * 100 },
    () => eachSeed(runs, live),
  );
});
