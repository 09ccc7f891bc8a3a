import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createPublicClient, http } from "viem";
import { foundry } from "viem/chains";
import { expect } from "vitest";
import { LOCAL_CHAIN_ID, parseDeployment } from "../../protocol/deployment.ts";
import { chainAnswers, startChain } from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { waitUntilReady } from "../../scripts/local/service.ts";
import { root } from "../../scripts/paths.ts";
import { runScript } from "../scripts/script.ts";

export type DeployedChain = Awaited<ReturnType<typeof startDeployedChain>>;

/** A node of its own with the contracts on it, that mines each transaction at once. */
export async function startDeployedChain(folder: string, chainId = LOCAL_CHAIN_ID) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const node = startChain({ port, chainId, logFile: join(folder, `chain-${chainId}.log`) });
  const abort = new AbortController().signal;
  await waitUntilReady(node, () => chainAnswers(url, chainId), { timeoutMs: 30_000, abort });
  const file = join(folder, `${chainId}.json`);
  const parameters = join(root, "ignition/parameters/local.json5");
  const args = ["--network", "local", "--parameters", parameters, "--output", file];
  const { code, stderr } = await runScript("deploy", args, { KHIPU_RPC_URL: url }).ended;
  expect(`${code} ${stderr}`).toBe("0 ");
  const chain = createPublicClient({
    chain: { ...foundry, id: chainId },
    transport: http(url),
    pollingInterval: 50,
  });
  return {
    url,
    file,
    deployment: parseDeployment(JSON.parse(readFileSync(file, "utf8")), file),
    /** From this block on all contracts are there. */
    readyAt: await chain.getBlockNumber({ cacheTime: 0 }),
    chain,
    stop: () => node.stop(),
  };
}
