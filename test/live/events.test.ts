import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventMessage } from "../../packages/live-client/src/index.ts";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";
import { encodeCursor } from "../../indexer/live/stream/cursor.ts";
import { blockEnd } from "../../indexer/live/stream/position.ts";
import { gist, openStream } from "./stream.ts";
import { accounts, hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

const isBlock = (message: EventMessage): boolean => message.kind === "BLOCK";
const isEvent =
  (value: number) =>
  (message: EventMessage): boolean =>
    message.kind === "EVENT" && message.event.args["value"] === String(value);

/** A cursor at the end of a block that no chain here has. */
function cursorOf(chainId: number, number: number): string {
  const block = { number, timestamp: 1_700_000_000, hash: "0123456789ab" };
  return encodeCursor({
    chainId,
    position: blockEnd({ chainId, ...block }),
    block,
    ancestors: [],
  });
}

describe.skipIf(!hasAnvil)("an event stream", () => {
  let chain: Chain;
  let indexer: Indexer;
  let client: LiveClient;
  /** Each test speaks in a room of its own, so that none hears another. */
  let room = 100;
  const ownRoom = (): { subject: string[] } => ({ subject: [String(++room)] });

  beforeAll(async () => {
    chain = await startChain();
    await chain.note(1, 1);
    indexer = await startIndexer(chain, {
      environment: { LIVE_SAFE_BLOCKS: "3", LIVE_RECENT_EVENTS: "20", LIVE_PAGE_SIZE: "7" },
    });
    client = createLiveClient({ url: indexer.url });
  });

  afterAll(async () => {
    client.close();
    await indexer.stop();
    await chain.stop();
  });

  test("begins with a block mark, then brings an event and its block as they happen", async () => {
    const stream = openStream(client, { where: ownRoom() });
    expect(gist(await stream.next())).toBe("BLOCK");

    const receipt = await chain.note(room, 7);

    const message = await stream.next();
    expect(message).toMatchObject({
      kind: "EVENT",
      event: {
        type: "Noted",
        transactionHash: receipt.transactionHash,
        contract: chain.address,
        account: accounts[0]?.address.toLowerCase(),
        args: { value: "7", room: String(room) },
      },
      block: { number: String(receipt.blockNumber), hash: receipt.blockHash, finality: "LATEST" },
    });
    expect(await stream.next()).toMatchObject({ kind: "BLOCK", block: message.block });
    stream.close();
  });

  test("goes on behind a cursor, from memory and from the database alike, without gap or duplicate", async () => {
    const where = ownRoom();
    const first = openStream(client, { where });
    await first.next();
    await chain.note(room, 1);
    const [{ cursor } = { cursor: "" }] = await first.until(isEvent(1));
    first.close();
    await chain.burst(room, 30);
    await chain.note(room, 1000);

    const resumed = openStream(client, { where, after: cursor });
    const said = (await resumed.until(isEvent(1000))).filter(({ kind }) => kind === "EVENT");
    expect(said.map(gist)).toEqual([
      ...Array.from({ length: 30 }, (_, value) => `EVENT ${value}`),
      "EVENT 1000",
    ]);
    resumed.close();

    // thirty blocks on, what was said above is final and no longer in the server's memory
    await chain.mine(100);
    await chain.burst(999, 25);
    await chain.mine(100);
    const late = openStream(client, { where, after: cursor });
    const again = (await late.until(isEvent(1000))).filter(({ kind }) => kind === "EVENT");
    expect(again.map((message) => message.event?.id)).toEqual(
      said.map((message) => message.event?.id),
    );
    await chain.note(room, 1001);
    await late.until(isEvent(1001));
    late.close();
  });

  test("can begin with the very first event", async () => {
    const stream = openStream(client, { after: "" });
    expect(await stream.next()).toMatchObject({ kind: "EVENT", event: { args: { room: "1" } } });
    stream.close();
  });

  test("lets through what passes every field of its filter, whatever the case of an address", async () => {
    const where = { ...ownRoom(), account: [accounts[1]?.address ?? ""], type: ["Noted", "Said"] };
    const stream = openStream(client, { where });
    await stream.next();
    await chain.note(room, 1, 0);
    await chain.note(999, 2, 1);
    await chain.shout(3, 1);
    await chain.note(room, 4, 1);
    expect(gist(await stream.next())).toBe("EVENT 4");
    stream.close();
  });

  test("says UNDO for each retracted event, newest first, before anything of the new fork", async () => {
    const stream = openStream(client, { where: ownRoom() });
    await stream.next();
    await chain.note(room, 1);
    const [first] = await stream.until(isBlock);
    await chain.note(room, 2);
    await chain.note(room, 3);
    await stream.until(isEvent(3));
    await stream.next();

    await chain.reorg(2);
    await chain.note(room, 4);

    const said = await stream.until(isEvent(4));
    expect(said.map(gist)).toEqual(["UNDO 3", "UNDO 2", "EVENT 4"]);
    expect(said[0]?.block.number).toBe(first?.block.number);
    stream.close();
  });

  test("answers a cursor on a dead fork with one UNDO back to the last common block", async () => {
    const where = ownRoom();
    const stream = openStream(client, { where });
    await stream.next();
    await chain.note(room, 1);
    const [kept] = await stream.until(isBlock);
    await chain.note(room, 2);
    await chain.note(room, 3);
    const [dead] = (await stream.until(isEvent(3))).slice(-1);
    await chain.reorg(2);
    await chain.note(room, 4);
    await stream.until(isEvent(4));
    stream.close();

    const resumed = openStream(client, { where, after: dead?.cursor ?? "" });
    const said = await resumed.until(isEvent(4));
    expect(said.map(gist)).toEqual(["UNDO", "EVENT 4"]);
    expect(said[0]?.block.number).toBe(kept?.block.number);
    resumed.close();
  });

  test("with SAFE and FINALIZED brings events once they are that settled, and FINALIZED never undoes", async () => {
    const where = ownRoom();
    const safe = openStream(client, { where, finality: "SAFE" });
    const final = openStream(client, { where, finality: "FINALIZED" });
    await safe.next();
    await final.next();
    await chain.note(room, 1);
    await chain.reorg(1);
    await chain.note(room, 2);
    await chain.mine(3);
    expect(await safe.next()).toMatchObject({
      kind: "EVENT",
      event: { args: { value: "2" } },
      block: { finality: "SAFE" },
    });
    await chain.mine(100);
    expect(await final.next()).toMatchObject({
      kind: "EVENT",
      event: { args: { value: "2" } },
      block: { finality: "FINALIZED" },
    });
    expect(gist(await final.next())).toBe("BLOCK");
    safe.close();
    final.close();
  });

  test.each([
    ["rubbish", "not a cursor", "CURSOR_MALFORMED"],
    ["one that was cut off", cursorOf(31337, 3).slice(0, -4), "CURSOR_MALFORMED"],
    ["one of another chain", cursorOf(1, 3), "CURSOR_OF_ANOTHER_CHAIN"],
    ["one of a chain with the same id", cursorOf(31337, 3), "CURSOR_OF_ANOTHER_CHAIN"],
  ])("refuses %s with a named error", async (_, after, code) => {
    const error = await openStream(client, { after }).error;
    expect(error.code).toBe(code);
  });
});
