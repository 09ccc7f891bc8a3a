import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  maxUint256,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faucetTokenAbi, khipuVaultAbi, savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { LOCAL_MNEMONIC, mineAtOnce } from "../../scripts/local/chain.ts";
import { LocalWorld } from "../../scripts/local/local-world.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { Progress } from "../../scripts/local/progress.ts";
import { Random } from "../../scripts/local/random.ts";

const ACTIONS = 150;
/** An estimate would not do: what a report costs depends on the yield that has come until it is mined. */
const GAS = 3_000_000n;

describe("the index of a savings pool", () => {
  const seed = process.env["KHIPU_TEST_SEED"] ?? String(Date.now());
  const random = new Random(seed);
  const savers = [10, 11, 12, 13].map((addressIndex) =>
    mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex }),
  );
  let folder: string;
  let world: LocalWorld;
  let asset: { address: Address; abi: typeof faucetTokenAbi };
  let vault: { address: Address; abi: typeof khipuVaultAbi };
  let pool: { address: Address; abi: typeof savingsPoolAbi };

  const chain = () =>
    createPublicClient({ chain: foundry, transport: http(world.urls.chain), pollingInterval: 50 });

  const transact = async (account: Account, to: Address, data: Hex) => {
    const client = chain();
    const wallet = createWalletClient({ chain: foundry, transport: http(world.urls.chain) });
    const hash = await wallet.sendTransaction({ account, to, data, gas: GAS });
    const { status } = await client.waitForTransactionReceipt({ hash });
    expect(status).toBe("success");
  };

  const query = async <T>(text: string): Promise<T> => {
    const response = await fetch(world.urls.api, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: text }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  };

  /** The index has taken in every block up to this one. */
  const indexedUpTo = async (block: bigint) => {
    for (;;) {
      const { _meta } = await query<{
        _meta: { status: Record<string, { block: { number: number } }> };
      }>("{ _meta { status } }");
      if (Object.values(_meta.status).every((status) => BigInt(status.block.number) >= block))
        return;
    }
  };

  const positionOf = async (saver: Address) =>
    chain().readContract({ ...pool, functionName: "positionOf", args: [saver] });

  const act = async (account: Account) => {
    const own = account.address;
    const [, principal, , yieldAssets] = await positionOf(own);
    const choices =
      principal === 0n ? ["deposit"] : ["deposit", "withdraw", "leave", "compound", "report"];
    if (yieldAssets > 0n) choices.push("claim");
    const amount = BigInt(random.between(1_000_000, 500_000_000));
    switch (random.oneOf(choices)) {
      case "deposit": {
        const args = [amount, random.oneOf(savers).address, 0n] as const;
        return transact(
          account,
          pool.address,
          encodeFunctionData({ ...pool, functionName: "deposit", args }),
        );
      }
      case "withdraw": {
        const args = [
          (principal * BigInt(random.between(1, 100))) / 100n,
          own,
          maxUint256,
        ] as const;
        return transact(
          account,
          pool.address,
          encodeFunctionData({ ...pool, functionName: "withdraw", args }),
        );
      }
      case "leave": {
        const args = [own, 0n] as const;
        return transact(
          account,
          pool.address,
          encodeFunctionData({ ...pool, functionName: "withdrawAll", args }),
        );
      }
      case "compound": {
        const args = [savers.map(({ address }) => address)] as const;
        return transact(
          account,
          pool.address,
          encodeFunctionData({ ...pool, functionName: "compound", args }),
        );
      }
      case "claim": {
        const args = [own] as const;
        return transact(
          account,
          pool.address,
          encodeFunctionData({ ...pool, functionName: "claimYield", args }),
        );
      }
      default:
        await transact(
          account,
          vault.address,
          encodeFunctionData({ ...vault, functionName: "rebalance" }),
        );
        return transact(
          account,
          vault.address,
          encodeFunctionData({ ...vault, functionName: "report" }),
        );
    }
  };

  beforeAll(async () => {
    process.stdout.write(`seed ${seed} (repeat with KHIPU_TEST_SEED=${seed})\n`);
    folder = mkdtempSync(join(tmpdir(), "khipuvault-index-"));
    world = new LocalWorld({
      folder,
      ports: { app: await freePort(), api: await freePort(), chain: await freePort() },
      fresh: true,
      web: false,
      simulation: false,
      progress: new Progress(),
      abort: new AbortController().signal,
    });
    await Promise.race([world.start(), world.failure]);
    await mineAtOnce(world.urls.chain);
    const deployment = world.state.deployment();
    asset = { address: deployedAt(deployment, "Asset").address, abi: faucetTokenAbi };
    vault = { address: deployedAt(deployment, "KhipuVault").address, abi: khipuVaultAbi };
    pool = { address: deployedAt(deployment, "SavingsPool").address, abi: savingsPoolAbi };

    const approval = encodeFunctionData({
      ...asset,
      functionName: "approve",
      args: [pool.address, maxUint256],
    });
    await Promise.all(
      savers.map(async (saver) => {
        const args = [saver.address, 10n ** 12n] as const;
        await transact(
          saver,
          asset.address,
          encodeFunctionData({ ...asset, functionName: "mint", args }),
        );
        await transact(saver, asset.address, approval);
      }),
    );
    for (let action = 0; action < ACTIONS; action++) await act(random.oneOf(savers));
    await indexedUpTo(await chain().getBlockNumber());
  });

  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("has every position as the contract has it", async () => {
    const { savingsPositions } = await query<{
      savingsPositions: { items: { saver: Address; principal: string; shares: string }[] };
    }>("{ savingsPositions { items { saver principal shares } } }");
    expect(savingsPositions.items).not.toEqual([]);
    for (const { saver, principal, shares } of savingsPositions.items) {
      const [sharesNow, principalNow] = await positionOf(saver);
      expect({ saver, principal, shares }).toEqual({
        saver,
        principal: String(principalNow),
        shares: String(sharesNow),
      });
    }
  });

  it("has the pool's totals as the contract has them, and the savers who are in it now", async () => {
    const [totalShares, totalPrincipal] = await chain().readContract({
      ...pool,
      functionName: "totals",
    });
    const positions = await Promise.all(savers.map(async ({ address }) => positionOf(address)));
    const { savingsPools } = await query<{
      savingsPools: {
        items: { totalPrincipal: string; totalShares: string; activeSavers: number }[];
      };
    }>("{ savingsPools { items { totalPrincipal totalShares activeSavers } } }");
    expect(savingsPools.items).toEqual([
      {
        totalPrincipal: String(totalPrincipal),
        totalShares: String(totalShares),
        activeSavers: positions.filter(([shares]) => shares > 0n).length,
      },
    ]);
  });

  it("knows from events alone what a vault share is worth", async () => {
    const { vaults } = await query<{ vaults: { items: Record<string, string>[] } }>(
      "{ vaults { items { grossAssets totalSupply lockedProfit unlockStart unlockEnd } } }",
    );
    const number = (name: string) => BigInt(vaults.items[0]?.[name] ?? "");
    const block = await chain().getBlock();
    const shares = 10n ** 12n;
    const elapsed = block.timestamp - number("unlockStart");
    const period = number("unlockEnd") - number("unlockStart");
    const locked =
      block.timestamp >= number("unlockEnd")
        ? 0n
        : (number("lockedProfit") * (period - elapsed) + period - 1n) / period;
    const worth =
      (shares * (number("grossAssets") - locked + 1n)) / (number("totalSupply") + 10n ** 6n);
    const args = [shares] as const;
    const blockNumber = block.number;
    expect(worth).toBe(
      await chain().readContract({ ...vault, functionName: "convertToAssets", args, blockNumber }),
    );
  });

  it("has each savings event of the chain once in its log, in the order of the chain", async () => {
    const { events } = await query<{
      events: { items: { id: string; transactionHash: string; logIndex: number; type: string }[] };
    }>(
      '{ events(where: { product: "savings" }, orderBy: "id", limit: 1000) { items { id transactionHash logIndex type } } }',
    );
    const logs = await chain().getContractEvents({ ...pool, fromBlock: 0n });
    const known = new Set([
      "DepositMade",
      "WithdrawalMade",
      "YieldClaimed",
      "AutoCompoundExecuted",
    ]);
    expect(
      events.items.map(
        ({ transactionHash, logIndex, type }) => `${transactionHash} ${logIndex} ${type}`,
      ),
    ).toEqual(
      logs
        .filter(({ eventName }) => known.has(eventName))
        .map(
          ({ transactionHash, logIndex, eventName }) =>
            `${transactionHash} ${logIndex} ${eventName}`,
        ),
    );
    expect(new Set(events.items.map(({ id }) => id)).size).toBe(events.items.length);
  });
});
