import { hexToBigInt, type Hex } from "viem";
import type { Chain } from "../live/world.ts";
import { Forks } from "./forks.ts";

interface Room {
  readonly value: string;
  readonly notes: number;
}

/** What an index of the chain up to some block holds, reckoned from the logs alone. */
export interface ChainState {
  /** Each event by its block's hash and its place in it, oldest first. */
  readonly events: readonly string[];
  readonly rooms: Readonly<Record<string, Room>>;
}

const nothing: ChainState = { events: [], rooms: {} };

/** An index that says it has seen no event says this for the hash of its last one. */
export const noBlock = `0x${"0".repeat(64)}`;

/** Every state that the chain has had. */
export class History {
  readonly #forks: Forks<ChainState>;

  constructor(chain: Chain) {
    this.#forks = new Forks(chain.client, nothing, (before, hash) => after(chain, before, hash));
  }

  /** The state of the newest block. */
  get newest(): ChainState {
    return this.#forks.newest;
  }

  at(blockHash: string): ChainState | undefined {
    return blockHash === noBlock ? nothing : this.#forks.at(blockHash);
  }

  /** To be called after each change of the chain. */
  record(): Promise<void> {
    return this.#forks.record();
  }
}

async function after(
  { client, address }: Chain,
  before: ChainState,
  blockHash: Hex,
): Promise<ChainState> {
  const logs = await client.getLogs({ address, blockHash });
  if (logs.length === 0) return before;
  const rooms: Record<string, Room> = { ...before.rooms };
  for (const { topics, data } of logs) {
    // Noted(account, room, value); Shouted has no room
    const [, , room] = topics as readonly Hex[];
    if (room === undefined) continue;
    const id = String(hexToBigInt(room));
    rooms[id] = { value: String(hexToBigInt(data)), notes: (rooms[id]?.notes ?? 0) + 1 };
  }
  const events = logs.map(({ logIndex }) => eventName(blockHash, logIndex));
  return { events: [...before.events, ...events], rooms };
}

export function eventName(blockHash: string, logIndex: number): string {
  return `${blockHash} ${logIndex}`;
}
