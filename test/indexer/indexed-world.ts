import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, createTestClient, http } from "viem";
import { foundry } from "viem/chains";
import { expect } from "vitest";
import { anvilBinary, mineAtOnce } from "../../scripts/local/chain.ts";
import { LocalWorld } from "../../scripts/local/local-world.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { Progress } from "../../scripts/local/progress.ts";

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

  return {
    deployment: world.state.deployment(),
    url: world.urls.chain,
    chain,
    query,
    /** Lets the chain's clock run ahead, so that yield comes and unlocks. */
    async pass(seconds: number): Promise<void> {
      await clock.increaseTime({ seconds });
      await clock.mine({ blocks: 1 });
    },
    /** Resolves when the index has taken in all that the chain has now. */
    async indexed(): Promise<void> {
      const head = await chain.getBlockNumber();
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
