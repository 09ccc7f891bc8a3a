import type { ExecutionResult } from "graphql";
import { describe, expect, test, vi } from "vitest";
import { encodeCursor, decodeCursor } from "../../indexer/live/stream/cursor.ts";
import { startFeed } from "../../indexer/live/stream/feed.ts";
import type { Moves } from "../../indexer/live/stream/heads.ts";
import { compileFilter } from "../../indexer/live/stream/filter.ts";
import { Hub } from "../../indexer/live/stream/hub.ts";
import { LiveQueries, type LiveQueryOperation } from "../../indexer/live/queries/live-queries.ts";
import type { EventMessage, Sink } from "../../indexer/live/stream/message.ts";
import { readSettings } from "../../indexer/live/settings.ts";
import { newStats } from "../../indexer/live/health/stats.ts";
import { Visitor } from "../../indexer/live/limits/visitor.ts";
import { Random } from "../../scripts/local/random.ts";
import { FakeLog } from "./fake-log.ts";

const limits = readSettings({});
const wanted = () => true;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function outletOf(said: unknown[]): Sink {
  return {
    next: (encoded) => said.push(JSON.parse(encoded.json)),
    fail: (error) => said.push(error),
    drained: () => undefined,
  };
}

describe("live queries", () => {
  const operation: LiveQueryOperation = {
    key: "the same",
    query: {
      document: { kind: "Document", definitions: [] } as never,
      operationName: undefined,
      variables: {},
    },
    reads: undefined,
  };

  test("are not forgotten with one that was asked before and fails", async () => {
    const runs: PromiseWithResolvers<ExecutionResult>[] = [];
    const queries = new LiveQueries(() => {
      const run = Promise.withResolvers<ExecutionResult>();
      runs.push(run);
      return run.promise;
    }, limits);
    const leave = queries.subscribe(operation, outletOf([]), new Visitor(limits));
    await turn();
    leave();
    const heard: unknown[] = [];
    queries.subscribe(operation, outletOf(heard), new Visitor(limits));
    await turn();
    runs[0]?.reject(new Error("the first one's"));
    runs[1]?.resolve({ data: { value: 1 } });
    await turn();
    queries.changed(undefined);
    await turn();
    runs[2]?.resolve({ data: { value: 2 } });
    await turn();
    expect(heard).toEqual([{ data: { value: 1 } }, { data: { value: 2 } }]);
    expect(queries.size).toBe(1);
  });

  test("are a number for each address, whoever else asks the same", () => {
    const few = { maxLiveQueries: 10, maxLiveQueriesPerAddress: 1 };
    const queries = new LiveQueries(() => new Promise(() => undefined), few);
    const visitor = new Visitor(limits);
    const subscribe = (key: string, by: Visitor) =>
      queries.subscribe({ ...operation, key }, outletOf([]), by);
    const leave = subscribe("a", visitor);
    subscribe("a", visitor);
    expect(() => subscribe("b", visitor)).toThrow("different live queries");
    subscribe("b", new Visitor(limits));
    leave();
    expect(() => subscribe("b", visitor)).toThrow("different live queries");
  });
});

describe("what live queries hear of", () => {
  const quiet = { hasMoved: false, hasReverted: false };

  /** What they are told within a second in which this is found, and so many notifications of a table come. */
  async function toldOf(moves: Moves, notifications = 0): Promise<unknown[]> {
    vi.useFakeTimers();
    const told: unknown[] = [];
    let notify: (tables: readonly string[] | undefined) => void = () => undefined;
    const stop = startFeed(
      { onChange: (listener) => (notify = listener) },
      { look: () => Promise.resolve(moves) },
      { head: { number: 1, timestamp: 1 }, advance: () => Promise.resolve({ added: [] }) },
      { changed: (tables) => told.push(tables && [...tables]) },
      { onReady: () => undefined, onDelivered: () => undefined, onError: () => undefined },
    );
    for (let i = 0; i < notifications; i++) notify(["saver"]);
    await vi.advanceTimersByTimeAsync(notifications > 0 ? 0 : 1_000);
    stop();
    vi.useRealTimers();
    return told;
  }

  test("is what is notified", async () => {
    const tables = ["saver", "_ponder_checkpoint"];
    expect(await toldOf({ ...quiet, hasMoved: true }, 1)).toEqual([tables]);
  });

  test("is a head that moves while nobody notifies, as of a writer that fills in or a silent connection", async () => {
    expect(await toldOf({ ...quiet, hasMoved: true })).toEqual([undefined]);
  });

  test("is that rows are taken back, on any chain", async () => {
    expect(await toldOf({ ...quiet, hasReverted: true })).toEqual([undefined]);
  });

  test("is nothing while nothing happens", async () => {
    expect(await toldOf(quiet)).toEqual([]);
  });
});

describe("an event stream from now on", () => {
  test("takes back nothing that it was never sent", async () => {
    const log = new FakeLog(new Random("from now on"));
    while (log.events.length < 3) log.grow();
    const hub = new Hub(log, { ...limits, maxProjectionsPerAddress: 1 }, newStats());
    await hub.advance();
    const projection = {
      key: "kind",
      encode: ({ kind, event }: EventMessage) => JSON.stringify([kind, event?.id ?? null]),
    };
    const request = {
      projection,
      filter: compileFilter({}, {}, (_, __, value) => value),
      finality: "LATEST" as const,
    };
    const fromNow: unknown[] = [];
    const fromStart: unknown[] = [];
    const visitor = new Visitor(limits);
    await hub.subscribe({ ...request, after: undefined }, outletOf(fromNow), visitor, wanted);
    await hub.subscribe({ ...request, after: "" }, outletOf(fromStart), visitor, wanted);
    for (let i = 0; i < 5; i++) await turn();
    const before = log.events.length;
    while (log.events.length === before) log.fork();
    await hub.advance();
    const undone = (said: unknown[]) =>
      said.filter((message) => (message as string[])[0] === "UNDO");
    expect(undone(fromStart).length).toBe(before - log.events.length);
    expect(undone(fromNow)).toEqual([]);
  });
});

describe("a cursor", () => {
  const mark = (number: number) => ({ number, timestamp: number, hash: "ab".repeat(6) });
  const cursor = (ancestors: number) => ({
    chainId: 1,
    position: "",
    block: mark(1_000),
    ancestors: Array.from({ length: ancestors }, (_, place) => mark(999 - place)),
  });

  test("may name as many earlier blocks as any chain needs, and no more", () => {
    expect(decodeCursor(encodeCursor(cursor(64))).ancestors).toHaveLength(64);
    expect(() => decodeCursor(encodeCursor(cursor(65)))).toThrow("not a cursor");
  });
});
