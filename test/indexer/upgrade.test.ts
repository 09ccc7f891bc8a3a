import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWalletClient, http } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createLiveClient } from "../../packages/live-client/src/index.ts";
import { testnetPriceFeedAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { idInSchema, writeIdInSchema } from "../../scripts/indexer/index-id.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import { startPostgres, type Postgres } from "../live/postgres.ts";
import { openStream } from "../live/stream.ts";
import { runScript } from "../scripts/script.ts";
import { type DeployedChain, startDeployedChain } from "./deployed-chain.ts";
import { mined } from "./mined.ts";

const folder = mkdtempSync(join(tmpdir(), "khipuvault-upgrade-"));
const stops: (() => unknown)[] = [];
let postgres: Postgres;
let node: DeployedChain;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres();
  stops.push(() => postgres.stop());
  node = await startDeployedChain(folder);
  stops.push(() => node.stop());
  env = {
    KHIPU_DEPLOYMENT: node.file,
    KHIPU_RPC_URL: node.url,
    KHIPU_WS_URL: node.url.replace("http", "ws"),
    DATABASE_URL: postgres.url,
  };
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true });
});

async function startIndexer(schema: string): Promise<string> {
  const port = await freePort();
  const indexer = startService({
    name: "The indexer",
    command: binary("node"),
    args: [join(root, "scripts/indexer.ts"), "--schema", schema, "--port", String(port)],
    env,
    logFile: join(folder, `${schema}.log`),
  });
  stops.push(() => indexer.stop());
  const api = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${api}/ready`)).ok;
  const abort = new AbortController().signal;
  await waitUntilReady(indexer, isReady, { timeoutMs: 120_000, abort });
  return `${api}/graphql`;
}

async function setPrice(price: bigint): Promise<void> {
  const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 17 });
  const wallet = createWalletClient({ account, chain: foundry, transport: http(node.url) });
  const { address } = deployedAt(node.deployment, "PriceFeed");
  const call = { address, abi: testnetPriceFeedAbi, functionName: "setPrice" } as const;
  await mined(node.chain, wallet.writeContract({ ...call, args: [price] }));
}

test("an index of another version is refused, and made beside the old one while nobody notices", async () => {
  const old = await startIndexer("old");
  await vi.waitUntil(() => idInSchema(postgres.url, "old"), { timeout: 30_000, interval: 100 });
  const where = { type: ["AnswerUpdated"] };
  const reader = createLiveClient({ url: old });
  const stream = openStream(reader, { where });
  await stream.next();
  await setPrice(2n);
  const [heard] = await stream.until(({ kind }) => kind === "EVENT");
  const cursor = heard?.cursor ?? "";

  // as if other sources had made it
  await writeIdInSchema(postgres.url, "old", "an older version");
  const { code, stderr } = await runScript("indexer", ["--schema", "old"], env).ended;
  expect(code).toBe(1);
  expect(stderr.trim()).toBe(
    'The index in the schema "old" is of another version: start this one with another --schema, wait until its /ready answers 200, send the traffic there, then stop the old one.',
  );

  const anew = await startIndexer("anew");
  await setPrice(3n);
  const moved = createLiveClient({ url: anew });
  const values = async (from: typeof stream) => {
    const said = await from.until(({ event }) => event?.args["current"] === "3");
    return said.flatMap(({ kind, event }) => (kind === "EVENT" ? [event.args["current"]] : []));
  };
  const goesOn = openStream(moved, { where, after: cursor });
  expect(await values(goesOn)).toEqual(["3"]);
  expect(await values(stream)).toEqual(["3"]);
  reader.close();
  moved.close();
});
