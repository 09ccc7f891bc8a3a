import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answerOf, Attacker, type RawConnection } from "./attacker.ts";
import { openBystander, type Bystander } from "./bystander.ts";
import { Random } from "./random.ts";
import { hasAnvil, startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

const seed = Number(process.env["LIVE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const noisyRoom = 9_100;
const stream = { accept: "text/event-stream" };
/** Long messages, so that few of them fill what the kernel takes on its own. */
const fields = Array.from({ length: 25 }, (_, i) => `args${i}: args`).join(" ");
const subscription = JSON.stringify({
  query: `subscription { events(where: { subject: ["${noisyRoom}"] }) { kind cursor event { id ${fields} } } }`,
});
/** An event that takes longer than this has been held up, also where other work keeps the machine busy. */
const harmlessMs = 10_000;
/** What attacks may add to the memory of a server at rest. */
const allowedMiB = 250;
const maxConnections = 20;
/** Node looks for requests that take too long only so often. */
const inspectionMs = 30_000;

describe.skipIf(!hasAnvil)(`attacks over HTTP (seed ${seed})`, () => {
  const random = new Random(seed);
  let chain: Chain;
  let indexer: Indexer;
  let bystander: Bystander;
  let attacker: Attacker;
  let atRest: number;
  /** They need half a minute to be noticed, so they are there during all the other attacks. */
  let slow: RawConnection[];

  beforeAll(async () => {
    chain = await startChain();
    indexer = await startIndexer(chain, {
      environment: {
        LIVE_REQUEST_SECONDS: "2",
        LIVE_MAX_CONNECTIONS_PER_ADDRESS: String(maxConnections),
        LIVE_MAX_QUEUE_BYTES: "1048576",
        LIVE_MAX_QUEUED_BYTES: "16777216",
      },
    });
    bystander = await openBystander(indexer.url, chain, 8_100);
    await chain.burst(noisyRoom, 500);
    await bystander.delay();
    atRest = indexer.residentMiB();
    slow = await drip(new Attacker(indexer.url));
  });

  beforeEach(() => {
    attacker = new Attacker(indexer.url);
  });

  afterEach(async () => {
    expect(await bystander.delay()).toBeLessThan(harmlessMs);
    expect(bystander.connections()).toBe(1);
    expect(indexer.residentMiB() - atRest).toBeLessThan(allowedMiB);
  });

  afterAll(async () => {
    bystander.close();
    await indexer.stop();
    await chain.stop();
  });

  /** Requests that never come to their end: half of them stop in the head, half in the body. */
  async function drip(from: Attacker): Promise<RawConnection[]> {
    const connections = await Promise.all(
      Array.from({ length: 2 * maxConnections }, () => from.connect()),
    );
    for (const [index, { socket }] of connections.entries()) {
      const head =
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
      socket.write(index % 2 === 0 ? head : `${head}Content-Length: 1000\r\n\r\n{"query":`);
    }
    return connections;
  }

  const errorOf = (body: string): string =>
    (JSON.parse(body) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions
      .code ?? "";

  test.each([
    ["no JSON", "hello"],
    ["no object", '["{ _meta { status } }"]'],
    ["nothing", ""],
    ["half of it", '{"query":"{ _me'],
    ["a query that is no text", '{"query":{"__proto__":null}}'],
    ["variables that are no object", '{"query":"{ _meta { status } }","variables":[1]}'],
    ["an operation name that is no text", '{"query":"{ _meta { status } }","operationName":{}}'],
    ["brackets without end", "[".repeat(60_000)],
  ])("%s is a bad request", async (_, body) => {
    const { status, body: answer } = await attacker.post(body);
    expect(status).toBe(400);
    expect(errorOf(answer)).toBe("BAD_REQUEST");
  });

  test("noise, and requests that are cut anywhere, change nothing", async () => {
    const request = `POST /graphql?${random.hex(40)} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${subscription.length}\r\n\r\n${subscription}`;
    for (let i = 0; i < 100; i++) {
      const { socket, closed } = await attacker.connect();
      const whole = random.chance(0.5)
        ? Buffer.from(request)
        : Buffer.from(random.hex(2 * random.below(400)), "hex");
      socket.write(whole.subarray(0, random.below(whole.length + 1)), () =>
        socket.resetAndDestroy(),
      );
      await closed;
    }
  });

  test("strange addresses and methods are refused", async () => {
    const ask = (method: string, path: string) => {
      const accept = "application/graphql-response+json";
      const sent = attacker.request({ method, headers: { accept } }, path);
      sent.end();
      return answerOf(sent);
    };
    expect((await ask("PATCH", "")).status).toBe(405);
    expect((await ask("GET", "?query=%")).status).toBe(400);
    expect((await ask("GET", "?query={_meta{status}}&variables=[]")).status).toBe(400);
    expect((await ask("GET", "?token=__proto__")).status).toBe(404);
    expect((await ask("DELETE", "/stream?token=constructor&operationId=a")).status).toBe(404);
    expect((await ask("GET", "/../../etc/passwd")).status).toBe(404);
  });

  test("a body over the limit is refused before it has been taken in", async () => {
    const told = await attacker.post("x".repeat(70_000)).catch(() => undefined);
    // a server may close while the attacker still writes
    expect([413, undefined]).toContain(told?.status);
    const endless = attacker.request({
      method: "POST",
      headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
    });
    const response = once(endless, "response") as Promise<[IncomingMessage]>;
    for (let i = 0; i < 20; i++) endless.write("x".repeat(10_000));
    expect((await response)[0].statusCode).toBe(413);
    endless.destroy();
  });

  test("a thousand invalid operations cost no place", async () => {
    const patient = (i: number): Attacker =>
      i % 100 === 0 ? (attacker = new Attacker(indexer.url)) : attacker;
    const bad = [
      "subscription {",
      "subscription { no }",
      "mutation { no }",
      "{ room(a: 1) { id } }",
    ];
    for (let i = 0; i < 1_000; i++) {
      const query = bad[i % bad.length];
      const { body } = await patient(i).post(JSON.stringify({ query }), stream);
      expect(body).toContain("errors");
    }
    const open = [];
    for (let i = 0; i < maxConnections; i++) {
      const sent = attacker.request({
        method: "POST",
        headers: { "content-type": "application/json", ...stream },
      });
      sent.end(subscription);
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      expect(response.statusCode).toBe(200);
      open.push(sent);
    }
    expect((await attacker.post(subscription, stream)).status).toBe(503);
    for (const sent of open) sent.destroy();
  });

  test("a flood of requests from one address is told to wait, and nobody else is", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const statuses: number[] = [];
        for (let i = 0; i < 40; i++) {
          const { status, headers } = await attacker.post('{"query":"{ nothing }"}');
          statuses.push(status);
          if (status === 429) expect(headers["retry-after"]).toBe("1");
        }
        return statuses;
      }),
    );
    expect(answers.flat()).toContain(429);
    const other = await new Attacker(indexer.url).post('{"query":"{ _meta { status } }"}');
    expect(other.status).toBe(200);
  });

  test("a flood of reservations is told to wait", async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 700; i++) {
      const sent = attacker.request({ method: "PUT" }, "/stream");
      sent.end();
      statuses.add((await answerOf(sent)).status);
    }
    expect(statuses).toEqual(new Set([201, 429]));
  });

  test("streams that nobody reads end, and memory stays bounded", async () => {
    const connections = await Promise.all(
      Array.from({ length: maxConnections }, () => attacker.connect()),
    );
    for (const { socket } of connections) {
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${subscription.length}\r\n\r\n${subscription}`,
      );
      await once(socket, "data");
      socket.pause();
    }
    const ended = indexer.line((line) => line.includes("read too slowly"));
    let isOver = (): boolean => false;
    void ended.then(() => (isOver = () => true));
    let most = 0;
    for (let i = 0; !isOver(); i++) {
      await chain.burst(noisyRoom, 500);
      expect(await bystander.delay()).toBeLessThan(3 * harmlessMs);
      most = Math.max(most, indexer.residentMiB());
      expect(i).toBeLessThan(40);
    }
    expect(most - atRest).toBeLessThan(allowedMiB);
    for (const { socket } of connections) socket.resume();
    await Promise.all(connections.map(({ closed }) => closed));
  });

  test(
    "requests that never come to their end are cut off",
    { timeout: 3 * inspectionMs },
    async () => {
      await Promise.all(slow.map(({ closed }) => closed));
      for (const { heard } of slow) expect(heard()).toContain("408");
    },
  );
});
