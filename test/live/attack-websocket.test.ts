import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Random } from "../../scripts/local/random.ts";
import { firstSeed } from "../seed.ts";
import { answerTo, closeCode, subscribeMessage, upgradeRequest } from "./attacker.ts";
import { Siege } from "./siege.ts";
import { hasAnvil } from "./world.ts";

const noisyRoom = 9_000;
const everything =
  "subscription ($where: EventFilter) { events(where: $where) { kind cursor event { id args } } }";
const maxConnections = 60;
const maxLiveQueries = 40;

describe.skipIf(!hasAnvil)(`attacks over WebSocket (seed ${firstSeed})`, () => {
  const random = new Random(firstSeed);
  const siege = new Siege(
    {
      LIVE_INIT_SECONDS: "1",
      LIVE_MAX_CONNECTIONS_PER_ADDRESS: String(maxConnections),
      LIVE_MAX_LIVE_QUERIES: String(maxLiveQueries),
    },
    { noisy: noisyRoom, quiet: 8_000 },
  );

  test("frames that are none end their connection and no other", async () => {
    const bytes = (...values: number[]): Buffer => Buffer.from(values);
    const mask = [1, 2, 3, 4];
    const frames: Record<string, Buffer> = {
      "a text without a mask": bytes(0x81, 0x02, 0x7b, 0x7d),
      "reserved bits": bytes(0xf1, 0x80, ...mask),
      "an unknown opcode": bytes(0x83, 0x80, ...mask),
      "a fragmented ping": bytes(0x09, 0x80, ...mask),
      "a ping that is too long": bytes(0x89, 0xfe, 0x01, 0x00, ...mask),
      "a continuation of nothing": bytes(0x80, 0x80, ...mask),
      "a length of 2^63": bytes(0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, ...mask),
      "a length over the limit": bytes(0x81, 0xff, 0, 0, 0, 0, 0x10, 0, 0, 0, ...mask),
      "text that is not UTF-8": bytes(0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28),
      "a close code that is none": bytes(0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01),
    };
    for (const frame of Object.values(frames)) {
      const { socket, heard, closed } = await siege.attacker.connect();
      socket.write(upgradeRequest("/graphql"));
      socket.write(frame);
      await closed;
      expect(heard()).toContain("101 Switching Protocols");
    }
  });

  test("noise after the greeting, and connections that are cut anywhere, change nothing", async () => {
    for (let i = 0; i < 100; i++) {
      const { socket, closed } = await siege.attacker.connect();
      const whole = Buffer.concat([
        Buffer.from(upgradeRequest(random.oneOf(["/graphql", "/elsewhere", "//", "/%", "*"]))),
        Buffer.from(random.hex(2 * random.between(0, 299)), "hex"),
      ]);
      socket.write(whole.subarray(0, random.between(0, whole.length)), () =>
        socket.resetAndDestroy(),
      );
      await closed;
    }
  });

  test("an upgrade that is turned away may be reset meanwhile", async () => {
    for (const path of ["//", "/elsewhere"]) {
      const { socket, heard, closed } = await siege.attacker.connect();
      socket.write(upgradeRequest(path));
      await once(socket, "data");
      expect(heard()).toContain("404");
      socket.resetAndDestroy();
      await closed;
    }
  });

  test("connections that never begin are closed, and a flood of them stays outside", async () => {
    const sockets = await Promise.all(
      Array.from({ length: 5 * maxConnections }, () => siege.attacker.openWebSocket()),
    );
    const inside = sockets.filter((socket) => socket !== undefined);
    expect(inside).toHaveLength(maxConnections);
    expect(new Set(await Promise.all(inside.map(closeCode)))).toEqual(new Set([4408]));
    (await siege.attacker.greet()).terminate();
  });

  test("a flood of messages ends its connection with 1008", async () => {
    for (const message of [
      '{"type":"ping"}',
      '{"type":"pong"}',
      '{"type":"complete","id":"x"}',
      subscribeMessage("same", "{ _meta { status } }"),
    ]) {
      const socket = await siege.attacker.greet();
      const closed = closeCode(socket);
      for (let i = 0; i < 1_000; i++) socket.send(message);
      expect([1008, 4409]).toContain(await closed);
    }
  });

  test("pings that nobody reads the answers of end their connection", async () => {
    const socket = await siege.attacker.greet();
    const closed = closeCode(socket);
    for (let i = 0; i < 1_000; i++) socket.ping("x".repeat(125));
    expect(await closed).toBe(1008);
  });

  test.each([
    [
      "deep",
      (i: number) =>
        `{ a${i}: __schema { types { fields { type { fields { type { fields { name } } } } } } } }`,
      "OPERATION_TOO_LARGE",
    ],
    [
      "aliased",
      (i: number) =>
        `{ ${Array.from({ length: 60 }, (_, j) => `a${i}_${j}: _meta { status }`).join(" ")} }`,
      "OPERATION_TOO_LARGE",
    ],
    [
      "repeated",
      (i: number) => `query q${i} { _meta { ${"status ".repeat(900)} } }`,
      "OPERATION_TOO_LARGE",
    ],
    [
      "misspelt",
      (i: number) => `query q${i} { ${"rom ".repeat(90)} }`,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["endless", (i: number) => `query q${i} { ${"a { ".repeat(2_000)}`, "GRAPHQL_PARSE_FAILED"],
    [
      "circular",
      (i: number) =>
        `query q${i} { ...A } fragment A on Query { ...B } fragment B on Query { ...A }`,
      "GRAPHQL_VALIDATION_FAILED",
    ],
  ])(
    "hundreds of %s operations, each different, are refused without anybody waiting",
    async (_, query, code) => {
      const socket = await siege.attacker.greet();
      const first = answerTo(socket, "0");
      for (let i = 0; i < 400; i++) socket.send(subscribeMessage(String(i), query(i)));
      expect(await first).toContain(code);
      await siege.expectHarmless();
      socket.terminate();
    },
  );

  test("a message over the limit ends its connection with 1009", async () => {
    const socket = await siege.attacker.greet();
    const closed = closeCode(socket);
    socket.send(subscribeMessage("a", everything, { where: { type: ["x".repeat(100_000)] } }));
    expect(await closed).toBe(1009);
  });

  test("subscriptions with huge filters are refused once they hold too much", async () => {
    const socket = await siege.attacker.greet();
    const type = Array.from({ length: 900 }, (_, i) => `${i}${"x".repeat(60)}`);
    let refused = "";
    for (let i = 0; refused === ""; i++) {
      const answer = answerTo(socket, String(i));
      socket.send(
        subscribeMessage(String(i), everything, { where: { type, subject: [String(i)] } }),
      );
      const text = await answer;
      if (text.includes('"error"')) refused = text;
      expect(i).toBeLessThan(50);
    }
    expect(refused).toContain("OPERATION_TOO_LARGE");
    socket.terminate();
  });

  test("more different live queries than are allowed are refused, and no more are run", async () => {
    const socket = await siege.attacker.greet();
    const answers: string[] = [];
    socket.on("message", (data: Buffer) => answers.push(data.toString()));
    const last = answerTo(socket, "last");
    for (let i = 0; i < 2 * maxLiveQueries; i++) {
      socket.send(
        subscribeMessage(
          String(i),
          "subscription ($id: String!) { room(chainId: 31337, id: $id) { id } }",
          {
            id: String(i),
          },
        ),
      );
    }
    socket.send(subscribeMessage("last", "{ nothing }"));
    await last;
    expect(answers.filter((text) => text.includes("BUSY"))).toHaveLength(maxLiveQueries);
    socket.terminate();
  });

  test("keys that are special in JavaScript are keys like any other", async () => {
    const socket = await siege.attacker.greet();
    const say = async (id: string, payload: string): Promise<string> => {
      const answer = answerTo(socket, id);
      socket.send(`{"id":${JSON.stringify(id)},"type":"subscribe","payload":${payload}}`);
      return answer;
    };
    const special =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}';
    const query = JSON.stringify(everything);
    expect(await say("a", `{"query":${query},"variables":${special}}`)).toContain("BLOCK");
    expect(await say("b", `{"query":${query},"variables":{"where":${special}}}`)).toContain(
      "BAD_USER_INPUT",
    );
    expect(
      await say("c", `{"query":${query},"extensions":{"persistedQuery":${special}}}`),
    ).toContain("BLOCK");
    expect(
      await say("d", `{"extensions":{"persistedQuery":{"sha256Hash":"__proto__"}}}`),
    ).toContain("PERSISTED_QUERY_NOT_FOUND");
    expect(await say("__proto__", `{"query":${query},"operationName":"constructor"}`)).toContain(
      "BAD_REQUEST",
    );
    const pollute = JSON.stringify(
      "query ($__proto__: Int, $constructor: Int) { rooms(limit: $constructor) { items { id } } }",
    );
    expect(await say("constructor", `{"query":${pollute},"variables":${special}}`)).toContain(
      "constructor",
    );
    expect(
      await say("e", '{"query":"{ room(chainId: 31337, id: \\"__proto__\\") { id } }"}'),
    ).toContain('"room":null');
    socket.terminate();
  });

  test("sockets that never read are closed with what they can resume from, and memory stays bounded", async () => {
    const sockets = await Promise.all(Array.from({ length: 40 }, () => siege.attacker.greet()));
    for (const [index, socket] of sockets.entries()) {
      const ready = answerTo(socket, `subscription ${index} 19`);
      for (let i = 0; i < 20; i++) {
        // ids of their own, so that no two share their bytes
        socket.send(
          subscribeMessage(`subscription ${index} ${i}`, everything, {
            where: { subject: [String(noisyRoom)] },
          }),
        );
      }
      await ready;
      socket.pause();
    }
    const code = Promise.race(sockets.map(closeCode));
    await siege.floodUntil(300, (line) => line.includes("reads too slowly"));
    for (const socket of sockets) socket.resume();
    expect(await code).toBe(1013);
    for (const socket of sockets) socket.terminate();
  });
});
