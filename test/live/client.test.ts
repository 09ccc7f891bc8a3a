import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  createLiveClient,
  type ConnectionState,
  type EventMessage,
  type LiveClient,
  type LiveError,
} from "../../packages/live-client/src/index.ts";
import { gist } from "./stream.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

describe.skipIf(!hasAnvil)("the client, against the server", () => {
  let chain: Chain;
  let indexer: Indexer;
  let client: LiveClient;
  let states: ConnectionState[];

  const use = (maxMessageBytes?: number): void => {
    states = [];
    client = createLiveClient({ url: indexer.url, maxMessageBytes });
    client.onState((state) => states.push(state));
  };

  beforeAll(async () => {
    chain = await startChain();
    await chain.note(1, 1);
    indexer = await startIndexer(chain);
  });

  afterAll(async () => {
    await indexer.stop();
    await chain.stop();
  });

  test("holds as many event streams as the documents say, and each one more is told so", async () => {
    use();
    const heard = vi.fn();
    const refused: string[] = [];
    for (let i = 0; i < 260; i++) {
      const where = { subject: [String(1_000 + i)] };
      client.events({ where }, { next: heard, error: ({ code }) => refused.push(code) });
    }
    await vi.waitFor(
      () => {
        expect(heard.mock.calls.length + refused.length).toBe(260);
      },
      { timeout: 30_000 },
    );
    expect(refused).toEqual(Array.from({ length: 160 }, () => "TOO_MANY_SUBSCRIPTIONS"));
    expect(states.map(({ status }) => status)).not.toContain("waiting");
    client.close();
  });

  test("goes on from a query exactly where its answer ends", async () => {
    use();
    await chain.note(7, 1);
    const { extensions } = await vi.waitFor(async () => {
      const found = await client.query<{ room: object | null }>(
        '{ room(chainId: 31337, id: "7") { id } }',
      );
      expect(found.data.room).not.toBeNull();
      return found;
    });
    await chain.note(7, 2);
    const heard: string[] = [];
    const after = extensions.checkpoint?.cursor;
    for await (const message of client.events({ where: { subject: ["7"] }, after })) {
      heard.push(gist(message));
      if (gist(message) === "EVENT 2") break;
    }
    expect(heard.filter((each) => each.startsWith("EVENT"))).toEqual(["EVENT 2"]);
    client.close();
  });

  test("loses a filter that the server cannot take, and nothing else", async () => {
    // one that does not know how much this server takes
    use(1_000_000);
    const next = vi.fn<(message: EventMessage) => void>();
    const other = vi.fn();
    client.events({ where: { subject: ["8"] } }, { next, error: other });
    await vi.waitFor(() => {
      expect(next).toHaveBeenCalled();
    });
    const account = Array.from({ length: 1_600 }, () => chain.address);
    const error = vi.fn<(error: LiveError) => void>();
    client.events({ where: { account } }, { next: () => undefined, error });
    await vi.waitFor(() => {
      expect(error.mock.calls[0]?.[0]).toMatchObject({ code: "OPERATION_TOO_LARGE", status: 1009 });
    });
    await vi.waitFor(
      async () => {
        await chain.note(8, 1);
        expect(next.mock.calls.map(([message]) => gist(message))).toContain("EVENT 1");
      },
      { timeout: 20_000, interval: 500 },
    );
    expect(states.filter(({ status }) => status === "waiting")).toHaveLength(1);
    expect(other).not.toHaveBeenCalled();
    client.close();
  });
});
