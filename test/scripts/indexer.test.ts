import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/local/ports.ts";
import { runScript } from "./script.ts";

describe("npm run indexer, given something wrong", () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-indexer-"));
  const deployment = join(folder, "deployment.json");
  const genesisHash = `0x${"ab".repeat(32)}`;
  let node: Server;
  let rpc: string;

  beforeAll(async () => {
    writeFileSync(
      deployment,
      JSON.stringify({ chainId: 31_337, network: "local", genesisHash, contracts: {} }),
    );
    // It only has to say which chain it is; the refusals come before anything is asked of a chain.
    node = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const { id, method } = JSON.parse(text) as { id: number; method: string };
        const result =
          method === "eth_chainId"
            ? "0x7a69"
            : { number: "0x0", hash: genesisHash, transactions: [] };
        response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
      });
    });
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    rpc = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
  });
  afterAll(() => node.close());

  const refusal = async (env: Record<string, string>, args: string[] = []) => {
    const run = runScript("indexer", args, {
      KHIPU_DEPLOYMENT: deployment,
      KHIPU_RPC_URL: rpc,
      DATABASE_URL: "",
      ...env,
    });
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    return stderr.trim();
  };

  it("names a deployment file that is not there", async () => {
    expect(await refusal({ KHIPU_DEPLOYMENT: join(folder, "none.json") })).toMatch(
      /^There is no deployment file .*none\.json/,
    );
  });

  it("names a deployment file that is none", async () => {
    const file = join(folder, "wrong.json");
    writeFileSync(file, JSON.stringify({ chainId: "31337" }));
    expect(await refusal({ KHIPU_DEPLOYMENT: file })).toContain(
      "wrong.json is not a deployment file: chainId",
    );
  });

  it("says that the chain does not answer", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await refusal({ KHIPU_RPC_URL: url })).toBe(
      `The chain does not answer at ${url} (KHIPU_RPC_URL).`,
    );
  });

  it("refuses another chain than the deployment's", async () => {
    const file = join(folder, "other.json");
    writeFileSync(
      file,
      JSON.stringify({ chainId: 1, network: "other", genesisHash, contracts: {} }),
    );
    expect(await refusal({ KHIPU_DEPLOYMENT: file })).toContain(
      "is not the one of the deployment on other (chain id 1)",
    );
  });

  it("says that the database refuses", async () => {
    const url = `postgres://nobody@127.0.0.1:${await freePort()}/khipu`;
    expect(await refusal({ DATABASE_URL: url })).toMatch(
      /^The database at DATABASE_URL cannot be used: .*ECONNREFUSED/,
    );
  });

  it("wants PostgreSQL for serving alone", async () => {
    expect(await refusal({}, ["--serve"])).toContain("set DATABASE_URL");
  });
});
