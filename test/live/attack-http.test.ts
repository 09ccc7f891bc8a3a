import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../scripts/local/random.ts";
import { firstSeed } from "../seed.ts";
import { answerOf, Attacker, type RawConnection } from "./attacker.ts";
import { Siege } from "./siege.ts";
import { hasAnvil } from "./world.ts";

const noisyRoom = 9_100;
const stream = { accept: "text/event-stream" };
/** Long messages, so that few of them fill what the kernel takes on its own. */
const fields = Array.from({ length: 25 }, (_, i) => `args${i}: args`).join(" ");
const subscription = JSON.stringify({
  query: `subscription { events(where: { subject: ["${noisyRoom}"] }) { kind cursor event { id ${fields} } } }`,
});
const maxConnections = 20;
/** Node looks for requests that take too long only so often. */
const inspectionMs = 30_000;

describe.skipIf(!hasAnvil)(`attacks over HTTP (seed ${firstSeed})`, () => {
  const random = new Random(firstSeed);
  const siege = new Siege(
    {
      LIVE_REQUEST_SECONDS: "2",
      LIVE_MAX_CONNECTIONS_PER_ADDRESS: String(maxConnections),
    },
    { noisy: noisyRoom, quiet: 8_100 },
  );
  /** They need half a minute to be noticed, so they are there during all the other attacks. */
  let slow: RawConnection[];

  beforeAll(async () => {
    slow = await drip(new Attacker(siege.indexer.url));
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
    const { status, body: answer } = await siege.attacker.post(body);
    expect(status).toBe(400);
    expect(errorOf(answer)).toBe("BAD_REQUEST");
  });

  test("noise, and requests that are cut anywhere, change nothing", async () => {
    const request = `POST /graphql?${random.hex(40)} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${subscription.length}\r\n\r\n${subscription}`;
    for (let i = 0; i < 100; i++) {
      const { socket, closed } = await siege.attacker.connect();
      const whole = random.chance(0.5)
        ? Buffer.from(request)
        : Buffer.from(random.hex(2 * random.between(0, 399)), "hex");
      socket.write(whole.subarray(0, random.between(0, whole.length)), () =>
        socket.resetAndDestroy(),
      );
      await closed;
    }
  });

  test("strange addresses and methods are refused", async () => {
    const ask = (method: string, path: string) => {
      const accept = "application/graphql-response+json";
      const sent = siege.attacker.request({ method, headers: { accept } }, path);
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
    const told = await siege.attacker.post("x".repeat(70_000)).catch(() => undefined);
    // a server may close while the attacker still writes
    expect([413, undefined]).toContain(told?.status);
    const endless = siege.attacker.request({
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
      i % 100 === 0 ? (siege.attacker = new Attacker(siege.indexer.url)) : siege.attacker;
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
      const sent = siege.attacker.request({
        method: "POST",
        headers: { "content-type": "application/json", ...stream },
      });
      sent.end(subscription);
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      expect(response.statusCode).toBe(200);
      open.push(sent);
    }
    expect((await siege.attacker.post(subscription, stream)).status).toBe(503);
    for (const sent of open) sent.destroy();
  });

  test("a flood of requests from one address is told to wait, and nobody else is", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const statuses: number[] = [];
        for (let i = 0; i < 40; i++) {
          const { status, headers } = await siege.attacker.post('{"query":"{ nothing }"}');
          statuses.push(status);
          if (status === 429) expect(headers["retry-after"]).toBe("1");
        }
        return statuses;
      }),
    );
    expect(answers.flat()).toContain(429);
    const other = await new Attacker(siege.indexer.url).post('{"query":"{ _meta { status } }"}');
    expect(other.status).toBe(200);
  });

  test("a flood of reservations is told to wait", async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 700; i++) {
      const sent = siege.attacker.request({ method: "PUT" }, "/stream");
      sent.end();
      statuses.add((await answerOf(sent)).status);
    }
    expect(statuses).toEqual(new Set([201, 429]));
  });

  test("streams that nobody reads end, and memory stays bounded", async () => {
    const connections = await Promise.all(
      Array.from({ length: maxConnections }, () => siege.attacker.connect()),
    );
    for (const { socket } of connections) {
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${subscription.length}\r\n\r\n${subscription}`,
      );
      await once(socket, "data");
      socket.pause();
    }
    await siege.floodUntil(500, (line) => line.includes("read too slowly"));
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
