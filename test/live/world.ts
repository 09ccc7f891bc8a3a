import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import {
  createTestClient,
  http,
  publicActions,
  walletActions,
  type Abi,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";

const root = join(import.meta.dirname, "../..");
const anvilPath = join(root, "node_modules/.bin/anvil");

/** Reorganisations need anvil, which comes with the packages on linux-amd64 only. */
export const hasAnvil = existsSync(anvilPath);

interface Compiled {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

function compileEmitter(): Compiled {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const content = readFileSync(join(import.meta.dirname, "fixture/Emitter.sol"), "utf8");
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { "Emitter.sol": { content } },
        settings: { outputSelection: { "*": { Emitter: ["abi", "evm.bytecode.object"] } } },
      }),
    ),
  ) as {
    contracts: {
      "Emitter.sol": { Emitter: { abi: Abi; evm: { bytecode: { object: string } } } };
    };
  };
  const { abi, evm } = output.contracts["Emitter.sol"].Emitter;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves with the first line that fits; rejects with what the process said when it ends before. */
async function lineFrom(
  child: ChildProcess,
  name: string,
  fits: (line: string) => boolean,
): Promise<void> {
  const said: string[] = [];
  if (!child.stdout || !child.stderr) throw new Error(`${name} has no output to read.`);
  child.stderr.on("data", (data: Buffer) => said.push(data.toString()));
  const lines = createInterface(child.stdout);
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      if (fits(line)) resolve();
    });
    child.on("exit", () => {
      reject(new Error(`${name} ended:\n${said.slice(-30).join("\n")}`));
    });
  });
}

/** Starts a process that does not outlive the tests, however they end. */
function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { ...options, stdio: "pipe" });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.on("exit", kill);
  child.on("exit", () => process.off("exit", kill));
  return child;
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

export const accounts = [0, 1, 2].map((addressIndex) =>
  mnemonicToAccount("test test test test test test test test test test test junk", {
    addressIndex,
  }),
);

export type Chain = Awaited<ReturnType<typeof startChain>>;

const latestReceiptMs = 60_000;

/**
 * viem's own wait looks again when there is a new block only; on a chain that has one for each transaction it waits in vain if
 * it looked a moment too early.
 */
async function receiptFrom(
  client: Pick<PublicClient, "getTransactionReceipt">,
  hash: Hex,
): Promise<TransactionReceipt> {
  const late = AbortSignal.timeout(latestReceiptMs);
  for (;;) {
    const receipt = await client.getTransactionReceipt({ hash }).catch((error: unknown) => {
      if (late.aborted) throw error;
    });
    if (receipt) return receipt;
    await setTimeout(10);
  }
}

/** A local chain with the Emitter on it; every transaction is mined at once. */
export async function startChain(chainId: number = foundry.id) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = start(anvilPath, ["--port", String(port), "--chain-id", String(chainId)]);
  await lineFrom(child, "anvil", (line) => line.startsWith("Listening on"));
  const client = createTestClient({
    mode: "anvil",
    chain: { ...foundry, id: chainId },
    transport: http(url),
    pollingInterval: 20,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions);
  const { abi, bytecode } = compileEmitter();
  const [deployer] = accounts;
  if (!deployer) throw new Error("no account");
  const receiptOf = (hash: Hex) => receiptFrom(client, hash);
  const deployed = await receiptOf(
    await client.deployContract({ abi, bytecode, account: deployer, args: [] }),
  );
  const address = deployed.contractAddress;
  if (!address) throw new Error("The Emitter was not deployed.");

  async function call(functionName: string, args: readonly bigint[], from = 0) {
    const account = accounts[from] ?? deployer;
    if (!account) throw new Error("no account");
    return receiptOf(
      await client.writeContract({ address: address ?? "0x", abi, functionName, args, account }),
    );
  }

  return {
    id: chainId,
    url,
    address,
    client,
    note: (room: number, value: number, from?: number) =>
      call("note", [BigInt(room), BigInt(value)], from),
    shout: (value: number, from?: number) => call("shout", [BigInt(value)], from),
    burst: (room: number, count: number) => call("burst", [BigInt(room), BigInt(count)]),
    mine: (blocks: number) => client.mine({ blocks }),
    /** Replaces the newest blocks by as many empty ones. */
    reorg: (depth: number) =>
      client.request({ method: "anvil_reorg" as never, params: [depth, []] as never }),
    stop: () => stop(child),
  };
}

export interface Indexer {
  readonly url: string;
  /** Resolves when the process prints such a line. */
  line(fits: (line: string) => boolean): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  readonly pid: number | undefined;
  /** The memory that the process occupies now, in MiB. */
  residentMiB(): number;
  /** What it has warned of so far, to be shown where a test fails. */
  warnings(): string;
  /** The same once more, after it was stopped. */
  again(): Promise<Indexer>;
}

export interface IndexerOptions {
  readonly command?: "start" | "serve";
  readonly postgres?: string;
  /** Keeps the embedded database from one start to the next. */
  readonly directory?: string;
  readonly port?: number;
  readonly schema?: string;
  /** Another chain that is indexed as well; there the Emitter has the same address. */
  readonly second?: Pick<Chain, "url">;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts Ponder with the fixture app and the live layer, in a folder of its own, and waits for nothing. */
export function spawnIndexer(
  chain: Pick<Chain, "url" | "address">,
  scratch: string,
  options: IndexerOptions & { readonly port: number },
): ChildProcess {
  return start(
    join(root, "node_modules/.bin/node"),
    [
      join(root, "node_modules/ponder/dist/esm/bin/ponder.js"),
      options.command ?? "start",
      ...["--root", join(import.meta.dirname, "fixture")],
      ...["--schema", options.schema ?? "live_test"],
      ...["--port", String(options.port), "--hostname", "127.0.0.1", "--log-format", "json"],
    ],
    {
      cwd: scratch,
      env: {
        ...process.env,
        PONDER_TELEMETRY_DISABLED: "true",
        FIXTURE_RPC: chain.url,
        FIXTURE_CONTRACT: chain.address,
        FIXTURE_PGLITE: options.directory ?? join(scratch, "pglite"),
        ...(options.second && { FIXTURE_SECOND_RPC: options.second.url }),
        ...(options.postgres && { FIXTURE_POSTGRES: options.postgres }),
        ...options.environment,
      },
    },
  );
}

/** Ponder with the fixture app and the live layer, ready. */
export async function startIndexer(chain: Chain, options: IndexerOptions = {}): Promise<Indexer> {
  const port = options.port ?? (await freePort());
  const scratch = mkdtempSync(join(tmpdir(), "live-test-"));
  const child = spawnIndexer(chain, scratch, { ...options, port });
  const warnings: string[] = [];
  if (child.stdout)
    createInterface(child.stdout).on("line", (line) => {
      if (/"level":[4-6]\d/.test(line)) warnings.push(line);
    });
  await lineFrom(child, "ponder", (line) => line.includes('"Live layer is ready"'));
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    line: (fits) => lineFrom(child, "ponder", fits),
    async stop(signal) {
      await stop(child, signal);
      rmSync(scratch, { recursive: true, force: true });
    },
    pid: child.pid,
    residentMiB() {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
    },
    warnings: () => warnings.join("\n"),
    again: () => startIndexer(chain, options),
  };
}
