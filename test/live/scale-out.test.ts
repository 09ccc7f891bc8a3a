import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";
import { startPostgres, type Postgres } from "./postgres.ts";
import { openRawSocket } from "./raw-socket.ts";
import { openSilentProxy } from "./silent-proxy.ts";
import { gist, openStream } from "./stream.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

describe.skipIf(!hasAnvil)("one writer and several servers on PostgreSQL", () => {
  let postgres: Postgres;
  let chain: Chain;
  let writer: Indexer;
  let servers: Indexer[];
  let proxy: Awaited<ReturnType<typeof openSilentProxy>>;
  let clients: LiveClient[];
  let room = 500;
  const ownRoom = (): { subject: string[] } => ({ subject: [String(++room)] });

  beforeAll(async () => {
    postgres = await startPostgres();
    const { url } = postgres;
    proxy = await openSilentProxy(url);
    chain = await startChain();
    writer = await startIndexer(chain, { postgres: url });
    servers = [
      await startIndexer(chain, { postgres: url, command: "serve" }),
      await startIndexer(chain, { postgres: proxy.url, command: "serve" }),
    ];
    clients = servers.map((server) => createLiveClient({ url: server.url }));
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    for (const server of servers) await server.stop();
    await writer.stop();
    await chain.stop();
    await proxy.stop();
    await postgres.stop();
  });

  function clientOf(server: number): LiveClient {
    const client = clients[server];
    if (!client) throw new Error(`There is no server ${server}.`);
    return client;
  }

  test("all hear the same, and a cursor of one is good on another", async () => {
    const where = ownRoom();
    const [first, second] = clients.map((client) => openStream(client, { where }));
    if (!first || !second) throw new Error("no servers");
    await first.next();
    await second.next();
    await chain.note(room, 1);
    const heard = await first.next();
    expect(gist(heard)).toBe("EVENT 1");
    expect(await second.next()).toEqual(heard);
    first.close();
    await chain.note(room, 2);
    const moved = openStream(clientOf(1), {
      where,
      after: heard.cursor,
    });
    const said = await moved.until((message) => gist(message) === "EVENT 2");
    expect(said.filter(({ kind }) => kind !== "BLOCK")).toHaveLength(1);
    moved.close();
    second.close();
  });

  test("all say what a reorganisation undid", async () => {
    const where = ownRoom();
    const streams = clients.map((client) => openStream(client, { where }));
    for (const stream of streams) await stream.next();
    await chain.note(room, 1);
    await chain.note(room, 2);
    for (const stream of streams) await stream.until((message) => gist(message) === "EVENT 2");
    await chain.reorg(1);
    await chain.note(room, 3);
    for (const stream of streams) {
      const said = await stream.until((message) => gist(message) === "EVENT 3");
      expect(said.map(gist).filter((text) => text !== "BLOCK")).toEqual(["UNDO 2", "EVENT 3"]);
      stream.close();
    }
  });

  test("a server that is asked for an old cursor reads it from the database", async () => {
    const where = ownRoom();
    const stream = openStream(clientOf(0), { where });
    const { cursor } = await stream.next();
    stream.close();
    await chain.burst(room, 40);
    const again = openStream(clientOf(1), { where, after: cursor });
    const said = await again.until((message) => gist(message) === "EVENT 39");
    expect(said.filter(({ kind }) => kind === "EVENT")).toHaveLength(40);
    again.close();
  });

  test("a live query hears of what a writer fills in that was away", async () => {
    const socket = await openRawSocket(servers[0]?.url ?? "");
    const next = async () => ((await socket.next()).payload as { data: unknown }).data;
    socket.subscribe(
      "1",
      "subscription ($id: String!) { room(chainId: 31337, id: $id) { value } }",
      {
        id: String(++room),
      },
    );
    expect(await next()).toEqual({ room: null });
    await writer.stop();
    await chain.note(room, 1);
    // until that is final, and the writer reads it as an old block
    await chain.mine(40);
    writer = await writer.again();
    expect(await next()).toEqual({ room: { value: "1" } });
    socket.close();
  });

  test("streams and live queries go on where the connection that listens has fallen silent", async () => {
    const stream = openStream(clientOf(1), { where: ownRoom() });
    await stream.next();
    const socket = await openRawSocket(servers[1]?.url ?? "");
    const query = "subscription ($id: String!) { room(chainId: 31337, id: $id) { value } }";
    socket.subscribe("1", query, { id: String(room) });
    const value = async (): Promise<unknown> =>
      ((await socket.next()).payload as { data: unknown }).data;
    expect(await value()).toEqual({ room: null });
    expect(proxy.silence()).toBeGreaterThan(0);
    await chain.note(room, 1);
    await stream.until((message) => gist(message) === "EVENT 1");
    expect(await value()).toEqual({ room: { value: "1" } });
    // and hears again with another connection
    await expect.poll(() => proxy.silence(), { timeout: 20_000 }).toBeGreaterThan(0);
    await chain.note(room, 2);
    await stream.until((message) => gist(message) === "EVENT 2");
    expect(await value()).toEqual({ room: { value: "2" } });
    socket.close();
    stream.close();
  });

  test("a writer that is killed and comes back makes nobody undo anything", async () => {
    const where = ownRoom();
    const stream = openStream(clientOf(0), { where });
    await stream.next();
    await chain.note(room, 1);
    await stream.until((message) => gist(message) === "EVENT 1");
    await stream.next();
    await writer.stop();
    await chain.note(room, 2);
    writer = await writer.again();
    await chain.note(room, 3);
    const said = await stream.until((message) => gist(message) === "EVENT 3");
    expect(said.map(gist).filter((text) => text !== "BLOCK")).toEqual(["EVENT 2", "EVENT 3"]);
    stream.close();
  });
});
