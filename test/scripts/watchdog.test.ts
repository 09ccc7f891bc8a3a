import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Watchdog } from "../../scripts/indexer/watchdog.ts";
import { freePort } from "../../scripts/local/ports.ts";

/** How long an API may be silent here. */
const patienceMs = 300;
/** Longer than it gives one that hangs, from its patience with one at work on. */
const busyMs = 13_000;

/** Says of itself what an indexer says; after it has said so twice, the other one happens to it. */
const indexer = (fate: string) => `
let answers = 0;
process.on("SIGTERM", () => process.exit(0));
require("node:http").createServer((_, response) => {
  response.end('{"chains":[{"chainId":7,"head":{"number":"9"}}]}');
  if (++answers === 2) setImmediate(() => { ${fate} });
}).listen(Number(process.argv[1]), "127.0.0.1");
`;

describe("the watchdog", () => {
  let node: Server;
  let rpcUrl: string;
  let watchdog: Watchdog | undefined;
  let children: ChildProcess[] = [];

  beforeAll(async () => {
    node = createServer((_, response) => response.end('{"result":"0x9"}')).listen(0, "127.0.0.1");
    await once(node, "listening");
    rpcUrl = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
  });
  afterAll(() => node.close());
  afterEach(() => {
    watchdog?.stop("SIGKILL");
    children = [];
  });

  /** How an indexer ends, with exit code and signal. */
  async function endOf(fate: string): Promise<unknown[]> {
    const port = await freePort();
    watchdog = new Watchdog({
      start() {
        const child = spawn(process.execPath, ["-e", indexer(fate), String(port)]);
        children.push(child);
        return child;
      },
      apiUrl: `http://127.0.0.1:${port}`,
      chains: [{ chainId: 7, rpcUrls: [rpcUrl] }],
      patienceMs,
      say: () => undefined,
    });
    const [child] = children;
    if (!child) throw new Error("The watchdog has started nothing.");
    return once(child, "exit");
  }

  test("ends one that hangs, by force where it does not hear", async () => {
    expect(await endOf('process.kill(process.pid, "SIGSTOP")')).toEqual([null, "SIGKILL"]);
  });

  test("lets one that is at work end by itself, however long that takes", async () => {
    const work = `const end = Date.now() + ${busyMs}; while (Date.now() < end);`;
    expect(await endOf(work)).toEqual([0, null]);
  });
});
