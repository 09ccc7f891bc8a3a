import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createLiveClient,
  type ConnectionState,
  type LiveClient,
  type LiveClientOptions,
  type LiveError,
} from "../../packages/live-client/src/index.ts";
import { startFakeServer, type FakeConnection, type FakeServer } from "./fake-server.ts";

let server: FakeServer;
let client: LiveClient;
let states: ConnectionState[];

const statuses = (): string[] => states.map(({ status }) => status);

/** Listens to errors that nobody else does, as a platform does. */
const uncaught = vi.fn();

function use(options: Partial<LiveClientOptions> = {}): void {
  states = [];
  client = createLiveClient({ url: server.url, ...options });
  client.onState((state) => states.push(state));
}

function subscribe(document: string) {
  const error = vi.fn<(error: LiveError) => void>();
  const next = vi.fn();
  const end = client.subscribe(document, {}, { next, error });
  return { next, error, end };
}

beforeEach(async () => {
  vi.stubGlobal("reportError", uncaught);
  // no waiting between attempts
  vi.spyOn(Math, "random").mockReturnValue(0);
  server = await startFakeServer();
  use();
});

afterEach(async () => {
  client.close();
  await server.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  uncaught.mockReset();
});

/** A round trip: what was said before has been heard. */
async function settle(connection: FakeConnection): Promise<void> {
  connection.say({ type: "ping" });
  expect(await connection.hear()).toEqual({ type: "pong" });
}

async function messages(connection: FakeConnection, count: number) {
  const heard = [];
  for (let i = 0; i < count; i++) heard.push(await connection.hear());
  return heard;
}

describe("a connection", () => {
  test("is made only once something is subscribed, and is shared", async () => {
    expect(client.state).toEqual({ status: "idle" });
    subscribe("subscription { a }");
    const connection = await server.connection();
    expect(await connection.greet({ number: "7", timestamp: "70" })).toMatchObject({
      id: "1",
      type: "subscribe",
      payload: { query: "subscription { a }" },
    });
    subscribe("subscription { b }");
    expect(await connection.hear()).toMatchObject({ id: "2", type: "subscribe" });
    expect(server.open).toBe(1);
    expect(statuses()).toEqual(["connecting", "open"]);
    expect(client.state).toEqual({ status: "open", head: { number: "7", timestamp: "70" } });
  });

  test("asks for its parameters again each time, also where they take a while, and waits where they fail", async () => {
    client.close();
    let token = 0;
    const connectionParams = vi.fn(async () => {
      if (++token === 2) throw new Error("No token today.");
      return Promise.resolve({ token });
    });
    use({ connectionParams });
    subscribe("subscription { a }");
    const first = await server.connection();
    expect(await first.acknowledge()).toEqual({ type: "connection_init", payload: { token: 1 } });
    first.close(1012);
    const second = await server.connection();
    expect(await second.hear()).toEqual({ type: "connection_init", payload: { token: 3 } });
    expect(states).toContainEqual(
      expect.objectContaining({
        status: "waiting",
        reason: expect.stringContaining("No token") as string,
      }),
    );
  });

  test("that is lost is told with code, reason, attempt and time", async () => {
    subscribe("subscription { a }");
    (await server.connection()).close(1013, "Too slow.");
    await vi.waitFor(() => {
      expect(states).toContainEqual({
        status: "waiting",
        attempt: 1,
        retryAt: expect.any(Number) as number,
        code: 1013,
        reason: "Too slow.",
      });
    });
  });

  test("to a server that is full or refuses this origin is tried again, ever more slowly, and says what it may be", async () => {
    client.close();
    let attempts = 0;
    const refusing = createServer().listen(0, "127.0.0.1");
    refusing.on("upgrade", (_, socket) => {
      attempts++;
      socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    });
    await once(refusing, "listening");
    use({ url: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/graphql` });
    subscribe("subscription { a }");
    await vi.waitFor(() => {
      expect(attempts).toBeGreaterThan(2);
    });
    expect(client.state).toMatchObject({
      attempt: expect.any(Number) as number,
    });
    expect(states).toContainEqual(
      expect.objectContaining({
        status: "waiting",
        attempt: 2,
        reason: expect.stringMatching(/full/) as string,
      }),
    );
    client.close();
    refusing.close();
  });

  test("that is acknowledged and then closed does not begin its back-off again", async () => {
    subscribe("subscription { a }");
    for (let attempt = 1; attempt <= 3; attempt++) {
      const connection = await server.connection();
      await connection.greet();
      connection.close(1013);
      await vi.waitFor(() => {
        expect(states).toContainEqual(expect.objectContaining({ status: "waiting", attempt }));
      });
    }
    const connection = await server.connection();
    connection.next((await connection.greet()).id, { a: 1 });
    await settle(connection);
    states.length = 0;
    connection.close(1013);
    await vi.waitFor(() => {
      expect(states[0]).toMatchObject({ status: "waiting", attempt: 1 });
    });
  });

  test("is made again anywhere within a window that doubles, and that the server may name", async () => {
    const waits: number[] = [];
    vi.mocked(Math.random).mockReturnValue(0.999);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    client.onState((state) => {
      if (state.status === "waiting") waits.push(state.retryAt - Date.now());
    });
    subscribe("subscription { a }");
    for (let attempt = 0; attempt < 7; attempt++) {
      const connection = await server.connection();
      if (attempt === 6) {
        await connection.acknowledge({ reconnectWindow: 60_000 });
        await connection.hear();
      }
      connection.close(1012);
      await vi.waitFor(() => {
        expect(waits).toHaveLength(attempt + 1);
      });
      await vi.advanceTimersByTimeAsync(120_000);
    }
    expect(waits.map((wait) => Math.round(wait / 1_000))).toEqual([1, 2, 4, 8, 16, 30, 60]);
    vi.useRealTimers();
  });

  test("is made again at once when it is asked for, and when the browser comes online", async () => {
    const online = new EventTarget();
    vi.stubGlobal("addEventListener", online.addEventListener.bind(online));
    vi.stubGlobal("removeEventListener", online.removeEventListener.bind(online));
    vi.mocked(Math.random).mockReturnValue(1);
    subscribe("subscription { a }");
    (await server.connection()).close(1012);
    await vi.waitFor(() => {
      expect(client.state.status).toBe("waiting");
    });
    online.dispatchEvent(new Event("online"));
    const second = await server.connection();
    await second.greet();
    const isClosed = second.closed;
    client.reconnect();
    await isClosed;
    expect(await (await server.connection()).greet()).toMatchObject({ type: "subscribe" });
  });

  test("starts each operation once, whatever is subscribed while its state is told, and however often it is acknowledged", async () => {
    client.onState(({ status }) => {
      if (status === "open") subscribe("subscription { b }");
    });
    subscribe("subscription { a }");
    const connection = await server.connection();
    await connection.acknowledge();
    connection.say({ type: "connection_ack" });
    expect((await messages(connection, 2)).map(({ payload }) => payload)).toMatchObject([
      { query: "subscription { a }" },
      { query: "subscription { b }" },
    ]);
    await settle(connection);
    expect(client.state.status).toBe("open");
  });

  test("stays closed when a listener closes it, whatever it hears", async () => {
    for (const status of ["connecting", "open", "waiting"]) {
      use();
      client.onState((state) => {
        if (state.status === status) client.close();
      });
      subscribe("subscription { a }");
      if (status !== "connecting") {
        const connection = await server.connection();
        await connection.acknowledge();
        if (status === "waiting") connection.close(1012);
      }
      await vi.waitFor(() => {
        expect(statuses().at(-1)).toBe("closed");
      });
      await vi.waitFor(() => {
        expect(server.open).toBe(0);
      });
      expect(statuses().filter((each) => each === "closed")).toHaveLength(1);
    }
  });

  test("is given up when a listener ends the last operation", async () => {
    const { end } = subscribe("subscription { a }");
    client.onState(({ status }) => {
      if (status === "waiting") end();
    });
    (await server.connection()).close(1012);
    await vi.waitFor(() => {
      expect(statuses()).toEqual(["connecting", "waiting", "idle"]);
    });
  });

  test("tells every listener, whatever another one throws", async () => {
    const failure = new Error("A listener failed.");
    const last = vi.fn();
    client.onState(() => {
      throw failure;
    });
    client.onState(last);
    subscribe("subscription { a }");
    await vi.waitFor(() => {
      expect(last).toHaveBeenCalled();
    });
    expect(uncaught).toHaveBeenCalledWith(failure);
  });

  test.each([
    ["is not JSON", "<html>"],
    ["is null", "null"],
    ["is no object", "7"],
    ["is binary", Buffer.from("{}")],
    ["is of no known type", `{"type":"hello"}`],
    ["has no id", `{"type":"next","payload":{}}`],
    ["has no payload", `{"type":"next","id":"1"}`],
    ["has errors that are none", `{"type":"error","id":"1","payload":"no"}`],
  ])("that sends what %s is closed with 4400, which is told, and made again", async (_, data) => {
    subscribe("subscription { a }");
    const connection = await server.connection();
    await connection.greet();
    const closed = connection.closed;
    connection.sayRaw(data);
    expect(await closed).toBe(4400);
    expect(await (await server.connection()).greet()).toMatchObject({ type: "subscribe" });
    expect(states).toContainEqual(expect.objectContaining({ status: "waiting", code: 4400 }));
    expect(uncaught).not.toHaveBeenCalled();
  });

  test.each([4401, 4403, 4406, 4429])(
    "that is refused with %i is refused for good",
    async (code) => {
      const { error } = subscribe("subscription { a }");
      (await server.connection()).close(code, "Not you.");
      await vi.waitFor(() => {
        expect(error).toHaveBeenCalledWith(
          expect.objectContaining({
            code: "CONNECTION_REFUSED",
            status: code,
            message: "Not you.",
            isRetryable: false,
          }),
        );
      });
      expect(client.state).toEqual({ status: "closed", code, reason: "Not you." });
    },
  );

  test.each([1002, 1003, 1007, 1009, 4400, 4409])(
    "that ends with %i because of one operation of many loses that one only, which is told",
    async (code) => {
      client.close();
      await server.stop();
      server = await startFakeServer({ on: "bad", code });
      use();
      const healthy = [subscribe("subscription { a }")];
      const first = await server.connection();
      await first.greet();
      await settle(first);
      const bad = subscribe("subscription { bad }");
      healthy.push(subscribe("subscription { b }"), subscribe("subscription { c }"));
      // the second one is to find out which it was
      await (await server.connection()).acknowledge();
      const last = await server.connection();
      await last.acknowledge();
      const heard = await messages(last, 3);
      expect(heard.map(({ payload }) => (payload as { query: string }).query)).toEqual([
        "subscription { a }",
        "subscription { b }",
        "subscription { c }",
      ]);
      expect(bad.error).toHaveBeenCalledOnce();
      expect(bad.error.mock.calls[0]?.[0]).toMatchObject({
        code: code === 1009 ? "OPERATION_TOO_LARGE" : "BAD_REQUEST",
        status: code,
        message: "I choke on this.",
      });
      expect(states.filter(({ status }) => status === "waiting").length).toBeLessThanOrEqual(2);
      for (const { error } of healthy) expect(error).not.toHaveBeenCalled();
    },
  );

  test("that says nothing at all is given up after a while", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    subscribe("subscription { a }");
    const connection = await server.connection();
    await connection.hear();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(states).toContainEqual(
      expect.objectContaining({ status: "waiting", reason: "The server has gone quiet." }),
    );
    vi.useRealTimers();
  });

  test("is not flooded: what is subscribed at once is started at the pace that a server takes", async () => {
    for (let i = 0; i < 160; i++) subscribe(`subscription { a${i} }`);
    const connection = await server.connection();
    await connection.acknowledge();
    const start = performance.now();
    await messages(connection, 160);
    expect(performance.now() - start).toBeGreaterThan(2_000);
    expect(connection.count).toBeLessThan(250);
  });

  test("needs a WebSocket, and says so where there is none", async () => {
    vi.stubGlobal("WebSocket", undefined);
    const { error } = subscribe("subscription { a }");
    expect(error).not.toHaveBeenCalled();
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith(
        expect.objectContaining({
          code: "NO_WEBSOCKET",
          message: expect.stringContaining("ws") as string,
        }),
      );
    });
  });

  test.each(["", "graphql", "ftp://a/b", "http://"])("cannot be made to “%s”", (url) => {
    expect(() => createLiveClient({ url })).toThrow(expect.objectContaining({ code: "BAD_URL" }));
  });
});
