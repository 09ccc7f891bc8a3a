import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";
import { openEventSource } from "./event-source.ts";
import { openRawSocket } from "./raw-socket.ts";
import { gist, openStream } from "./stream.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

const everything = `subscription ($where: EventFilter, $after: String) {
  events(where: $where, after: $after) {
    kind
    cursor
    event { id blockHash transactionHash contract actor account args }
    block { number hash }
  }
}`;
const maxSubscriptions = 5;

describe.skipIf(!hasAnvil)("the transports", () => {
  let chain: Chain;
  let indexer: Indexer;
  let client: LiveClient;
  let room = 200;
  const ownRoom = (): { subject: string[] } => ({ subject: [String(++room)] });

  beforeAll(async () => {
    chain = await startChain();
    indexer = await startIndexer(chain, {
      environment: {
        LIVE_MAX_SUBSCRIPTIONS: String(maxSubscriptions),
        LIVE_MAX_QUEUE_BYTES: "262144",
        LIVE_MAX_FILTER_VALUES: "3",
        LIVE_INIT_SECONDS: "1",
        LIVE_MESSAGES_PER_SECOND: "2000",
        LIVE_ORIGINS: "https://friend.example",
        LIVE_MAX_CONNECTIONS_PER_ADDRESS: "20",
        LIVE_MAX_COST: "5000",
        LIVE_MAX_DEPTH: "4",
      },
    });
    client = createLiveClient({ url: indexer.url });
  });

  afterAll(async () => {
    client.close();
    await indexer.stop();
    await chain.stop();
  });

  const post = async (body: object, headers: Record<string, string> = {}) =>
    fetch(indexer.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  describe("over server-sent events", () => {
    test("a stream is resumed by its last event id", async () => {
      const variables = { where: ownRoom() };
      const first = await openEventSource(indexer.url, { query: everything, variables });
      await first.next();
      await chain.note(room, 1);
      const seen = await first.next();
      expect(seen.data).toMatchObject({ data: { events: { kind: "EVENT" } } });
      first.close();
      await chain.note(room, 2);
      await chain.note(room, 3);

      const resumed = await openEventSource(indexer.url, { query: everything, variables }, seen.id);
      const values: unknown[] = [];
      while (values.at(-1) !== "3") {
        const { data } = await resumed.next();
        const { event } = (data as { data: { events: { event: null | { args: object } } } }).data
          .events;
        if (event) values.push((event.args as { value: string }).value);
      }
      expect(values).toEqual(["2", "3"]);
      resumed.close();
    });

    test("an operation that is wrong is told so in the stream, which then ends", async () => {
      const stream = await openEventSource(indexer.url, { query: "subscription { nothing }" });
      expect((await stream.next()).data).toMatchObject({
        errors: [{ message: expect.stringContaining("nothing") as string }],
      });
      expect((await stream.next()).event).toBe("complete");
    });
  });

  describe("over WebSocket", () => {
    test("a connection that asks for no known protocol is closed with 4406", async () => {
      const socket = new WebSocket(indexer.url.replace("http", "ws"));
      const [code] = (await once(socket, "close")) as [number];
      expect(code).toBe(4406);
    });

    test("a connection that does not begin is closed with 4408", async () => {
      const socket = new WebSocket(indexer.url.replace("http", "ws"), "graphql-transport-ws");
      const [code] = (await once(socket, "close")) as [number];
      expect(code).toBe(4408);
    });

    test.each([
      ["text that is no JSON", "hello", 4400],
      ["JSON that is no message", "[]", 4400],
      ["an unknown type", '{"type":"__proto__"}', 4400],
      ["a second connection_init", '{"type":"connection_init"}', 4429],
      ["an operation without a query", '{"type":"subscribe","id":"a","payload":{}}', 4400],
      [
        "an operation without an id",
        '{"type":"subscribe","payload":{"query":"{_meta{status}}"}}',
        4400,
      ],
    ])("%s closes the connection", async (_, text, code) => {
      const socket = await openRawSocket(indexer.url);
      socket.send(text);
      expect((await socket.closed).code).toBe(code);
    });

    test("a page of an origin that is not on the list is turned away, and a friend is not", async () => {
      const from = (origin: string): WebSocket =>
        new WebSocket(indexer.url.replace("http", "ws"), "graphql-transport-ws", { origin });
      const [error] = (await once(from("https://stranger.example"), "error")) as [Error];
      expect(error.message).toContain("403");
      const friend = from("https://friend.example");
      await once(friend, "open");
      friend.close();
    });

    test("one address gets so many connections, and gets them back when they close", async () => {
      const sockets: WebSocket[] = [];
      let refused: Error | undefined;
      while (!refused) {
        const socket = new WebSocket(indexer.url.replace("http", "ws"), "graphql-transport-ws");
        refused = await new Promise<Error | undefined>((resolve) => {
          socket.on("open", () => {
            resolve(undefined);
          });
          socket.on("error", resolve);
        });
        sockets.push(socket);
        expect(sockets.length).toBeLessThan(30);
      }
      expect(refused.message).toContain("503");
      for (const socket of sockets) socket.terminate();
      await vi.waitFor(async () => {
        (await openRawSocket(indexer.url)).close();
      });
    });

    test("an operation's id can be taken once only", async () => {
      const socket = await openRawSocket(indexer.url);
      socket.subscribe("a", everything, { where: ownRoom() });
      socket.subscribe("a", everything, { where: ownRoom() });
      expect(await socket.closed).toMatchObject({ code: 4409 });
    });

    test("a query runs and completes", async () => {
      const socket = await openRawSocket(indexer.url);
      socket.subscribe("q", "{ _meta { status } }");
      expect(await socket.next()).toMatchObject({ id: "q", type: "next", payload: { data: {} } });
      expect(await socket.next()).toEqual({ id: "q", type: "complete" });
      socket.close();
    });

    test("a thousand bad operations cost no place", async () => {
      const socket = await openRawSocket(indexer.url);
      const bad = [
        "subscription { nothing }",
        "subscription {",
        "subscription { events(finality: NEVER) { kind } }",
        'subscription { events(after: "rubbish") { kind } }',
        "mutation { anything }",
      ];
      for (let i = 0; i < 1_000; i++) {
        socket.subscribe(`bad ${i}`, bad[i % bad.length] ?? "");
        expect(await socket.next()).toMatchObject({ id: `bad ${i}`, type: "error" });
      }
      for (let i = 0; i < maxSubscriptions; i++) {
        socket.subscribe(String(i), everything, { where: ownRoom() });
        expect(await socket.next()).toMatchObject({ id: String(i), type: "next" });
      }
      socket.subscribe("one too many", everything);
      expect(await socket.next()).toMatchObject({
        id: "one too many",
        type: "error",
        payload: [{ extensions: { code: "TOO_MANY_SUBSCRIPTIONS" } }],
      });
      socket.send('{"type":"complete","id":"0"}');
      socket.subscribe("now there is room", everything, { where: ownRoom() });
      expect(await socket.next()).toMatchObject({ id: "now there is room", type: "next" });
      socket.close();
    });

    test("who reads too slowly is closed with 1013, and misses nothing on coming back", async () => {
      const where = ownRoom();
      const slow = await openRawSocket(indexer.url);
      for (let i = 0; i < maxSubscriptions; i++) slow.subscribe(String(i), everything, { where });
      let cursor = "";
      for (let i = 0; i < maxSubscriptions; i++) {
        const { payload } = await slow.next();
        cursor = (payload as { data: { events: { cursor: string } } }).data.events.cursor;
      }
      slow.pause();
      const bystander = openStream(client, { where });
      await bystander.next();
      const closed = indexer.line((line) => line.includes("reads too slowly"));
      let bursts = 0;
      const size = 500;
      for (let isOpen = true; isOpen; bursts++) {
        await chain.burst(room, size);
        isOpen = await Promise.race([
          closed.then(() => false),
          bystander.until((message) => gist(message) === `EVENT ${size - 1}`).then(() => true),
        ]);
      }
      await chain.note(room, 123_456);
      await bystander.until((message) => gist(message) === "EVENT 123456");
      bystander.close();
      slow.resume();
      expect(await slow.closed).toMatchObject({ code: 1013 });
      const received = await slow.rest();
      const last = received
        .filter(({ id }) => id === "0")
        .map(({ payload }) => (payload as { data: { events: { cursor: string } } }).data.events)
        .at(-1);
      expect(received.filter(({ id }) => id === "0").length).toBeLessThan(bursts * size);

      const events = (list: readonly { id?: string }[]): number =>
        list.filter(
          ({ id, ...rest }) => id === "0" && JSON.stringify(rest).includes('"kind":"EVENT"'),
        ).length;
      const again = openStream(client, { where, after: last?.cursor ?? cursor });
      const rest = await again.until((message) => gist(message) === "EVENT 123456");
      expect(events(received) + rest.filter(({ kind }) => kind === "EVENT").length).toBe(
        bursts * size + 1,
      );
      again.close();
    });
  });

  describe("over HTTP", () => {
    test("a query is answered", async () => {
      const response = await post({ query: "{ events(limit: 1) { items { id } } }" });
      expect(response.headers.get("content-type")).toContain("application/json");
      expect(await response.json()).toMatchObject({ data: { events: {} } });
    });

    test.each([
      [
        "cost",
        `{ ${["a", "b", "c", "d", "e", "f"].map((name) => `${name}: rooms(limit: 1000) { items { id } }`).join(" ")} }`,
      ],
      ["nesting", "{ __schema { types { fields { type { name } } } } }"],
      [
        "aliases",
        `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: _meta { status }`).join(" ")} }`,
      ],
    ])("too much %s is refused", async (_, query) => {
      const { errors } = (await (await post({ query })).json()) as {
        errors: { extensions: { code: string } }[];
      };
      expect(errors[0]?.extensions.code).toBe("OPERATION_TOO_LARGE");
    });

    test("too long a document is refused", async () => {
      const query = `{ ${"_meta { status } ".repeat(400)} }`;
      const { errors } = (await (await post({ query })).json()) as {
        errors: { message: string }[];
      };
      expect(errors[0]?.message).toContain("tokens");
    });

    test("too many values in a filter are refused", async () => {
      const error = await openStream(client, { where: { type: ["a", "b", "c", "d"] } }).error;
      expect(error.code).toBe("BAD_FILTER");
    });

    test("a person who opens the address gets GraphiQL", async () => {
      const response = await fetch(indexer.url, { headers: { accept: "text/html" } });
      expect(await response.text()).toContain("GraphiQL");
    });
  });

  test("an operator sees what is going on", async () => {
    const open = openStream(client);
    await open.next();
    const base = new URL(indexer.url).origin;
    const metrics = await (await fetch(`${base}/metrics`)).text();
    for (const name of ["live_connections", "live_event_subscriptions", "live_head_block.*"]) {
      expect(metrics).toMatch(new RegExp(`^${name} [1-9]`, "m"));
    }
    expect(metrics).toContain("live_delivery_seconds_bucket");
    expect((await fetch(`${base}/live/fresh?seconds=1000000`)).status).toBe(200);
    const stale = await fetch(`${base}/live/fresh?seconds=0.001`);
    expect(stale.status).toBe(503);
    expect(await stale.json()).toMatchObject({ isFresh: false, allowedSeconds: 0.001 });
    open.close();
  });

  test("a server that stops says so with 1012, and clients wait for the next one", async () => {
    const socket = await openRawSocket(indexer.url);
    const states: string[] = [];
    const waiting = createLiveClient({ url: indexer.url });
    waiting.onState(({ status }) => states.push(status));
    await openStream(waiting).next();
    await indexer.stop();
    expect(await socket.closed).toMatchObject({ code: 1012 });
    expect(states.slice(0, 3)).toEqual(["connecting", "open", "waiting"]);
    waiting.close();
  });
});
