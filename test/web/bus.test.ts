import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  LiveError,
  type ConnectionState,
  type EventMessage,
  type Handlers,
  type LiveClient,
  type LiveEvent,
} from "../../packages/live-client/src/index.ts";
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
  /** Where the stream was last asked to go on from. */
  after: string | undefined;
  streams = 0;
  handlers: Handlers<EventMessage> | undefined;
  onState: (state: ConnectionState) => void = () => undefined;

  readonly #client = {
    query: () => {
      this.queries++;
      if (this.down) return Promise.reject(new Error("down"));
      const cursor = `behind ${this.past[0]?.blockNumber ?? "nothing"}`;
      const data = { of0: { items: this.past } };
      return Promise.resolve({ data, extensions: { checkpoint: { cursor } } });
    },
    events: ({ after }: { after?: string }, handlers: Handlers<EventMessage>) => {
      this.streams++;
      this.after = after;
      this.handlers = handlers;
      return () => {
        this.streams--;
      };
    },
    onState: (listener: (state: ConnectionState) => void) => {
      this.onState = listener;
    },
    close: () => undefined,
  };

  get client(): LiveClient {
    return this.#client as unknown as LiveClient;
  }

  happens(happened: LiveEvent) {
    this.handlers?.next({
      kind: "EVENT",
      cursor: "c",
      event: happened,
      block: block(Number(happened.blockNumber)),
    });
  }

  undoesAbove(number: number) {
    this.handlers?.next({ kind: "UNDO", cursor: "c", event: null, block: block(number) });
  }
}

let server: FakeServer;
let bus: LiveBus;
const ids = () => bus.state().events.map(({ id }) => Number(id));
const blocks = () => bus.state().events.map(({ blockHash }) => blockHash);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  bus = new LiveBus(server.client, ["savings"]);
});

afterEach(() => {
  bus.close();
  vi.useRealTimers();
});

async function open() {
  bus.open();
  await vi.waitUntil(() => bus.state().history !== "loading");
}

test("the stream goes on exactly where the past ends, newest first", async () => {
  server.past = [event(3), event(2), event(1)];
  await open();
  expect(server.after).toBe("behind 3");
  server.happens(event(4));
  expect(ids()).toEqual([4, 3, 2, 1]);
});

test("only what came while the page was open counts as arrived", async () => {
  server.past = [event(1)];
  await open();
  server.happens(event(2));
  expect([...bus.state().arrived].map(Number)).toEqual([2]);
});

test("it remembers the last fifty and forgets the rest", async () => {
  await open();
  for (let number = 1; number <= 60; number++) server.happens(event(number));
  expect(ids()).toHaveLength(50);
  expect(ids()[0]).toBe(60);
  expect(bus.state().arrived.size).toBe(50);
});

test("listeners hear each event once", async () => {
  const heard: number[] = [];
  await open();
  bus.onEvent(({ id }) => heard.push(Number(id)));
  server.happens(event(1));
  server.happens(event(1));
  expect(heard).toEqual([1]);
});

test("a reorganisation takes events back and tells whose transactions they were", async () => {
  const heard: [string, boolean][] = [];
  await open();
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

test("an event that comes back in another block under its old id is a new one", async () => {
  await open();
  server.happens(event(1, 10, "a"));
  server.undoesAbove(9);
  server.happens(event(1, 10, "b"));
  expect(blocks()).toEqual(["0xb10"]);
});

test("a past that was read before a reorganisation leaves no ghosts when it arrives behind it", async () => {
  server.down = true;
  await open();
  server.down = false;
  server.past = [event(2, 11, "a"), event(1, 10, "a")];
  server.onState({ status: "open" });
  server.undoesAbove(10);
  server.happens(event(2, 11, "b"));
  await vi.waitUntil(() => bus.state().history === "loaded");
  // the new stream begins behind block 11 of the dead fork, and says so
  expect(server.after).toBe("behind 11");
  expect(server.streams).toBe(1);
  server.undoesAbove(10);
  server.happens(event(2, 11, "b"));
  expect(blocks()).toEqual(["0xb11", "0xa10"]);
});

test("what a reorganisation took while the socket was down is gone after the next look, also for those who wait for a transaction", async () => {
  server.past = [event(2, 11, "a"), event(1, 10)];
  await open();
  const heard: [string, boolean][] = [];
  bus.onTransaction((hash, present) => heard.push([hash, present]));
  server.past = [event(3, 11, "b"), event(1, 10)];
  await vi.advanceTimersByTimeAsync(15_000);
  expect(ids()).toEqual([3, 1]);
  expect(bus.has("0xt2")).toBe(false);
  expect(heard).toEqual([
    ["0xt2", false],
    ["0xt3", true],
  ]);
  expect(server.after).toBe("behind 11");
});

test("an unreachable index is said, what happens meanwhile is shown, and the past is asked for when the connection stands", async () => {
  server.down = true;
  await open();
  expect(bus.state().history).toBe("unavailable");
  server.happens(event(7));
  expect(ids()).toEqual([7]);
  server.down = false;
  server.past = [event(7), event(1)];
  server.onState({ status: "open" });
  await vi.waitUntil(() => bus.state().history === "loaded");
  expect(ids()).toEqual([7, 1]);
});

test("a stream that the server ends is begun anew from the past", async () => {
  await open();
  server.handlers?.error?.(LiveError.of("CURSOR_MALFORMED", "No."));
  expect(bus.state().history).toBe("unavailable");
  server.past = [event(1)];
  await vi.advanceTimersByTimeAsync(15_000);
  expect(ids()).toEqual([1]);
});

test("while nothing arrives live, it asks for news and passes them on", async () => {
  const heard: number[] = [];
  await open();
  bus.onEvent(({ id }) => heard.push(Number(id)));
  server.past = [event(1)];
  await vi.advanceTimersByTimeAsync(15_000);
  expect(heard).toEqual([1]);
});

test("while the connection stands, it asks for nothing", async () => {
  await open();
  server.onState({ status: "open" });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(server.queries).toBe(1);
});
