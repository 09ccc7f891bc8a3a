import type { Hex } from "viem";
import { groupsOf } from "./lists.ts";
import type { Log } from "./log.ts";

/** Contracts that hold shares of the vault for others. */
const holders = [
  ...["KhipuVault", "SavingsPool", "CooperativePools", "LotteryPool", "RotatingPools"],
  "FeeTreasury",
];

/** All logs of the protocol on a chain, in its order. */
export class Chain {
  readonly id: number;
  readonly logs: readonly Log[];
  readonly #byContract: ReadonlyMap<string, readonly Log[]>;
  readonly #places: ReadonlyMap<Log, number>;
  readonly #holders: ReadonlySet<Hex>;

  constructor(id: number, logs: readonly Log[]) {
    this.id = id;
    this.logs = logs;
    this.#byContract = groupsOf(logs, ({ contract }) => contract);
    this.#places = new Map(logs.map((log, place) => [log, place]));
    this.#holders = new Set(
      logs.filter(({ contract }) => holders.includes(contract)).map(({ address }) => address),
    );
  }

  /** The logs of a contract, all or those of some names. */
  logsOf(contract: string, ...names: string[]): readonly Log[] {
    const logs = this.#byContract.get(contract) ?? [];
    return names.length === 0 ? logs : logs.filter((log) => log.is(...names));
  }

  placeOf(log: Log): number {
    const place = this.#places.get(log);
    if (place === undefined) throw new Error(`This ${log.name} is not on the chain.`);
    return place;
  }

  /** Ponder's checkpoint of an event. */
  idOf(log: Log): string {
    const parts = [
      [log.time, 10],
      [this.id, 16],
      [log.blockNumber, 16],
      [log.transactionIndex, 16],
      // Ponder's number for logs
      [5, 1],
      [log.logIndex, 16],
    ] as const;
    return parts.map(([part, digits]) => String(part).padStart(digits, "0")).join("");
  }

  /** Whether an address is a contract of the protocol that holds shares for others. */
  isHolder(address: Hex): boolean {
    return this.#holders.has(address);
  }
}
