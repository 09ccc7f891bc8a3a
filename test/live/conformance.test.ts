import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

const query =
  "subscription ($room: [String!]) { events(where: { subject: $room }) { kind event { args } } }";

interface Result {
  readonly data?: {
    readonly events: { readonly kind: string; readonly event: { args: object } | null };
  } | null;
}

describe.skipIf(!hasAnvil)("other people's clients", () => {
  let chain: Chain;
  let indexer: Indexer;
  let room = 400;

  beforeAll(async () => {
    chain = await startChain();
    indexer = await startIndexer(chain);
  });

  afterAll(async () => {
    await indexer.stop();
    await chain.stop();
  });

  /** Takes the mark at the start, then the event that it causes. */
  async function hearsAnEvent(results: AsyncIterableIterator<unknown>): Promise<void> {
    const next = async (): Promise<Result> => {
      const { value } = (await results.next()) as { value: Result };
      return value;
    };
    expect((await next()).data?.events.kind).toBe("BLOCK");
    await chain.note(room, 42);
    expect((await next()).data?.events.event?.args).toMatchObject({ value: "42" });
    await results.return?.();
  }

  test("graphql-ws subscribes and queries", async () => {
    const client = createSocketClient({
      url: indexer.url.replace("http", "ws"),
      webSocketImpl: WebSocket,
    });
    await hearsAnEvent(client.iterate({ query, variables: { room: [String(++room)] } }));
    const { value } = (await client.iterate({ query: "{ _meta { status } }" }).next()) as {
      value: unknown;
    };
    expect(value).toMatchObject({ data: { _meta: { status: {} } } });
    await client.dispose();
  });

  test.each([false, true])(
    "graphql-sse subscribes and queries (single connection: %s)",
    async (singleConnection) => {
      const client = createSseClient({ url: `${indexer.url}/stream`, singleConnection });
      await hearsAnEvent(client.iterate({ query, variables: { room: [String(++room)] } }));
      const { value } = (await client.iterate({ query: "{ _meta { status } }" }).next()) as {
        value: unknown;
      };
      expect(value).toMatchObject({ data: { _meta: { status: {} } } });
      client.dispose();
    },
  );
});
