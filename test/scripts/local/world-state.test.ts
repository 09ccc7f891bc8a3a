import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, createTestClient, http } from "viem";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LOCAL_CHAIN_ID } from "../../../protocol/deployment.ts";
import { anvilBinary, chainAnswers, goOnInTime, startChain } from "../../../scripts/local/chain.ts";
import { freePort } from "../../../scripts/local/ports.ts";
import { type Service, waitUntilReady } from "../../../scripts/local/service.ts";
import { WorldState } from "../../../scripts/local/world-state.ts";

describe.skipIf(anvilBinary() === undefined)("A kept world", () => {
  let parent: string;
  let folder: string;
  let state: WorldState;
  let node: Service;
  let url: string;

  const startNode = async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const files = { from: state.chainFile, to: state.nextChainFile };
    node = startChain({ port, logFile: join(parent, "chain.log"), state: files });
    const abort = new AbortController().signal;
    await waitUntilReady(node, () => chainAnswers(url), { timeoutMs: 30_000, abort });
  };
  const mine = (blocks: number) =>
    createTestClient({ mode: "anvil", transport: http(url) }).mine({ blocks });

  /** Three blocks, a deployment that names the last of them, and a clean stop. */
  beforeEach(async () => {
    parent = mkdtempSync(join(tmpdir(), "khipuvault-world-"));
    folder = join(parent, "world");
    state = new WorldState(folder);
    state.reset("contracts");
    await startNode();
    await mine(3);
    const chain = createPublicClient({ transport: http(url) });
    const [first, third] = await Promise.all(
      [0n, 3n].map((blockNumber) => chain.getBlock({ blockNumber })),
    );
    const deployment = {
      chainId: LOCAL_CHAIN_ID,
      network: "local",
      genesisHash: first?.hash,
      block: { number: 3, hash: third?.hash },
      contracts: {},
    };
    writeFileSync(state.deploymentFile, JSON.stringify(deployment));
    await node.stop();
    state.takeOverChain();
    state.markStopped();
  });
  afterEach(async () => {
    await node.stop();
    rmSync(parent, { recursive: true });
  });

  it("is recognised in ten starts, though anvil makes another first block each time", async () => {
    for (let time = 1; time <= 10; time++) {
      expect(state.kept("contracts")).toBe("whole");
      state.resume();
      await startNode();
      expect(await state.matchesChain(url)).toBe(true);
      await mine(1);
      await node.stop();
    }
    state.takeOverChain();
    const { blocks } = JSON.parse(readFileSync(state.chainFile, "utf8")) as { blocks: unknown[] };
    expect(blocks.length).toBeGreaterThanOrEqual(3 + 10);
  });

  it("goes on in time, also where that was moved ahead of the clock", async () => {
    state.resume();
    await startNode();
    await createTestClient({ mode: "anvil", transport: http(url) }).increaseTime({
      seconds: 86_400,
    });
    await mine(1);
    const before = await createPublicClient({ transport: http(url) }).getBlock();
    await node.stop();
    state.takeOverChain();
    await startNode();
    await goOnInTime(url);
    await mine(1);
    const after = await createPublicClient({ transport: http(url) }).getBlock();
    expect(after.number).toBe(before.number + 1n);
    expect(after.timestamp).toBeGreaterThanOrEqual(before.timestamp);
  });

  it("goes on from what was last kept whole when anvil was killed while it wrote", () => {
    state.resume();
    writeFileSync(state.nextChainFile, readFileSync(state.chainFile).subarray(0, 1_000));
    state.keepChain();
    expect(state.kept("contracts")).toBe("whole");
    expect(existsSync(state.nextChainFile)).toBe(false);
  });

  it("makes its index again after anything but a clean stop", () => {
    writeFileSync(state.indexFolder, "");
    state.resume();
    expect(existsSync(state.indexFolder)).toBe(true);
    state.resume();
    expect(existsSync(state.indexFolder)).toBe(false);
  });

  it("is not thrown away because the contracts have changed", () => {
    expect(state.kept("other contracts")).toBe("other contracts");
    expect(existsSync(state.chainFile)).toBe(true);
  });

  it.each([
    ["an empty record", "world.json", 0],
    ["half a record", "world.json", 10],
    ["half a deployment", "deployment.json", 30],
    ["half a chain", "chain.json", 200],
  ])("with %s is damaged, and can be set aside", (_, file, bytes) => {
    truncateSync(join(folder, file), bytes);
    expect(state.kept("contracts")).toBe("damaged");
    const aside = state.setAside();
    expect(existsSync(join(aside, file))).toBe(true);
    expect(state.kept("contracts")).toBe("none");
  });
});
