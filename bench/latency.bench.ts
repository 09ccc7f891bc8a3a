import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPublicClient, createWalletClient, type Hash, maxUint256, webSocket } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { createLiveClient } from "../packages/live-client/src/index.ts";
import { faucetTokenAbi, savingsPoolAbi } from "../protocol/abis.generated.ts";
import { deployedAt } from "../protocol/deployment.ts";
import { LOCAL_MNEMONIC } from "../scripts/local/chain.ts";
import { LocalWorld } from "../scripts/local/local-world.ts";
import { freePort } from "../scripts/local/ports.ts";
import { Progress } from "../scripts/local/progress.ts";
import { startPostgres } from "../test/live/postgres.ts";
import { Arrivals } from "./arrivals.ts";
import { type Bench, percentile, type Row } from "./harness.ts";

const TRANSACTIONS = 60;
const bench: Bench = {
  name: "latency",
  about: `From a block's arrival over the node's own WebSocket to the message at a subscriber, ${TRANSACTIONS} deposits one after another, one subscriber of each kind on the same server.`,

  async run() {
    const embedded = await measureOn("PGlite");
    const postgres = await startPostgres();
    try {
      return [...embedded, ...(await measureOn("PostgreSQL", postgres.url))];
    } finally {
      await postgres.stop();
    }
  },
};

export default bench;

async function measureOn(name: string, database?: string): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-bench-"));
  // The peer's endpoint is not part of the product.
  process.env["KHIPU_SQL"] = "on";
  const world = new LocalWorld({
    folder,
    ports: { app: await freePort(), api: await freePort(), chain: await freePort() },
    fresh: true,
    web: false,
    simulation: false,
    ...(database !== undefined && { database }),
    progress: new Progress(),
    abort: new AbortController().signal,
  });
  try {
    await Promise.race([world.start(), world.failure]);
    return await Promise.race([measure(world, name), world.failure]);
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(world: LocalWorld, database: string): Promise<Row[]> {
  const deployment = world.state.deployment();
  const asset = { address: deployedAt(deployment, "Asset").address, abi: faucetTokenAbi } as const;
  const pool = {
    address: deployedAt(deployment, "SavingsPool").address,
    abi: savingsPoolAbi,
  } as const;
  const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 9 });
  const transport = webSocket(world.urls.chain.replace("http", "ws"), { reconnect: false });
  const chain = createPublicClient({ chain: foundry, transport });
  const wallet = createWalletClient({ account, chain: foundry, transport });

  const mined = new Arrivals();
  const stopHeads = chain.watchBlockNumber({
    onBlockNumber: (number) => mined.mark(String(number)),
  });
  const ours = new Arrivals();
  const live = createLiveClient({ url: world.urls.api });
  live.events({}, { next: ({ event }) => event && ours.mark(event.transactionHash) });
  const peer = new Arrivals();
  const stopPeer = new AbortController();
  const peerEnded = followPeer(world.urls.api, peer, stopPeer.signal);

  const mine = async (hash: Hash) => chain.waitForTransactionReceipt({ hash, pollingInterval: 20 });
  await mine(
    await wallet.writeContract({ ...asset, functionName: "drip", args: [account.address] }),
  );
  await mine(
    await wallet.writeContract({
      ...asset,
      functionName: "approve",
      args: [pool.address, maxUint256],
    }),
  );

  const oursMs: number[] = [];
  const peerMs: number[] = [];
  // The first deposit only shows that everybody listens.
  for (let i = 0; i <= TRANSACTIONS; i++) {
    const args = [1_000_000n, account.address, 0n] as const;
    const hash = await wallet.writeContract({ ...pool, functionName: "deposit", args });
    const { blockNumber } = await mine(hash);
    const start = await mined.of(String(blockNumber));
    const [oursAt, peerAt] = await Promise.all([ours.of(hash), peer.of(hash)]);
    if (i === 0) continue;
    oursMs.push(oursAt - start);
    peerMs.push(peerAt - start);
  }

  live.close();
  stopHeads();
  (await chain.transport.getRpcClient()).close();
  stopPeer.abort();
  await peerEnded;
  return [0.5, 0.95].map((p) => ({
    name: `${database}: block to message, p${p * 100}`,
    unit: "ms",
    ours: percentile(oursMs, p),
    peer: percentile(peerMs, p),
    against: "Ponder's /sql/live",
    better: "less",
  }));
}

/** Follows the newest row of the event log the way Ponder's own client does: each change sends the query's result again. */
async function followPeer(api: string, arrivals: Arrivals, signal: AbortSignal): Promise<void> {
  const query = { sql: "select transaction_hash from event order by id desc limit 1", params: [] };
  const url = new URL("/sql/live", api);
  url.searchParams.set("sql", JSON.stringify({ json: query }));
  let response = await fetch(url, { signal });
  // It refuses until it has noticed the end of the backfill.
  for (; response.status === 503; response = await fetch(url, { signal })) await sleep(100);
  if (!response.ok || response.body === null)
    throw new Error(`${url.pathname} answered ${response.status}`);
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      for (const [hash] of chunk.matchAll(/0x[0-9a-f]{64}/g)) arrivals.mark(hash);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
