import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LiveError } from "../../client/error.ts";
import { createLiveClient, type ConnectionState, type LiveClient } from "../../client/live.ts";
import { startFakeServer } from "./fake-server.ts";

type Server = Awaited<ReturnType<typeof startFakeServer>>;

describe("the live client", () => {
  let server: Server;
  let client: LiveClient;
  let states: ConnectionState[];

  beforeEach(async () => {
    server = await startFakeServer();
    states = [];
    client = createLiveClient({ url: server.url, onState: (state) => states.push(state) });
  });

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  const statuses = (): string[] => states.map(({ status }) => status);

  test("connects only once something is subscribed, and shares the connection", async () => {
    expect(client.state()).toEqual({ status: "idle" });
    client.subscribe("subscription { a }", {}, { next: () => undefined });
    const connection = await server.connection();
    expect(await connection.greet({ number: "7", timestamp: "70" })).toMatchObject({
      id: "1",
      type: "subscribe",
      payload: { query: "subscription { a }" },
    });
    client.subscribe("subscription { b }", {}, { next: () => undefined });
    expect(await connection.hear()).toMatchObject({ id: "2", type: "subscribe" });
    expect(server.open).toBe(1);
    expect(statuses()).toEqual(["connecting", "open"]);
    expect(client.state()).toEqual({ status: "open", head: { number: "7", timestamp: "70" } });
  });

  test("takes an event stream up again from its last cursor after a lost connection", async () => {
    const said: string[] = [];
    client.events({ where: { type: ["A"] } }, { next: (message) => said.push(message.cursor) });
    const first = await server.connection();
    const operation = await first.greet();
    expect(operation.payload).toMatchObject({ variables: { where: { type: ["A"] } } });
    first.say({
      id: operation.id,
      type: "next",
      payload: { data: { events: { kind: "BLOCK", cursor: "c1" } } },
    });
    await vi.waitFor(() => {
      expect(said).toEqual(["c1"]);
    });
    first.close(1012, "restart");

    const second = await server.connection();
    expect(await second.greet()).toMatchObject({
      payload: { variables: { where: { type: ["A"] }, after: "c1" } },
    });
    expect(statuses()).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
    expect(states[2]).toMatchObject({ attempt: 1, reason: "restart" });
  });

  test("goes on trying, and counts its attempts", async () => {
    client.subscribe("subscription { a }", {}, { next: () => undefined });
    for (let i = 0; i < 3; i++) (await server.connection()).close(1013);
    await server.connection();
    const waits = states.filter((state) => state.status === "waiting");
    expect(waits.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test("ends everything when the server refuses it for good", async () => {
    const error = new Promise<LiveError>((resolve) => {
      client.subscribe("subscription { a }", {}, { next: () => undefined, error: resolve });
    });
    (await server.connection()).close(4403, "Not from this site.");
    expect(await error).toMatchObject({
      code: "CONNECTION_REFUSED",
      message: "Not from this site.",
    });
    expect(client.state()).toMatchObject({ status: "closed", reason: "Not from this site." });
  });

  test("gives an operation's error to its subscriber and to nobody else", async () => {
    const others = vi.fn();
    client.subscribe("subscription { b }", {}, { next: () => undefined, error: others });
    const error = new Promise<LiveError>((resolve) => {
      client.subscribe("subscription { a }", {}, { next: () => undefined, error: resolve });
    });
    const connection = await server.connection();
    await connection.greet();
    const { id } = await connection.hear();
    connection.say({
      id,
      type: "error",
      payload: [{ message: "No.", extensions: { code: "CURSOR_MALFORMED" } }],
    });
    expect(await error).toMatchObject({ code: "CURSOR_MALFORMED", message: "No." });
    expect(others).not.toHaveBeenCalled();
  });

  test("tries an operation again when the server says after how long", async () => {
    const error = vi.fn();
    client.subscribe("subscription { a }", {}, { next: () => undefined, error });
    const connection = await server.connection();
    const { id } = await connection.greet();
    connection.say({
      id,
      type: "error",
      payload: [{ message: "Soon.", extensions: { code: "NOT_READY", retryAfter: 0.01 } }],
    });
    expect(await connection.hear()).toMatchObject({ id, type: "subscribe" });
    expect(error).not.toHaveBeenCalled();
  });

  test("tells the server when a subscription ends, and hears nothing for it any more", async () => {
    const next = vi.fn();
    const stop = client.subscribe("subscription { a }", {}, { next });
    const connection = await server.connection();
    const { id } = await connection.greet();
    stop();
    expect(await connection.hear()).toEqual({ id, type: "complete" });
    connection.say({ id, type: "next", payload: { data: {} } });
    connection.say({ type: "ping" });
    expect(await connection.hear()).toEqual({ type: "pong" });
    expect(next).not.toHaveBeenCalled();
  });

  test("subscribing to a closed client is an error", () => {
    client.close();
    const error = vi.fn();
    client.subscribe("subscription { a }", {}, { next: () => undefined, error });
    expect(error).toHaveBeenCalledWith(expect.objectContaining({ code: "CLOSED" }));
  });

  test("a query that finds no server is a named error", async () => {
    const nobody = createLiveClient({ url: "http://127.0.0.1:9/graphql" });
    await expect(nobody.query("{ a }", {})).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});

test("the client weighs less than 6 kB, gzipped", async () => {
  const folder = join(import.meta.dirname, "../../client");
  const output = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      lib: { entry: [join(folder, "live.ts"), join(folder, "events.ts")], formats: ["es"] },
    },
  });
  const [bundle] = [output].flat();
  if (!bundle || !("output" in bundle)) throw new Error("Nothing was built.");
  const code = bundle.output.map((file) => ("code" in file ? file.code : "")).join("\n");
  expect(code.length).toBeGreaterThan(1_000);
  expect(gzipSync(code).length).toBeLessThan(6_000);
});
