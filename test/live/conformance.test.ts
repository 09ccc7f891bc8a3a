import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { otherClients, type OtherClient } from "./other-clients.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

const stream =
  "subscription ($room: [String!], $after: String) { events(after: $after, where: { subject: $room }) { kind event { args } } }";
const liveQuery = "subscription ($room: String!) { room(chainId: 31337, id: $room) { value } }";

describe.skipIf(!hasAnvil)("the server, as others expect it", () => {
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

  describe("GraphQL over HTTP: the audit of graphql-http", () => {
    test.each(serverAudits({ url: () => indexer.url }))("$name", async ({ fn }) => {
      const result = await fn();
      expect(result.status === "ok" ? "ok" : result.reason).toBe("ok");
    });
  });

  describe.each(Object.entries(otherClients))("%s", (_, open) => {
    let client: OtherClient;

    beforeAll(() => {
      client = open(indexer.url);
    });

    afterAll(() => client.close());

    test("queries", async () => {
      expect(await client.query("{ _meta { status } }")).toMatchObject({
        data: { _meta: { status: {} } },
      });
    });

    test("hears an event as it happens", async () => {
      const messages = client.subscribe(stream, { room: [String(++room)] }).getReader();
      expect(await messages.read()).toMatchObject({
        value: { data: { events: { kind: "BLOCK" } } },
      });
      await chain.note(room, 42);
      expect(await messages.read()).toMatchObject({
        value: { data: { events: { kind: "EVENT", event: { args: { value: "42" } } } } },
      });
      await messages.cancel();
    });

    test("gets a query's answer again when it changes", async () => {
      const answers = client.subscribe(liveQuery, { room: String(++room) }).getReader();
      expect(await answers.read()).toMatchObject({ value: { data: { room: null } } });
      await chain.note(room, 7);
      expect(await answers.read()).toMatchObject({ value: { data: { room: { value: "7" } } } });
      await answers.cancel();
    });

    test("is told what is wrong with an operation", async () => {
      const messages = client.subscribe(stream, { after: "no cursor" }).getReader();
      // graphql-sse has no message for errors and gives them as a result
      const outcome = await messages.read().then(
        ({ value }) => JSON.stringify(value),
        (error: unknown) => JSON.stringify(error) + String(error),
      );
      expect(outcome).toContain("This is not a cursor of this API.");
    });
  });
});
