import { type Abi, decodeEventLog, type Hex, type Log as ChainLog, type PublicClient } from "viem";
import {
  accessManagerAbi,
  cooperativePoolsAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  rotatingPoolsAbi,
  savingsPoolAbi,
  testnetPriceFeedAbi,
} from "../../../protocol/abis.generated.ts";
import { type Deployment, deployedAt } from "../../../protocol/deployment.ts";
import { inStretches, type Stretch } from "../../../scripts/block-stretches.ts";
import { sumOf } from "./lists.ts";

const abis: Record<string, Abi> = {
  AccessManager: accessManagerAbi,
  KhipuVault: khipuVaultAbi,
  SavingsPool: savingsPoolAbi,
  CooperativePools: cooperativePoolsAbi,
  LotteryPool: lotteryPoolAbi,
  RotatingPools: rotatingPoolsAbi,
  FeeTreasury: feeTreasuryAbi,
  PriceFeed: testnetPriceFeedAbi,
};

/** A log of one of the protocol's contracts, with all that a reader of the chain knows about it. */
export class Log {
  readonly contract: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly address: Hex;
  readonly from: Hex;
  readonly transactionHash: Hex;
  readonly blockHash: Hex;
  readonly blockNumber: bigint;
  readonly time: bigint;
  readonly transactionIndex: number;
  readonly logIndex: number;

  constructor(fields: Pick<Log, Exclude<keyof Log, "big" | "who" | "is" | "num" | "inside">>) {
    this.contract = fields.contract;
    this.name = fields.name;
    this.args = fields.args;
    this.address = fields.address;
    this.from = fields.from;
    this.transactionHash = fields.transactionHash;
    this.blockHash = fields.blockHash;
    this.blockNumber = fields.blockNumber;
    this.time = fields.time;
    this.transactionIndex = fields.transactionIndex;
    this.logIndex = fields.logIndex;
  }

  is(...names: string[]): boolean {
    return names.includes(this.name);
  }

  /** A whole number among the arguments; 0 where there is none. */
  big(argument: string): bigint {
    const value = this.args[argument] ?? 0n;
    if (typeof value === "bigint") return value;
    if (typeof value === "number") return BigInt(value);
    throw new Error(`${this.name} has no number ${argument}`);
  }

  num(argument: string): number {
    return Number(this.big(argument));
  }

  /** The same event with the members of a struct among its arguments as arguments of its own. */
  inside(struct: string): Log {
    const inner = this.args[struct] as Readonly<Record<string, unknown>>;
    const { contract, name, address, from, transactionHash, blockHash } = this;
    const { blockNumber, time, transactionIndex, logIndex } = this;
    const place = { transactionHash, blockHash, blockNumber, time, transactionIndex, logIndex };
    return new Log({ contract, name, address, from, ...place, args: { ...this.args, ...inner } });
  }

  /** An address, or another hexadecimal value, among the arguments. */
  who(argument: string): Hex {
    const value = this.args[argument];
    if (typeof value !== "string") throw new Error(`${this.name} has no ${argument}`);
    return value.toLowerCase() as Hex;
  }
}

/** What the events of some names add up to in an argument. */
export function totalOf(logs: readonly Log[], argument: string, ...names: string[]): bigint {
  return sumOf(
    logs.filter((log) => log.is(...names)),
    (log) => log.big(argument),
  );
}

/** An event of a contract that is known only when the log is read. */
interface Decoded {
  eventName: string;
  args?: Readonly<Record<string, unknown>>;
}

/** All logs of a deployment up to a block, or those of one block, in the order of the chain, over plain RPC. */
export async function readLogs(
  chain: PublicClient,
  deployment: Deployment,
  place: bigint | Hex,
): Promise<Log[]> {
  const names = Object.keys(abis);
  const contracts = new Map(
    names.map((name) => [deployedAt(deployment, name).address.toLowerCase(), name]),
  );
  const address = [...contracts.keys()] as Hex[];
  const raw =
    typeof place === "bigint"
      ? await readUpTo(chain, address, place)
      : await chain.getLogs({ address, blockHash: place });
  const blocks = new Map<Hex, { timestamp: bigint; senders: Map<Hex, Hex> }>();
  for (const blockHash of new Set(raw.map((log) => log.blockHash))) {
    const block = await chain.getBlock({ blockHash, includeTransactions: true });
    const senders = new Map(block.transactions.map(({ hash, from }) => [hash, from] as const));
    blocks.set(blockHash, { timestamp: block.timestamp, senders });
  }
  return raw.map((log) => {
    const contract = contracts.get(log.address.toLowerCase()) ?? "";
    const abi = abis[contract] ?? [];
    const { eventName, args } = decodeEventLog({ abi, ...log }) as unknown as Decoded;
    const block = blocks.get(log.blockHash);
    return new Log({
      contract,
      name: eventName,
      args: args ?? {},
      address: log.address.toLowerCase() as Hex,
      from: block?.senders.get(log.transactionHash)?.toLowerCase() as Hex,
      transactionHash: log.transactionHash,
      blockHash: log.blockHash,
      blockNumber: log.blockNumber,
      time: block?.timestamp ?? 0n,
      transactionIndex: log.transactionIndex,
      logIndex: log.logIndex,
    });
  });
}

type MinedLog = ChainLog<bigint, number, false>;

async function readUpTo(chain: PublicClient, address: Hex[], last: bigint): Promise<MinedLog[]> {
  const logs: MinedLog[] = [];
  const find = (stretch: Stretch) => chain.getLogs({ address, ...stretch });
  for await (const { found } of inStretches(0n, last, find)) logs.push(...found);
  return logs;
}
