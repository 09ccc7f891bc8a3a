import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { createPublicClient, http } from "viem";
import * as z from "zod/mini";
import { type Deployment, isOnChain, parseDeployment } from "../../protocol/deployment.ts";
import { writeWhole } from "../paths.ts";

const worldRecord = z.object({
  /** Digest of the contracts: with other contracts it has to be another world. */
  contracts: z.string(),
  /** Whether everything of it was stopped in order. */
  stopped: z.boolean(),
});

/** How a kept world can be gone on with: not at all when there is none, or when it was damaged or made of other contracts. */
export type Kept = "none" | "whole" | "damaged" | "other contracts";

/** Larger ones are only looked at from behind: a text cannot hold them. */
const MOST_PARSED_BYTES = 200_000_000;

/**
 * A world is one local chain with all that belongs to it: the chain's state, the deployment on it and its index. They live
 * and go together in one folder, so that a new chain never meets the index of an old one.
 */
export class WorldState {
  /** The chain as it was last kept whole. */
  readonly chainFile: string;
  /** Where anvil writes the chain. It does so in place: one that is killed may leave half a file. */
  readonly nextChainFile: string;
  readonly deploymentFile: string;
  readonly indexFolder: string;
  readonly #folder: string;
  readonly #recordFile: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.chainFile = join(folder, "chain.json");
    this.nextChainFile = join(folder, "chain.next.json");
    this.deploymentFile = join(folder, "deployment.json");
    this.indexFolder = join(folder, "index");
    this.#recordFile = join(folder, "world.json");
  }

  kept(contracts: string): Kept {
    if (!existsSync(this.#folder)) return "none";
    this.takeOverChain();
    const record = this.#read();
    const files = [this.#recordFile, this.deploymentFile, this.chainFile];
    if (!files.some((file) => existsSync(file))) return "none";
    if (record === undefined || this.#deployment() === undefined || !isWhole(this.chainFile)) {
      return "damaged";
    }
    return record.contracts === contracts ? "whole" : "other contracts";
  }

  /**
   * Goes on with the kept world. Without a clean stop its chain may have fallen behind the index, so that the index is
   * thrown away, to be made again from the chain.
   */
  resume(): void {
    const record = this.#read();
    if (record === undefined) throw new Error("no world is kept");
    if (!record.stopped) rmSync(this.indexFolder, { recursive: true, force: true });
    this.#write({ ...record, stopped: false });
  }

  /** Throws away what was kept and begins a new world. */
  reset(contracts: string): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    this.#write({ contracts, stopped: false });
  }

  /** Puts what cannot be gone on with out of the way, where it can be looked at; returns where. */
  setAside(): string {
    const aside = `${this.#folder}.damaged`;
    rmSync(aside, { recursive: true, force: true });
    renameSync(this.#folder, aside);
    return aside;
  }

  /** Keeps what anvil has written, if that is whole. Also while it runs. */
  keepChain(): void {
    const { nextChainFile: next, chainFile } = this;
    if (!existsSync(next)) return;
    const copy = `${chainFile}.part`;
    const { mtimeMs } = statSync(next);
    copyFileSync(next, copy);
    if (statSync(next).mtimeMs === mtimeMs && isWhole(copy)) renameSync(copy, chainFile);
    else rmSync(copy);
  }

  /** The same once it has ended. */
  takeOverChain(): void {
    const { nextChainFile: next, chainFile } = this;
    if (!existsSync(next)) return;
    if (isWhole(next)) renameSync(next, chainFile);
    else rmSync(next);
  }

  /** To be called last, when the chain has saved its state and the indexer has stopped. */
  markStopped(): void {
    const record = this.#read();
    if (record !== undefined) this.#write({ ...record, stopped: true });
  }

  deployment(): Deployment {
    return parseDeployment(readJson(this.deploymentFile), this.deploymentFile);
  }

  /** True when the chain on `url` is the one that the kept deployment was made on, with its contracts in place. */
  async matchesChain(url: string): Promise<boolean> {
    const deployment = this.deployment();
    const client = createPublicClient({ transport: http(url) });
    if (!(await isOnChain(deployment, client))) return false;
    const codes = await Promise.all(
      Object.values(deployment.contracts).map(({ address }) => client.getCode({ address })),
    );
    return codes.every((code) => code !== undefined);
  }

  #deployment(): Deployment | undefined {
    try {
      return this.deployment();
    } catch {
      return undefined;
    }
  }

  #read(): z.infer<typeof worldRecord> | undefined {
    try {
      return worldRecord.parse(readJson(this.#recordFile));
    } catch {
      return undefined;
    }
  }

  #write(record: z.infer<typeof worldRecord>): void {
    writeWhole(this.#recordFile, `${JSON.stringify(record, null, 2)}\n`);
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Whether a file of JSON was written to its end. */
function isWhole(file: string): boolean {
  if (!existsSync(file)) return false;
  const { size } = statSync(file);
  if (size < 2) return false;
  if (size > MOST_PARSED_BYTES) return lastByteOf(file, size) === "}";
  try {
    readJson(file);
    return true;
  } catch {
    return false;
  }
}

function lastByteOf(file: string, size: number): string {
  const handle = openSync(file, "r");
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, size - 1);
  closeSync(handle);
  return byte.toString();
}
