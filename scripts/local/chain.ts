import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createPublicClient, createTestClient, http, publicActions } from "viem";
import { LOCAL_CHAIN_ID } from "../../protocol/deployment.ts";
import { Failure } from "../command.ts";
import { root } from "../paths.ts";
import { type Service, startService } from "./service.ts";

/** Seconds from one block to the next. */
const BLOCK_SECONDS = 1;

/** Between two writings of the chain's state, all of it. */
const STATE_SECONDS = 15;

/** How long writing it may take in the end. */
const WRITING_MS = 30_000;

/** The well-known test mnemonic: its keys hold money on local chains only. */
export const LOCAL_MNEMONIC = "test test test test test test test test test test test junk";

/**
 * The anvil to use, if there is one. anvil keeps its chain between starts and can reorganise it, but its npm package is built
 * for one platform; Hardhat's node runs everywhere and forgets.
 */
export function anvilBinary(): string | undefined {
  const given = process.env["KHIPU_ANVIL"];
  if (given === "none") return undefined;
  if (given !== undefined && given !== "") {
    if (existsSync(given)) return given;
    throw new Failure(
      `KHIPU_ANVIL is "${given}": there is no such file. "none" means Hardhat's node.`,
    );
  }
  const packaged = join(root, "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
  const runsHere = process.platform === "linux" && process.arch === "x64";
  const inPath = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "anvil"));
  return (runsHere ? [packaged, ...inPath] : inPath).find((path) => existsSync(path));
}

export interface ChainOptions {
  port: number;
  logFile: string;
  /** Where anvil finds the chain to go on with and where it writes it; without them, or without anvil, nothing is kept. */
  state?: { from: string; to: string };
  chainId?: number;
}

/** Starts a local node that mines each transaction at once, until `mineByInterval`. */
export function startChain({
  port,
  logFile,
  state,
  chainId = LOCAL_CHAIN_ID,
}: ChainOptions): Service {
  const anvil = anvilBinary();
  if (anvil === undefined) {
    return startService({
      name: "The chain",
      command: join(root, "node_modules", ".bin", "hardhat"),
      args: [
        "node",
        "--hostname",
        "127.0.0.1",
        "--port",
        String(port),
        "--chain-id",
        String(chainId),
      ],
      logFile,
    });
  }
  const args = ["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(chainId)];
  args.push("--mnemonic", LOCAL_MNEMONIC, "--accounts", "20");
  if (state !== undefined) {
    args.push("--dump-state", state.to, "--state-interval", String(STATE_SECONDS));
    if (existsSync(state.from)) args.push("--load-state", state.from);
  }
  return startService({ name: "The chain", command: anvil, args, logFile, graceMs: WRITING_MS });
}

/** True once the node on `url` answers as a chain with the local chain id, or another. */
export async function chainAnswers(url: string, chainId = LOCAL_CHAIN_ID): Promise<boolean> {
  const client = createPublicClient({ transport: http(url, { retryCount: 0, timeout: 1_000 }) });
  return (await client.getChainId()) === chainId;
}

/**
 * A chain whose time was moved ahead of the clock goes on from there when its node starts again: anvil would make blocks that
 * are older than those before them.
 */
export async function goOnInTime(url: string): Promise<void> {
  const client = testClient(url).extend(publicActions);
  const { timestamp } = await client.getBlock();
  const ahead = Number(timestamp) - Math.floor(Date.now() / 1_000);
  if (ahead > 0) await client.increaseTime({ seconds: ahead });
}

/** From now on blocks come by the clock, with or without transactions. */
export async function mineByInterval(url: string, seconds = BLOCK_SECONDS): Promise<void> {
  const client = testClient(url);
  await client.setAutomine(false);
  await client.setIntervalMining({ interval: seconds });
}

/** From now on each transaction is mined at once, in a block of its own. */
export async function mineAtOnce(url: string): Promise<void> {
  const client = testClient(url);
  await client.setIntervalMining({ interval: 0 });
  // Setting the interval to nothing leaves automine off.
  await client.setAutomine(true);
}

function testClient(url: string) {
  const mode: "anvil" | "hardhat" = anvilBinary() === undefined ? "hardhat" : "anvil";
  return createTestClient({ mode, transport: http(url) });
}
