import { hexToBigInt, type Hex } from "viem";
import type { Chain } from "../live/world.ts";

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
const noBlock = `0x${"0".repeat(64)}`;

/** Every state that the chain has had, by the hash of the block that it was the state of. */
export class History {
  readonly #chain: Chain;
  readonly #states = new Map<string, ChainState>([[noBlock, nothing]]);
  #newest = nothing;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** The state of the newest block. */
  get newest(): ChainState {
    return this.#newest;
  }

  at(blockHash: string): ChainState | undefined {
    return this.#states.get(blockHash);
  }

  /** Takes down the blocks that are new since the last time; to be called after each change of the chain. */
  async record(): Promise<void> {
    const { client } = this.#chain;
    const unknown: Hex[] = [];
    let block = await client.getBlock();
    while (!this.#states.has(block.hash) && block.number > 0n) {
      unknown.unshift(block.hash);
      block = await client.getBlock({ blockHash: block.parentHash });
    }
    let state = this.#states.get(block.hash) ?? nothing;
    for (const blockHash of unknown) {
      state = await this.#after(state, blockHash);
      this.#states.set(blockHash, state);
    }
    this.#newest = state;
  }

  async #after(before: ChainState, blockHash: Hex): Promise<ChainState> {
    const { client, address } = this.#chain;
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
}

export function eventName(blockHash: string, logIndex: number): string {
  return `${blockHash} ${logIndex}`;
}
