import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";
import { openRawSocket } from "./raw-socket.ts";
import { gist, openStream } from "./stream.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

interface Answer {
  readonly data: { readonly room: { readonly value: string } | null };
  readonly extensions: {
    readonly checkpoint: { readonly block: { readonly number: string }; readonly cursor: string };
  };
}

const liveRoom = "subscription ($id: String!) { room(chainId: 31337, id: $id) { value } }";

describe.skipIf(!hasAnvil)("a live query", () => {
  let chain: Chain;
  let indexer: Indexer;
  let client: LiveClient;
  let room = 300;

  beforeAll(async () => {
    chain = await startChain();
    indexer = await startIndexer(chain);
    client = createLiveClient({ url: indexer.url });
  });

  afterAll(async () => {
    client.close();
    await indexer.stop();
    await chain.stop();
  });

  async function watch(id: number) {
    const socket = await openRawSocket(indexer.url);
    socket.subscribe("1", liveRoom, { id: String(id) });
    return {
      next: async () => (await socket.next()).payload as Answer,
      close: socket.close,
    };
  }

  test("gives the present answer, then each changed one and no other", async () => {
    const live = await watch(++room);
    expect((await live.next()).data).toEqual({ room: null });
    await chain.note(room, 1);
    expect((await live.next()).data).toEqual({ room: { value: "1" } });
    // a block that changes another room, one that changes nothing, and one that says the same again
    await chain.note(999, 5);
    await chain.mine(1);
    await chain.note(room, 1);
    await chain.note(room, 2);
    expect((await live.next()).data).toEqual({ room: { value: "2" } });
    live.close();
  });

  test("goes back when the chain does", async () => {
    const live = await watch(++room);
    await live.next();
    await chain.note(room, 1);
    await live.next();
    await chain.note(room, 2);
    expect((await live.next()).data).toEqual({ room: { value: "2" } });
    await chain.reorg(1);
    expect((await live.next()).data).toEqual({ room: { value: "1" } });
    live.close();
  });

  test("says which state of the chain each answer is, and an event stream can go on from there", async () => {
    const live = await watch(++room);
    await live.next();
    const receipt = await chain.note(room, 1);
    const { extensions } = await live.next();
    expect(extensions.checkpoint.block.number).toBe(String(receipt.blockNumber));
    live.close();
    await chain.note(room, 2);
    const stream = openStream(client, {
      where: { subject: [String(room)] },
      after: extensions.checkpoint.cursor,
    });
    // when the index is not there yet, the first thing said is that all before it has been sent
    const first = gist(await stream.next());
    expect(first === "BLOCK" ? gist(await stream.next()) : first).toBe("EVENT 2");
    stream.close();
  });

  test("that everybody asks is answered to everybody", async () => {
    const watchers = await Promise.all(Array.from({ length: 20 }, () => watch(room + 1)));
    room++;
    for (const { next } of watchers) expect((await next()).data).toEqual({ room: null });
    await chain.note(room, 3);
    for (const { next } of watchers) expect((await next()).data).toEqual({ room: { value: "3" } });
    for (const { close } of watchers) close();
  });

  test("can be of anything that can be queried", async () => {
    const socket = await openRawSocket(indexer.url);
    socket.subscribe(
      "status",
      "subscription { ...Meta } fragment Meta on Subscription { _meta { status } }",
    );
    expect(await socket.next()).toMatchObject({ payload: { data: { _meta: { status: {} } } } });
    await chain.mine(1);
    expect(await socket.next()).toMatchObject({ payload: { data: { _meta: { status: {} } } } });
    socket.close();
  });
});
