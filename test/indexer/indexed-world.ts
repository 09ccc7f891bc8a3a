import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, createTestClient, http } from "viem";
import { foundry } from "viem/chains";
import { vi } from "vitest";
import { lotteryPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { anvilBinary, mineAtOnce } from "../../scripts/local/chain.ts";
import { LocalWorld } from "../../scripts/local/local-world.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { Progress } from "../../scripts/local/progress.ts";
import { apiAt } from "./api.ts";

/** How long a round of the local lottery runs. */
const ROUND_SECONDS = 180;
/** The states of a round that was drawn, or ended without a draw. */
const SETTLED = [5, 6];

/** A local world without web app and simulation, that mines each transaction at once. */
export async function startIndexedWorld() {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-index-"));
  const world = new LocalWorld({
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
  const chain = createPublicClient({
    chain: foundry,
    transport: http(world.urls.chain),
    pollingInterval: 50,
  });

  const mode = anvilBinary() === undefined ? "hardhat" : "anvil";
  const clock = createTestClient({ mode, transport: http(world.urls.chain) });

  const { query } = apiAt(world.urls.api);
  const deployment = world.state.deployment();
  return {
    deployment,
    url: world.urls.chain,
    api: world.urls.api,
    chain,
    query,
    /** Lets the chain's clock run ahead, so that yield comes and unlocks. */
    async pass(seconds: number): Promise<void> {
      await clock.increaseTime({ seconds });
      await clock.mine({ blocks: 1 });
    },
    /** Lets the round's time run out and the keeper and the oracle do what is due; resolves when the round is settled. */
    async endOfRound(): Promise<void> {
      const lottery = {
        address: deployedAt(deployment, "LotteryPool").address,
        abi: lotteryPoolAbi,
      } as const;
      const current = { ...lottery, functionName: "currentRound" } as const;
      const ending = await chain.readContract(current);
      await this.pass(ROUND_SECONDS);
      const args = [ending] as const;
      const round = { ...lottery, functionName: "roundOf", args } as const;
      await vi.waitUntil(
        async () => {
          // The oracle wants confirmations.
          await clock.mine({ blocks: 1 });
          return SETTLED.includes((await chain.readContract(round)).state);
        },
        { timeout: 60_000, interval: 250 },
      );
    },
    /** From now on no block comes, whatever keeper and oracle still send. */
    async freeze(): Promise<void> {
      await clock.setAutomine(false);
    },
    /** Resolves when the index has taken in all that the chain has now. */
    async indexed(): Promise<void> {
      const head = await chain.getBlockNumber({ cacheTime: 0 });
      type Status = Record<string, { block: { number: number } }>;
      for (;;) {
        const { _meta } = await query<{ _meta: { status: Status } }>("{ _meta { status } }");
        if (Object.values(_meta.status).every(({ block }) => BigInt(block.number) >= head)) return;
      }
    },
    async stop(): Promise<void> {
      await world.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type IndexedWorld = Awaited<ReturnType<typeof startIndexedWorld>>;
