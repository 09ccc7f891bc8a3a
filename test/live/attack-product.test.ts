import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWalletClient, http } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";
import { encodeCursor } from "../../indexer/live/stream/cursor.ts";
import { readSettings } from "../../indexer/live/settings.ts";
import { testnetPriceFeedAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { Random } from "../../scripts/local/random.ts";
import { type ProductIndexer, startProductIndexer } from "../chaos/product-indexer.ts";
import { Product } from "../chaos/product.ts";
import { costOf } from "../indexer/costs.ts";
import { RandomQuery } from "../indexer/random-query.ts";
import { mined } from "../indexer/mined.ts";
import { firstSeed, isDeep } from "../seed.ts";
import { Attacker, answerTo, subscribeMessage } from "./attacker.ts";
import { openStream, type Stream } from "./stream.ts";
import { startPostgres } from "./postgres.ts";
import { hasAnvil } from "./world.ts";

/** Within this an event has to reach a peaceful subscriber, and `/health` has to answer. */
const harmlessMs = 1_000;
const actions = 60;
const randomQueries = isDeep ? 1_000 : 60;
/** What a query may take, whatever it counts for, and for each of what it counts for. */
const msOfAny = 10;
const msOfOne = 0.1;

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[];
}

const databases = {
  "in the embedded database": () => Promise.resolve(undefined),
  ...(isDeep && { "in PostgreSQL": startPostgres }),
};

describe.skipIf(!hasAnvil).each(Object.entries(databases))(
  "the product's API %s",
  (_, startDatabase) => {
    let folder: string;
    let product: Product;
    let indexer: ProductIndexer;
    let client: LiveClient;
    let prices: Stream;
    let price = 10n ** 8n;
    const stops: (() => unknown)[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "khipuvault-attack-"));
      const postgres = await startDatabase();
      if (postgres) stops.push(() => postgres.stop());
      product = await Product.start(folder, new Random(firstSeed));
      stops.push(() => product.stop());
      for (let i = 0; i < actions; i++) await product.act();
      const store = postgres ? { postgres: postgres.url } : { folder: join(folder, "index") };
      const logFile = join(folder, "indexer.log");
      indexer = await startProductIndexer(product, store, { logFile, patienceSeconds: 10 });
      stops.push(() => indexer.stop());
      await indexer.ready();
      client = createLiveClient({ url: indexer.url });
      prices = openStream(client, { where: { type: ["AnswerUpdated"] } });
      await prices.next();
      // what is newest when an indexer starts comes with the next block
      await delay();
    });

    afterAll(async () => {
      client.close();
      for (const stop of stops.toReversed()) await stop();
      rmSync(folder, { recursive: true });
    });

    /** Milliseconds until an event that happens now is heard. */
    async function delay(): Promise<number> {
      const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 17 });
      const wallet = createWalletClient({
        account,
        chain: foundry,
        transport: http(product.url),
      });
      const { address } = deployedAt(product.deployment, "PriceFeed");
      const call = {
        address,
        abi: testnetPriceFeedAbi,
        functionName: "setPrice",
        gas: 1_000_000n,
      } as const;
      const wanted = String(++price);
      await mined(product.client, wallet.writeContract({ ...call, args: [price] }));
      const start = performance.now();
      await prices.until(({ event }) => event?.args["current"] === wanted);
      return performance.now() - start;
    }

    async function expectHarmless(): Promise<void> {
      const delays: number[] = [];
      for (let i = 0; i < 5; i++) {
        delays.push(await delay());
        const start = performance.now();
        expect((await fetch(new URL("/health", indexer.url))).ok).toBe(true);
        delays.push(performance.now() - start);
      }
      expect(Math.max(...delays)).toBeLessThan(harmlessMs);
      expect(indexer.log).not.toContain("Starting the indexer again");
    }

    const attacker = () => new Attacker(indexer.url);
    async function ask(query: string, variables: object = {}, by = attacker()): Promise<Answer> {
      const { body } = await by.post(JSON.stringify({ query, variables }));
      return JSON.parse(body) as Answer;
    }

    const code = ({ errors }: Answer) => errors?.[0]?.extensions?.code;

    const histories = (accounts: number, aliases: number, hours: number) => {
      const now = Math.floor(Date.now() / 1_000);
      const fields = Array.from(
        { length: aliases },
        (__, i) =>
          `h${i}: portfolioHistory(interval: HOUR, from: "${now - 3_600 * hours}", to: "${now}") { start value { assets } }`,
      );
      return `{ accounts(limit: ${accounts}) { items { ${fields.join(" ")} } } }`;
    };

    test("refuses histories by the thousand, and is unharmed by as many as it allows", async () => {
      expect(code(await ask(histories(22, 30, 1_000)))).toBe("OPERATION_TOO_LARGE");
      const attackers = [attacker(), attacker(), attacker()];
      const floods = attackers.flatMap((by) =>
        Array.from({ length: 5 }, () => ask(histories(5, 6, 100), {}, by)),
      );
      await expectHarmless();
      for (const answer of await Promise.all(floods)) {
        expect([undefined, "TOO_MANY_REQUESTS", "TIMED_OUT", "BUSY"]).toContain(code(answer));
      }
    });

    test("is unharmed by whatever else may be read at once", async () => {
      const by = attacker();
      const where = 'where: { OR: [{ type_contains: "a" }, { subject_contains: "1" }] }';
      const queries = Array.from(
        { length: 40 },
        (__, i) =>
          `{ ${Array.from({ length: 9 }, (___, j) => `f${j}: events(limit: ${1_000 - i}, ${where}) { items { id args } }`).join(" ")} }`,
      );
      const floods = queries.map((query) => ask(query, {}, by));
      await expectHarmless();
      await Promise.all(floods);
    });

    test("refuses a forged cursor with thousands of ancestors, and looks for others at once", async () => {
      const mark = (number: number) => ({ number, timestamp: number, hash: "ab".repeat(6) });
      const forged = (count: number) =>
        encodeCursor({
          chainId: product.deployment.chainId,
          position: "",
          block: mark(6_000),
          ancestors: Array.from({ length: count }, (__, i) => mark(5_999 - i)),
        });
      const query = "subscription ($after: String) { events(after: $after) { kind } }";
      const by = attacker();
      const socket = await by.greet();
      socket.send(subscribeMessage("1", query, { after: forged(5_000) }));
      expect(await answerTo(socket, "1")).toContain("CURSOR_MALFORMED");
      for (let i = 0; i < 60; i++) {
        socket.send(subscribeMessage(`c${i}`, query, { after: forged(64 - (i % 2)) }));
      }
      await expectHarmless();
      socket.close();
    });

    test("bounds in how many forms an address may ask for events, and how many live queries it has", async () => {
      const by = attacker();
      const sockets = await Promise.all(Array.from({ length: 6 }, () => by.greet()));
      let refused = 0;
      for (const socket of sockets) {
        socket.on("message", (data: Buffer) => {
          if (data.toString().includes("TOO_MANY_SUBSCRIPTIONS")) refused++;
        });
      }
      for (let i = 0; i < 300; i++) {
        const query = `subscription { events { k${i}: kind event { id args } } }`;
        sockets[i % 6]?.send(subscribeMessage(`s${i}`, query));
      }
      await expect.poll(() => refused, { timeout: 10_000 }).toBe(250);
      for (let i = 0; i < 240; i++) {
        const query = `subscription { l${i}: protocols { items { chainId users } } }`;
        sockets[i % 6]?.send(subscribeMessage(`q${i}`, query));
      }
      await expect.poll(() => refused, { timeout: 10_000 }).toBe(250 + 140);
      await expectHarmless();
      for (const socket of sockets) {
        socket.close();
        await once(socket, "close");
      }
    });

    test(`lets no query take more than ten times what it counts for (seed ${firstSeed})`, async () => {
      const addresses = product.people.map(({ address }) => address);
      const random = new Random(firstSeed);
      const queries = new RandomQuery(random, product.deployment.chainId, addresses);
      const { maxCost } = readSettings({});
      let asked = 0;
      while (asked < randomQueries) {
        const query = queries.next();
        const cost = costOf(query);
        if (cost > maxCost) continue;
        asked++;
        const by = attacker();
        const times: number[] = [];
        // once more where it may have been the machine
        while (times.length < 3 && !(Math.min(...times) <= 10 * (msOfAny + cost * msOfOne))) {
          const start = performance.now();
          const answer = await ask(query, {}, by);
          times.push(performance.now() - start);
          const codes = answer.errors?.map(({ extensions }) => extensions?.code) ?? [];
          expect(
            codes.filter((found) => found !== "BAD_USER_INPUT"),
            query,
          ).toEqual([]);
        }
        const allowed = 10 * (msOfAny + cost * msOfOne);
        expect(Math.min(...times), `${cost}: ${query}`).toBeLessThan(allowed);
      }
    });

    test("answers an honest client while another has a long line", async () => {
      const by = attacker();
      const floods = Array.from({ length: 80 }, () => ask(histories(20, 3, 24), {}, by));
      const start = performance.now();
      const answer = await ask("{ protocols { items { users tvl { assets asOf age } } } }");
      expect(performance.now() - start).toBeLessThan(harmlessMs);
      expect(answer.errors).toBeUndefined();
      await Promise.all(floods);
    });
  },
);
