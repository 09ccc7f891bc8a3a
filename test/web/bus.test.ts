import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventMessage, LiveEvent } from "../../client/events.ts";
import type { ConnectionState, LiveClient, Sink } from "../../client/live.ts";
import { LiveBus } from "../../web/live/bus.ts";

function event(number: number, block = number, fork = "a"): LiveEvent {
  return {
    id: String(number).padStart(75, "0"),
    chainId: 1,
    blockNumber: String(block),
    blockHash: `0x${fork}${block}`,
    blockTimestamp: String(1_000 + block),
    transactionHash: `0xt${number}`,
    logIndex: 0,
    contract: "0xc",
    product: "savings",
    type: "DepositMade",
    actor: "0xme",
    account: "0xme",
    subject: null,
    args: { assets: "1" },
  };
}

function block(number: number) {
  return {
    number: String(number),
    hash: `0x${number}`,
    timestamp: String(1_000 + number),
    finality: "LATEST" as const,
  };
}

/** A client whose server is this test. */
class FakeServer {
  past: LiveEvent[] = [];
  down = false;
  queries = 0;
  sink: Sink<EventMessage> | undefined;
  onState: (state: ConnectionState) => void = () => undefined;

  readonly client: LiveClient = {
    subscribe: () => () => undefined,
    query: <Data>() => {
      this.queries++;
      return this.down
        ? Promise.reject(new Error("down"))
        : Promise.resolve({ events: { items: this.past } } as Data);
    },
    events: (_, sink) => {
      this.sink = sink;
      return () => undefined;
    },
    state: () => ({ status: "idle" }),
    close: () => undefined,
  };

  happens(happened: LiveEvent) {
    this.sink?.next({
      kind: "EVENT",
      cursor: "c",
      event: happened,
      block: block(Number(happened.blockNumber)),
    });
  }

  undoesAbove(number: number) {
    this.sink?.next({ kind: "UNDO", cursor: "c", event: null, block: block(number) });
  }
}

let server: FakeServer;
let bus: LiveBus;
const ids = () => bus.state().events.map(({ id }) => Number(id));

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  bus = new LiveBus(
    (onState) => {
      server.onState = onState;
      return server.client;
    },
    ["savings"],
  );
});

afterEach(() => {
  bus.close();
  vi.useRealTimers();
});

test("past and present meet without a gap or a duplicate, newest first", async () => {
  server.past = [event(3), event(2), event(1)];
  bus.open();
  server.happens(event(3));
  server.happens(event(4));
  await vi.waitUntil(() => bus.state().history === "loaded");
  expect(ids()).toEqual([4, 3, 2, 1]);
});

test("only what came while the page was open counts as arrived", async () => {
  server.past = [event(1)];
  bus.open();
  await vi.waitUntil(() => bus.state().history === "loaded");
  server.happens(event(2));
  expect([...bus.state().arrived].map(Number)).toEqual([2]);
});

test("it remembers the last fifty and forgets the rest", () => {
  bus.open();
  for (let number = 1; number <= 60; number++) server.happens(event(number));
  expect(ids()).toHaveLength(50);
  expect(ids()[0]).toBe(60);
  expect(bus.state().arrived.size).toBe(50);
});

test("listeners hear each event once", () => {
  const heard: number[] = [];
  bus.open();
  bus.onEvent(({ id }) => heard.push(Number(id)));
  server.happens(event(1));
  server.happens(event(1));
  expect(heard).toEqual([1]);
});

test("a reorganisation takes events back and tells whose transactions they were", () => {
  const heard: [string, boolean][] = [];
  bus.open();
  bus.onTransaction((hash, present) => heard.push([hash, present]));
  server.happens(event(1, 10));
  server.happens(event(2, 11));
  server.undoesAbove(10);
  expect(ids()).toEqual([1]);
  expect(heard).toEqual([
    ["0xt1", true],
    ["0xt2", true],
    ["0xt2", false],
  ]);
});

test("an event that comes back in another block under its old id is a new one", () => {
  bus.open();
  server.happens(event(1, 10, "a"));
  server.undoesAbove(9);
  server.happens(event(1, 10, "b"));
  expect(bus.state().events.map(({ blockHash }) => blockHash)).toEqual(["0xb10"]);
});

test("an unreachable index is said, and asked again when the connection stands", async () => {
  server.down = true;
  bus.open();
  await vi.waitUntil(() => bus.state().history === "unavailable");
  server.down = false;
  server.past = [event(1)];
  server.onState({ status: "open" });
  await vi.waitUntil(() => bus.state().history === "loaded");
  expect(ids()).toEqual([1]);
});

test("while nothing arrives live, it asks for news and passes them on", async () => {
  const heard: number[] = [];
  bus.open();
  bus.onEvent(({ id }) => heard.push(Number(id)));
  await vi.waitUntil(() => bus.state().history === "loaded");
  server.past = [event(1)];
  await vi.advanceTimersByTimeAsync(15_000);
  expect(heard).toEqual([1]);
});

test("while the connection stands, it asks for nothing", async () => {
  bus.open();
  await vi.waitUntil(() => bus.state().history === "loaded");
  server.onState({ status: "open" });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(server.queries).toBe(1);
});
