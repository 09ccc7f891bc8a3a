import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPublicClient, http } from "viem";
import { type Deployment, parseDeployment } from "../../protocol/deployment.ts";
import { Failure } from "../command.ts";

interface WorldRecord {
  /** Digest of the contracts: with other contracts it has to be another world. */
  contracts: string;
  /** The process that runs this world; left behind when that process could not stop cleanly. */
  pid: number | null;
}

/**
 * A world is one local chain with all that belongs to it: the chain's state, the deployment on it and its index. They live
 * and go together in one folder, so that a new chain never meets the index of an old one.
 */
export class WorldState {
  readonly chainFile: string;
  readonly deploymentFile: string;
  readonly indexFolder: string;
  readonly #folder: string;
  readonly #recordFile: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.chainFile = join(folder, "chain.json");
    this.deploymentFile = join(folder, "deployment.json");
    this.indexFolder = join(folder, "index");
    this.#recordFile = join(folder, "world.json");
  }

  /** Throws when another process runs this world. */
  assertNotRunning(): void {
    const pid = this.#read()?.pid ?? null;
    if (pid === null || !isAlive(pid)) return;
    throw new Failure(
      `The local world already runs (process ${pid}). Stop it first, or give this one a folder of its own with KHIPU_STATE=<folder>, and other ports.`,
    );
  }

  /** Why the kept world cannot go on with these contracts, or undefined when it can. */
  whyNotKept(contracts: string): string | undefined {
    const record = this.#read();
    if (record === undefined || !existsSync(this.deploymentFile) || !existsSync(this.chainFile))
      return "none was kept";
    return record.contracts === contracts ? undefined : "the contracts have changed";
  }

  /**
   * Goes on with the kept world. Without a clean stop its chain may have fallen behind the index, so that the index is
   * thrown away, to be made again from the chain.
   */
  resume(): void {
    const record = this.#read();
    if (record === undefined) throw new Error("no world is kept");
    if (record.pid !== null) rmSync(this.indexFolder, { recursive: true, force: true });
    this.#write({ ...record, pid: process.pid });
  }

  /** Throws away what was kept and begins a new world. */
  reset(contracts: string): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    this.#write({ contracts, pid: process.pid });
  }

  /** To be called last, when the chain has saved its state and the indexer has stopped. */
  markStopped(): void {
    const record = this.#read();
    if (record !== undefined) this.#write({ ...record, pid: null });
  }

  deployment(): Deployment {
    return parseDeployment(
      JSON.parse(readFileSync(this.deploymentFile, "utf8")),
      this.deploymentFile,
    );
  }

  /** True when the chain on `url` is the one that the kept deployment was made on, with its contracts in place. */
  async matchesChain(url: string): Promise<boolean> {
    const { genesisHash, contracts } = this.deployment();
    const client = createPublicClient({ transport: http(url) });
    const genesis = await client.getBlock({ blockNumber: 0n });
    if (genesis.hash !== genesisHash) return false;
    const codes = await Promise.all(
      Object.values(contracts).map(({ address }) => client.getCode({ address })),
    );
    return codes.every((code) => code !== undefined);
  }

  #read(): WorldRecord | undefined {
    if (!existsSync(this.#recordFile)) return undefined;
    return JSON.parse(readFileSync(this.#recordFile, "utf8")) as WorldRecord;
  }

  #write(record: WorldRecord): void {
    writeFileSync(this.#recordFile, `${JSON.stringify(record, null, 2)}\n`);
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
