import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createLiveClient,
  memoryCursorStore,
  type Answer,
  type EventMessage,
  type Handlers,
  type LiveClient,
  type LiveError,
} from "../../packages/live-client/src/index.ts";
import { startFakeServer, type FakeConnection, type FakeServer } from "./fake-server.ts";

let server: FakeServer;
let client: LiveClient;
const uncaught = vi.fn();

beforeEach(async () => {
  vi.stubGlobal("reportError", uncaught);
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = await startFakeServer();
  client = createLiveClient({ url: server.url });
});

afterEach(async () => {
  client.close();
  await server.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  uncaught.mockReset();
});

const ignore = { next: () => undefined };

async function settle(connection: FakeConnection): Promise<void> {
  connection.say({ type: "ping" });
  expect(await connection.hear()).toEqual({ type: "pong" });
}

function block(cursor: string): { events: EventMessage } {
  const ref = { number: "1", hash: "0x", timestamp: "1", finality: "LATEST" } as const;
  return { events: { kind: "BLOCK", cursor, event: null, block: ref } };
}

/** A handler whose messages wait until the test lets them through. */
function gate() {
  const handled: string[] = [];
  const waiting: { cursor: string; pass: (failure?: Error) => void }[] = [];
  const error = vi.fn<(error: LiveError) => void>();
  const complete = vi.fn();
  const told = vi.fn();
  const handlers: Handlers<EventMessage> = {
    next: ({ cursor }) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({
          cursor,
          pass(failure) {
            waiting.shift();
            if (failure) reject(failure);
            else {
              handled.push(cursor);
              resolve();
            }
          },
        });
      }),
    error,
    complete,
    waiting: told,
  };
  const begun = (cursor: string) =>
    vi.waitUntil(() => waiting[0]?.cursor === cursor && waiting[0], { interval: 5 });
  return { handlers, waiting, handled, error, complete, told, begun };
}

describe("a handler", () => {
  test("is given one message after the other, and the cursor moves behind it", async () => {
    const store = memoryCursorStore();
    const { handlers, waiting, begun } = gate();
    client.events({ store }, handlers);
    const connection = await server.connection();
    const { id } = await connection.greet();
    for (const cursor of ["c1", "c2"]) connection.next(id, block(cursor));
    await settle(connection);
    expect(waiting).toHaveLength(1);
    expect(store.load()).toBeUndefined();
    (await begun("c1")).pass();
    const second = await begun("c2");
    expect(store.load()).toBe("c1");
    second.pass();
    await vi.waitFor(() => {
      expect(store.load()).toBe("c2");
    });
  });

  test("that fails ends its subscription, and the cursor stays before its message", async () => {
    const store = memoryCursorStore("c0");
    const { handlers, waiting, error, begun } = gate();
    client.events({ store }, handlers);
    const connection = await server.connection();
    const { id, payload } = await connection.greet();
    expect(payload).toMatchObject({ variables: { after: "c0" } });
    for (const cursor of ["c1", "c2"]) connection.next(id, block(cursor));
    const failure = new Error("The database is full.");
    (await begun("c1")).pass(failure);
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(
        expect.objectContaining({ code: "HANDLER_FAILED", cause: failure }),
      );
    });
    expect(await connection.hear()).toEqual({ id, type: "complete" });
    expect(waiting).toHaveLength(0);
    expect(store.load()).toBe("c0");
  });

  test("that throws is the same", async () => {
    const error = vi.fn<(error: LiveError) => void>();
    const next = vi.fn(() => {
      throw new Error("No.");
    });
    client.events({}, { next, error });
    const connection = await server.connection();
    const { id } = await connection.greet();
    for (const cursor of ["c1", "c2"]) connection.next(id, block(cursor));
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(expect.objectContaining({ code: "HANDLER_FAILED" }));
    });
    expect(next).toHaveBeenCalledOnce();
  });

  test("that may try again gets the same message until it is handled, then the next", async () => {
    const { handlers, handled, told, begun } = gate();
    client.events({ onThrow: "retry" }, handlers);
    const connection = await server.connection();
    const { id } = await connection.greet();
    for (const cursor of ["c1", "c2"]) connection.next(id, block(cursor));
    (await begun("c1")).pass(new Error("Not yet."));
    (await begun("c1")).pass();
    (await begun("c2")).pass();
    expect(handled).toEqual(["c1", "c2"]);
    expect(told).toHaveBeenCalledWith(
      expect.objectContaining({ code: "HANDLER_FAILED" }),
      expect.any(Number),
    );
  });

  test("hears nothing twice when the connection is lost while it works: the stream goes on behind what has arrived", async () => {
    const { handlers, handled, begun } = gate();
    client.events({ where: { type: ["A"] } }, handlers);
    const first = await server.connection();
    const { id } = await first.greet();
    for (const cursor of ["c1", "c2"]) first.next(id, block(cursor));
    await begun("c1");
    await settle(first);
    first.close(1012);
    const second = await server.connection();
    const again = await second.greet();
    expect(again.payload).toMatchObject({ variables: { where: { type: ["A"] }, after: "c2" } });
    second.next(again.id, block("c3"));
    for (const cursor of ["c1", "c2", "c3"]) (await begun(cursor)).pass();
    expect(handled).toEqual(["c1", "c2", "c3"]);
  });

  test("that is too slow leaves what it cannot take to the server, and goes on from there", async () => {
    const { handlers, begun, handled } = gate();
    client.events({}, handlers);
    const connection = await server.connection();
    const { id } = await connection.greet();
    for (let i = 1; i <= 1_100; i++) connection.next(id, block(`c${i}`));
    expect(await connection.hear()).toEqual({ id, type: "complete" });
    for (let i = 1; i <= 1_001; i++) (await begun(`c${i}`)).pass();
    expect(await connection.hear()).toMatchObject({
      type: "subscribe",
      payload: { variables: { after: "c1001" } },
    });
    expect(handled).toHaveLength(1_001);
  });

  test("of a live query gets the newest answer when there are several", async () => {
    const seen: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    client.live(
      "{ a }",
      {},
      {
        next: async ({ data }) => {
          seen.push(data);
          await promise;
        },
      },
    );
    const connection = await server.connection();
    const { id, payload } = await connection.greet();
    expect(payload).toMatchObject({ query: "subscription { a }" });
    for (const a of [1, 2, 3]) connection.next(id, { a });
    await settle(connection);
    resolve(undefined);
    await vi.waitFor(() => {
      expect(seen).toEqual([{ a: 1 }, { a: 3 }]);
    });
  });

  test("may end its own subscription, or all, or begin another", async () => {
    const later = vi.fn();
    const next = vi.fn(() => {
      end();
      client.subscribe("subscription { b }", {}, { next: later });
    });
    const end = client.events({}, { next });
    const connection = await server.connection();
    const { id } = await connection.greet();
    for (const cursor of ["c1", "c2"]) connection.next(id, block(cursor));
    expect(await connection.hear()).toEqual({ id, type: "complete" });
    const other = await connection.hear();
    expect(other).toMatchObject({ type: "subscribe", payload: { query: "subscription { b }" } });
    connection.next(other.id, { b: 1 });
    await vi.waitFor(() => {
      expect(later).toHaveBeenCalledOnce();
    });
    expect(next).toHaveBeenCalledOnce();
  });
});

describe("a subscription", () => {
  test("that the server refuses is told of it, and nobody else is", async () => {
    const others = vi.fn();
    const error = vi.fn();
    client.subscribe("subscription { b }", {}, { ...ignore, error: others });
    client.subscribe("subscription { a }", {}, { ...ignore, error });
    const connection = await server.connection();
    await connection.greet();
    connection.refuse((await connection.hear()).id, { code: "CURSOR_MALFORMED" });
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(
        expect.objectContaining({ code: "CURSOR_MALFORMED", message: "No.", isRetryable: false }),
      );
    });
    expect(others).not.toHaveBeenCalled();
  });

  test("that nobody listens to for errors is reported to the platform when it is refused", async () => {
    client.subscribe("subscription { a }", {}, ignore);
    const connection = await server.connection();
    connection.refuse((await connection.greet()).id, { code: "BAD_FILTER" });
    await vi.waitFor(() => {
      expect(uncaught).toHaveBeenCalledWith(expect.objectContaining({ code: "BAD_FILTER" }));
    });
  });

  test("whose handler of errors throws harms nobody", async () => {
    const failure = new Error("So does this.");
    const error = vi.fn(() => {
      throw failure;
    });
    const last = vi.fn();
    client.subscribe("subscription { a }", {}, { ...ignore, error });
    client.subscribe("subscription { b }", {}, { ...ignore, error: last });
    (await server.connection()).close(4403);
    await vi.waitFor(() => {
      expect(last).toHaveBeenCalled();
    });
    expect(uncaught).toHaveBeenCalledWith(failure);
  });

  test.each([0, 0.01, 2 ** 40, undefined])(
    "that may be tried again after %s seconds is, politely, and is told",
    async (retryAfter) => {
      const told = vi.fn();
      const error = vi.fn();
      client.subscribe("subscription { a }", {}, { ...ignore, error, waiting: told });
      const connection = await server.connection();
      const { id } = await connection.greet();
      const start = Date.now();
      connection.refuse(id, { code: "NOT_READY", retryAfter });
      await vi.waitFor(() => {
        expect(told).toHaveBeenCalledWith(
          expect.objectContaining({ code: "NOT_READY", isRetryable: true }),
          expect.any(Number),
        );
      });
      const wait = (told.mock.calls[0]?.[1] as number) - start;
      expect(wait).toBeGreaterThanOrEqual(500);
      expect(wait).toBeLessThan(3_700_000);
      expect(error).not.toHaveBeenCalled();
      if (wait > 10_000) return;
      expect(await connection.hear()).toMatchObject({ type: "subscribe" });
      expect(Date.now() - start).toBeGreaterThanOrEqual(490);
    },
  );

  test("ends when its function is called or its signal says so, and hears nothing more", async () => {
    const next = vi.fn();
    const controller = new AbortController();
    const end = client.subscribe("subscription { a }", {}, { next });
    client.subscribe("subscription { b }", { signal: controller.signal }, { next });
    const connection = await server.connection();
    const { id } = await connection.greet();
    const other = (await connection.hear()).id;
    end();
    expect(await connection.hear()).toEqual({ id, type: "complete" });
    controller.abort();
    expect(await connection.hear()).toEqual({ id: other, type: "complete" });
    connection.next(id, {});
    connection.next(other, {});
    await settle(connection);
    expect(next).not.toHaveBeenCalled();
  });

  test("of a closed client is an error, but not before it has begun", async () => {
    client.close();
    const error = vi.fn();
    client.subscribe("subscription { a }", {}, { ...ignore, error });
    expect(error).not.toHaveBeenCalled();
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(expect.objectContaining({ code: "CLOSED" }));
    });
  });

  test("that is too large or cannot be sent is refused, and no other is harmed", async () => {
    const error = vi.fn<(error: LiveError) => void>();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    const account = Array.from({ length: 1_600 }, () => `0x${"11".repeat(20)}`);
    client.events({ where: { account } }, { ...ignore, error });
    expect(client.state.status).toBe("idle");
    client.subscribe("subscription { a }", { variables: circle }, { ...ignore, error });
    client.subscribe("subscription { b }", { variables: { id: 10n ** 20n } }, ignore);
    const connection = await server.connection();
    expect(await connection.greet()).toMatchObject({
      payload: { query: "subscription { b }", variables: { id: "100000000000000000000" } },
    });
    await vi.waitFor(() => {
      expect(error.mock.calls.map(([{ code }]) => code)).toEqual([
        "OPERATION_TOO_LARGE",
        "BAD_REQUEST",
      ]);
    });
  });

  test("lives on when one of its answers is an error", async () => {
    const answers: Answer<unknown>[] = [];
    client.live("{ a }", {}, { next: (answer) => answers.push(answer) });
    const connection = await server.connection();
    const { id } = await connection.greet();
    const errors = [{ message: "The database is away.", extensions: { code: "INTERNAL" } }];
    connection.say({ id, type: "next", payload: { data: null, errors } });
    connection.say({ id, type: "next", payload: { data: { a: 1 }, extensions: { x: 1 } } });
    await vi.waitFor(() => {
      expect(answers).toMatchObject([
        { error: { code: "INTERNAL" } },
        { data: { a: 1 }, extensions: { x: 1 } },
      ]);
    });
  });

  test("of events ends when an answer is no message, since one may be missing", async () => {
    const error = vi.fn();
    client.events({}, { ...ignore, error });
    const connection = await server.connection();
    connection.next((await connection.greet()).id, { events: null });
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(expect.objectContaining({ code: "BAD_ANSWER" }));
    });
  });

  test("of one's own is taken up again as its `resume` says", async () => {
    client.subscribe<{ events: { cursor: string } }>(
      "subscription ($after: String) { events(after: $after) { cursor } }",
      { resume: ({ events }) => ({ after: events.cursor }) },
      ignore,
    );
    const first = await server.connection();
    first.next((await first.greet()).id, { events: { cursor: "c1" } });
    await settle(first);
    first.close(1012);
    expect((await (await server.connection()).greet()).payload).toMatchObject({
      variables: { after: "c1" },
    });
  });

  test("sends the hash of a document instead of its text where the server knows it", async () => {
    const hashing = createLiveClient({ url: server.url, persisted: () => "abc" });
    hashing.subscribe("subscription { a }", {}, ignore);
    expect((await (await server.connection()).greet()).payload).toEqual({
      variables: {},
      extensions: { persistedQuery: { version: 1, sha256Hash: "abc" } },
    });
    hashing.close();
  });
});

describe("a loop over a subscription", () => {
  test("gets each message, counts it as handled when it asks for the next, and ends it when it is left", async () => {
    const store = memoryCursorStore();
    const served = (async () => {
      const connection = await server.connection();
      const { id } = await connection.greet();
      for (const cursor of ["c1", "c2", "c3"]) connection.next(id, block(cursor));
      return { connection, id };
    })();
    const seen: string[] = [];
    for await (const { cursor } of client.events({ store })) {
      seen.push(cursor);
      if (cursor === "c2") break;
    }
    const { connection, id } = await served;
    expect(await connection.hear()).toEqual({ id, type: "complete" });
    expect(seen).toEqual(["c1", "c2"]);
    expect(store.load()).toBe("c1");
  });

  test("throws what ends the subscription", async () => {
    const stream = client.subscribe("subscription { a }");
    const next = stream.next();
    const connection = await server.connection();
    connection.refuse((await connection.greet()).id, { code: "BAD_FILTER" });
    await expect(next).rejects.toMatchObject({ code: "BAD_FILTER" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("throws the reason of its signal, also while it waits", async () => {
    const controller = new AbortController();
    const next = client.events({ signal: controller.signal }).next();
    await (await server.connection()).greet();
    controller.abort(new Error("Enough."));
    await expect(next).rejects.toThrow("Enough.");
  });

  test("ends when the client is closed or the stream is returned, also while it waits", async () => {
    const [one, other] = [client.events(), client.events()];
    const waiting = [one.next(), other.next()];
    await (await server.connection()).greet();
    await one.return?.();
    client.close();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  test("connects nothing until it is begun", async () => {
    client.events();
    await Promise.resolve();
    expect(client.state.status).toBe("idle");
  });
});
