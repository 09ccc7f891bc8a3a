import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClient, createWalletClient, http, maxUint256, publicActions } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, describe, expect, it, vi } from "vitest";
import { faucetTokenAbi, savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { anvilBinary, LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { WorldState } from "../../scripts/local/world-state.ts";
import { apiAt } from "../indexer/api.ts";
import { mined } from "../indexer/mined.ts";
import { isDeep } from "../seed.ts";
import { type Run, runScript } from "./script.ts";

const RESTARTS = 10;
const WEEK = 7 * 86_400;

describe.skipIf(!isDeep || anvilBinary() === undefined)("a week of the local world", () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-week-"));
  const state = new WorldState(join(folder, "world"));
  const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 18 });
  let run: Run | undefined;

  afterAll(async () => {
    run?.kill("SIGTERM");
    await run?.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async () => {
    run = runScript("start", [], {
      KHIPU_STATE: folder,
      KHIPU_APP_PORT: String(await freePort()),
      KHIPU_API_PORT: String(await freePort()),
      KHIPU_CHAIN_PORT: String(await freePort()),
    });
    const [, api = "", chain = ""] = await run.printed(
      /^ready in .* app \S+ {2}api (\S+) {2}chain (\S+)$/m,
    );
    return { api, chain };
  };

  /** Waits until the chain has been kept since. */
  const kept = async () => {
    const since = Date.now();
    const isKept = () => statSync(state.chainFile).mtimeMs > since;
    // one that was begun before may be taken over just after
    for (let times = 0; times < 2; times++) await vi.waitUntil(isKept, { timeout: 120_000 });
  };

  const bytes = () => Number(execFileSync("du", ["-sk", folder]).toString().split("\t")[0]) * 1_024;

  it(
    `loses nothing in ${RESTARTS} restarts, every other one after a kill`,
    { timeout: 45 * 60_000 },
    async () => {
      const deposits: { blockHash: string; blockNumber: bigint }[] = [];
      const sizes: string[] = [];
      for (let restart = 0; restart <= RESTARTS; restart++) {
        const { api, chain } = await start();
        const client = createWalletClient({ account, chain: foundry, transport: http(chain) });
        const reader = client.extend(publicActions);
        const clock = createTestClient({ mode: "anvil", transport: http(chain) });
        const deployment = state.deployment();
        const asset = { address: deployedAt(deployment, "Asset").address, abi: faucetTokenAbi };
        const pool = deployedAt(deployment, "SavingsPool").address;
        for (const { blockHash, blockNumber } of deposits) {
          expect((await reader.getBlock({ blockNumber })).hash).toBe(blockHash);
        }
        const saved = async () => {
          const { events } = await apiAt(api).query<{ events: { totalCount: number } }>(
            `{ events(where: { type: "DepositMade", actor: "${account.address.toLowerCase()}" }) { totalCount } }`,
          );
          return events.totalCount;
        };
        await expect.poll(saved, { timeout: 60_000 }).toBe(deposits.length);
        if (restart === RESTARTS) break;

        if (restart === 0) {
          const approve = { ...asset, functionName: "approve", args: [pool, maxUint256] } as const;
          await mined(reader, client.writeContract(approve));
        }
        const drip = { ...asset, functionName: "drip", args: [account.address] } as const;
        await mined(reader, client.writeContract(drip));
        const deposit = {
          address: pool,
          abi: savingsPoolAbi,
          functionName: "deposit",
          args: [5_000_000n, account.address, 0n],
        } as const;
        // says why, where it is refused
        await reader.simulateContract({ ...deposit, account });
        const hash = await client.writeContract({ ...deposit, gas: 500_000n });
        const receipt = await reader.waitForTransactionReceipt({ hash });
        expect(receipt.status).toBe("success");
        deposits.push(receipt);
        await clock.increaseTime({ seconds: Math.floor(WEEK / RESTARTS) });
        await clock.mine({ blocks: 1 });
        await expect.poll(saved, { timeout: 60_000 }).toBe(deposits.length);
        if (restart % 2 === 1) await kept();
        run?.kill(restart % 2 === 1 ? "SIGKILL" : "SIGTERM");
        await run?.ended;
        sizes.push(`${(bytes() / 2 ** 20).toFixed(0)} MiB`);
      }
      process.stdout.write(`The world's folder after each stop: ${sizes.join(", ")}\n`);
    },
  );
});
