import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClient, createWalletClient, http, maxUint256, type PublicClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  faucetTokenAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  savingsPoolAbi,
  testnetYieldVaultAbi,
} from "../../protocol/abis.generated.ts";
import {
  type Deployment,
  deployedAt,
  LOCAL_CHAIN_ID,
  SECOND_LOCAL_CHAIN_ID,
} from "../../protocol/deployment.ts";
import { anvilBinary, LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { Random } from "../../scripts/local/random.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import { hasAnvil } from "../live/world.ts";
import { firstSeed, runsOf } from "../seed.ts";
import { type Api, apiAt } from "./api.ts";
import { rowsOf, tableNames } from "./api-tables.ts";
import { byContent } from "./by-content.ts";
import { type DeployedChain, startDeployedChain } from "./deployed-chain.ts";
import { mined } from "./mined.ts";
import { readLogs } from "./oracle/log.ts";
import { Oracle } from "./oracle/oracle.ts";
import type { Row } from "./oracle/row.ts";

/** What is saved on each chain. */
const deposits = {
  [LOCAL_CHAIN_ID]: [5_000_000n],
  [SECOND_LOCAL_CHAIN_ID]: [7_000_000n, 1_000_000n],
};

/** So many times the chains take back blocks. */
const reorganisations = runsOf({ short: 8, deep: 200 });

/** Three players, a loss that is made good, eight rounds in which nobody asks, and one player who stays after the end. */
async function endLottery({ url, deployment, chain }: DeployedChain): Promise<void> {
  const at = (name: string) => deployedAt(deployment, name).address;
  const lottery = { address: at("LotteryPool"), abi: lotteryPoolAbi } as const;
  const vault = { address: at("KhipuVault"), abi: khipuVaultAbi } as const;
  const mode = anvilBinary() === undefined ? "hardhat" : "anvil";
  const clock = createTestClient({ mode, transport: http(url) });
  const pass = async (seconds: number) => {
    await clock.increaseTime({ seconds });
    await clock.mine({ blocks: 1 });
  };
  const players = [10, 11, 12].map((addressIndex) => {
    const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex });
    return createWalletClient({ account, chain: chain.chain, transport: http(url) });
  });
  const [ana, beto, carla] = players;
  if (!ana || !beto || !carla) throw new Error("three players are needed");
  const asset = { address: at("Asset"), abi: faucetTokenAbi } as const;
  for (const player of players) {
    const money = [player.account.address, 10n ** 9n] as const;
    await mined(chain, player.writeContract({ ...asset, functionName: "mint", args: money }));
    const args = [lottery.address, maxUint256] as const;
    await mined(chain, player.writeContract({ ...asset, functionName: "approve", args }));
  }
  const buy = async (player: typeof ana, assets: bigint) => {
    const args = [assets, player.account.address, 0n] as const;
    await mined(chain, player.writeContract({ ...lottery, functionName: "buyTickets", args }));
  };
  const call = async (functionName: "closeRound" | "rollOver" | "windDown") =>
    mined(chain, ana.writeContract({ ...lottery, functionName, args: [] }));
  await buy(ana, 100_000_000n);
  await buy(beto, 300_000_000n);
  await pass(60);
  await mined(chain, ana.writeContract({ ...vault, functionName: "rebalance" }));
  const order = await chain.readContract({ ...vault, functionName: "supplyOrder" });
  const strategy = { address: order[0] ?? vault.address, abi: testnetYieldVaultAbi } as const;
  const losing = ana.writeContract({ ...strategy, functionName: "lose", args: [50_000_000n] });
  await mined(chain, losing);
  const cover = { functionName: "coverPrincipal", args: [100_000_000n] } as const;
  await mined(chain, carla.writeContract({ ...lottery, ...cover }));
  const prize = { functionName: "sponsorPrize", args: [20_000_000n, 0n] } as const;
  await mined(chain, carla.writeContract({ ...lottery, ...prize }));
  for (let round = 1; round <= 8; round++) {
    await pass(180);
    if (round === 8) await buy(carla, 50_000_000n);
    await pass(20);
    await call("closeRound");
    await pass(61);
    await call("rollOver");
  }
  await buy(carla, 1_000_000n);
  await call("windDown");
  const part = {
    functionName: "redeemTickets",
    args: [2n, 100_000_000n, carla.account.address, 0n],
  } as const;
  await mined(chain, beto.writeContract({ ...lottery, ...part }));
  const all = {
    functionName: "redeemEntriesAsShares",
    args: [[3n, 4n], carla.account.address],
  } as const;
  await mined(chain, carla.writeContract({ ...lottery, ...all }));
}

describe(`one indexer over two chains, on which the contracts have the same addresses (seed ${firstSeed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-chains-"));
  const abort = new AbortController().signal;
  const started: { stop(): Promise<unknown> }[] = [];
  const expected = new Map<number, Record<string, Row[]>>();
  const deployments = new Map<number, Deployment>();
  const chains: Awaited<ReturnType<typeof startAndSave>>[] = [];
  let api: string;
  const world: Pick<Api, "query"> = { query: (text) => apiAt(`${api}/graphql`).query(text) };

  async function readExpected(chainId: number, client: PublicClient, deployment: Deployment) {
    const head = await client.getBlockNumber({ cacheTime: 0 });
    const logs = await readLogs(client, deployment, head);
    expected.set(chainId, new Oracle(logs, chainId).tables());
    return head;
  }

  /** Whether the index has taken in all that the chains have. */
  async function isCaughtUp(heads: readonly bigint[]): Promise<boolean> {
    interface Meta {
      _meta: { chains: { chainId: number; head: { number: string } }[] };
    }
    const { _meta } = await world.query<Meta>("{ _meta { chains { chainId head { number } } } }");
    return chains.every(({ chainId }, place) =>
      _meta.chains.some(
        (chain) => chain.chainId === chainId && BigInt(chain.head.number) >= (heads[place] ?? 0n),
      ),
    );
  }

  async function startAndSave(chainId: number, amounts: readonly bigint[]) {
    const node = await startDeployedChain(folder, chainId);
    started.push(node);
    const { url, file, deployment, chain: client } = node;
    const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 10 });
    const wallet = createWalletClient({ account, chain: client.chain, transport: http(url) });
    const at = (name: string) => deployedAt(deployment, name).address;
    const asset = { address: at("Asset"), abi: faucetTokenAbi } as const;
    const pool = { address: at("SavingsPool"), abi: savingsPoolAbi } as const;
    const money = [account.address, 10n ** 9n] as const;
    await mined(client, wallet.writeContract({ ...asset, functionName: "mint", args: money }));
    const allowance = [pool.address, maxUint256] as const;
    await mined(
      client,
      wallet.writeContract({ ...asset, functionName: "approve", args: allowance }),
    );
    const save = async (amount: bigint): Promise<void> => {
      const args = [amount, account.address, 0n] as const;
      await mined(client, wallet.writeContract({ ...pool, functionName: "deposit", args }));
    };
    for (const amount of amounts) await save(amount);
    if (chainId === SECOND_LOCAL_CHAIN_ID) await endLottery(node);
    deployments.set(chainId, deployment);
    const head = await readExpected(chainId, client, deployment);
    return { chainId, url, file, deployment, client, head, save };
  }

  beforeAll(async () => {
    for (const [chainId, amounts] of Object.entries(deposits)) {
      chains.push(await startAndSave(Number(chainId), amounts));
    }
    const port = await freePort();
    api = `http://127.0.0.1:${port}`;
    const urls = chains.map(({ chainId, url }) => [`KHIPU_RPC_URL_${chainId}`, url] as const);
    const indexer = startService({
      name: "The indexer",
      command: binary("node"),
      args: [join(root, "scripts/indexer.ts"), "--port", String(port)],
      env: {
        ...Object.fromEntries(urls),
        KHIPU_DEPLOYMENT: chains.map(({ file }) => file).join(","),
        KHIPU_INDEX_DIR: join(folder, "index"),
        KHIPU_STREAM_CHAIN: String(SECOND_LOCAL_CHAIN_ID),
        DATABASE_URL: "",
      },
      logFile: join(folder, "indexer.log"),
    });
    started.push(indexer);
    const isReady = async () => (await fetch(`${api}/ready`)).ok;
    await waitUntilReady(indexer, isReady, { timeoutMs: 120_000, abort });
    const heads = chains.map(({ head }) => head);
    await vi.waitUntil(() => isCaughtUp(heads), { timeout: 60_000, interval: 100 });
  });

  afterAll(async () => {
    for (const service of started.reverse()) await service.stop();
    rmSync(folder, { recursive: true });
  });

  it("finds the same contract at the same address on both", () => {
    const [first, second] = [...deployments.values()].map(
      (deployment) => deployedAt(deployment, "SavingsPool").address,
    );
    expect(first).toBe(second);
  });

  it.each(tableNames())("has the rows of both chains in the table %s", async (table) => {
    const rows = await rowsOf(world, table);
    const both = [...expected.values()].flatMap((tables) => tables[table] ?? []);
    expect(rows.toSorted(byContent)).toEqual(both.toSorted(byContent));
  });

  it("values tickets of a lottery that was wound down with their part of what is left", async () => {
    const deployment = deployments.get(SECOND_LOCAL_CHAIN_ID);
    if (!deployment) throw new Error("there is no second chain");
    const address = deployedAt(deployment, "LotteryPool").address;
    const owner = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 11 }).address;
    const { lotteryPool, account } = await world.query<{
      lotteryPool: { woundDownAt: string | null; weightLeft: string; prize: { assets: string } };
      account: { positions: { product: string; principal: string; value: { assets: string } }[] };
    }>(
      `{ lotteryPool(chainId: ${SECOND_LOCAL_CHAIN_ID}, address: "${address}") { woundDownAt weightLeft prize { assets } }
         account(chainId: ${SECOND_LOCAL_CHAIN_ID}, address: "${owner}") { positions { product principal value { assets } } } }`,
    );
    expect(lotteryPool).toMatchObject({ prize: { assets: "0" } });
    expect(lotteryPool.woundDownAt).not.toBeNull();
    const tickets = account.positions.find(({ product }) => product === "lottery");
    // Of 20 that were to be won about two thirds of what is left are for two hundred of three hundred.
    expect(tickets?.principal).toBe("200000000");
    expect(Number(tickets?.value.assets)).toBeGreaterThan(208_000_000);
    expect(Number(tickets?.value.assets)).toBeLessThan(216_000_000);
  });

  it("streams the events of the chain that it is told to", async () => {
    const query = `subscription { events(after: "", where: { type: ["DepositMade"] }) { kind event { chainId args } } }`;
    const response = await fetch(`${api}/graphql`, {
      method: "POST",
      headers: { accept: "text/event-stream", "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    const chainIds: number[] = [];
    const expectedCount = deposits[SECOND_LOCAL_CHAIN_ID].length;
    const decoder = new TextDecoder();
    let text = "";
    for await (const part of response.body ?? []) {
      text += decoder.decode(part, { stream: true });
      const found = [...text.matchAll(/"chainId":(\d+)/g)].map(([, id]) => Number(id));
      if (found.length < expectedCount || !text.includes('"BLOCK"')) continue;
      chainIds.push(...found);
      break;
    }
    expect(chainIds).toEqual(deposits[SECOND_LOCAL_CHAIN_ID].map(() => SECOND_LOCAL_CHAIN_ID));
  });

  it.skipIf(!hasAnvil)(
    "has both as they are, whatever each of them takes back",
    { timeout: reorganisations * 5_000 + 60_000 },
    async () => {
      const random = new Random(firstSeed);
      for (let i = 0; i < reorganisations; i++) {
        for (const { save } of chains) await save(BigInt(random.between(1, 10)) * 1_000_000n);
        const together = random.between(0, 1) === 1 ? chains : [random.oneOf(chains)];
        await Promise.all(
          together.map(({ url }) => {
            const node = createTestClient({ mode: "anvil", transport: http(url) });
            const params = [random.between(1, 4), []] as const;
            return node.request({ method: "anvil_reorg" as never, params: params as never });
          }),
        );
      }
      const heads: bigint[] = [];
      for (const { chainId, client, deployment } of chains) {
        heads.push(await readExpected(chainId, client, deployment));
      }
      await vi.waitUntil(
        async () => {
          // Ponder takes in the block that shows it a reorganisation when it hears of the next one
          for (const { url } of chains) {
            await createTestClient({ mode: "anvil", transport: http(url) }).mine({ blocks: 1 });
          }
          return isCaughtUp(heads.map((head) => head + 1n));
        },
        { timeout: 150_000, interval: 250 },
      );
      for (const table of tableNames()) {
        const rows = await rowsOf(world, table);
        const both = [...expected.values()].flatMap((tables) => tables[table] ?? []);
        expect(rows.toSorted(byContent), table).toEqual(both.toSorted(byContent));
      }
    },
  );
});
