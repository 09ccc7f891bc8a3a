import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLiveClient, type LiveClient } from "../../packages/live-client/src/index.ts";

let server: Server;
let client: LiveClient;
let reply: { status: number; body: string; headers?: Record<string, string> } | undefined;
let asked: { headers: Record<string, unknown>; body: unknown }[];

beforeEach(async () => {
  asked = [];
  reply = undefined;
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      asked.push({ headers: request.headers, body: JSON.parse(text) });
      if (reply) response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  let token = 0;
  client = createLiveClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    headers: () => Promise.resolve({ authorization: String(++token) }),
  });
});

afterEach(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

describe("a query", () => {
  test("gives data and extensions, so that a stream can go on from there", async () => {
    const extensions = { checkpoint: { cursor: "c1" } };
    reply = { status: 200, body: JSON.stringify({ data: { a: 1 }, extensions }) };
    const variables = { id: 2n ** 64n };
    expect(await client.query("query ($id: BigInt) { a }", { variables })).toEqual({
      data: { a: 1 },
      extensions,
    });
    expect(asked[0]?.body).toMatchObject({ variables: { id: "18446744073709551616" } });
  });

  test("asks for its headers each time", async () => {
    reply = { status: 200, body: `{"data":{}}` };
    await client.query("{ a }");
    await client.query("{ a }");
    expect(asked.map(({ headers }) => headers["authorization"])).toEqual(["1", "2"]);
  });

  test.each([
    [401, `{"message":"no"}`, "BAD_REQUEST", false],
    [404, `{}`, "BAD_REQUEST", false],
    [404, `<html>`, "BAD_REQUEST", false],
    [500, `{"error":"no"}`, "UNREACHABLE", true],
    [502, `Bad gateway`, "UNREACHABLE", true],
    [503, ``, "TOO_MANY_REQUESTS", true],
    [200, `<html>`, "BAD_ANSWER", false],
    [200, `null`, "BAD_ANSWER", false],
    [200, `{"data":null}`, "BAD_ANSWER", false],
  ])("that is answered with %i and %s is an error", async (status, body, code, isRetryable) => {
    reply = { status, body };
    await expect(client.query("{ a }")).rejects.toMatchObject({ status, code, isRetryable });
  });

  test("says what the server says: code, status, and when to try again", async () => {
    const errors = [{ message: "Slowly.", extensions: { code: "TOO_MANY_REQUESTS" } }];
    reply = { status: 429, body: JSON.stringify({ errors }), headers: { "retry-after": "7" } };
    await expect(client.query("{ a }")).rejects.toMatchObject({
      code: "TOO_MANY_REQUESTS",
      message: "Slowly.",
      status: 429,
      retryAfter: 7,
      isRetryable: true,
    });
  });

  test("does not wait for ever", async () => {
    await expect(client.query("{ a }", { timeout: 50 })).rejects.toMatchObject({
      code: "DEADLINE_PASSED",
      isRetryable: true,
    });
  });

  test("ends with the reason of its signal, and with its client", async () => {
    const controller = new AbortController();
    const one = client.query("{ a }", { signal: controller.signal });
    controller.abort(new Error("Enough."));
    await expect(one).rejects.toThrow("Enough.");
    const other = client.query("{ a }");
    client.close();
    await expect(other).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("that finds no server is an error that may pass", async () => {
    const nobody = createLiveClient({ url: "http://127.0.0.1:9/graphql" });
    await expect(nobody.query("{ a }")).rejects.toMatchObject({
      code: "UNREACHABLE",
      isRetryable: true,
    });
  });
});
