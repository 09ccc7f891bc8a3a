import { blockEnd, origin, type Position } from "./position.ts";

/** What the layer needs to know of a row of the log; the other columns are the product's. */
export interface LogEvent {
  readonly id: string;
  readonly chainId: number;
  readonly blockNumber: bigint;
  readonly blockHash: string;
  readonly blockTimestamp: bigint;
  readonly [column: string]: unknown;
}

/** A block with events in the log. Blocks without any are of no interest here. */
export interface BlockRef {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
  readonly end: Position;
}

export interface Block extends BlockRef {
  readonly events: readonly LogEvent[];
}

export interface Checkpoint {
  readonly number: number;
  readonly timestamp: number;
}

/** One consistent reading of the database. */
export interface Snapshot {
  /** The newest indexed block, with or without events. */
  readonly head: Checkpoint;
  /** The newest block that the indexer will not revert any more. */
  readonly finalized: Checkpoint;
  /** In chain order: the events behind `known`, or behind the floor when `known` is gone. */
  readonly events: readonly LogEvent[];
  /** False when the newest event that the tail knew is no longer in the log. */
  readonly intact: boolean;
}

export interface Change {
  /** The retracted events, newest first, and the newest block that still holds. */
  readonly undone?: { readonly events: readonly LogEvent[]; readonly to: BlockRef };
  readonly added: readonly Block[];
}

/** Before the first event of the chain. */
export const originBlock: BlockRef = {
  number: 0,
  hash: `0x${"0".repeat(64)}`,
  timestamp: 0,
  end: origin,
};

export function blockOf(
  event: Pick<LogEvent, "chainId" | "blockNumber" | "blockHash" | "blockTimestamp">,
): BlockRef {
  const number = Number(event.blockNumber);
  const timestamp = Number(event.blockTimestamp);
  const end = blockEnd({ chainId: event.chainId, number, timestamp });
  return { number, timestamp, hash: event.blockHash, end };
}

function groupByBlock(events: readonly LogEvent[]): Block[] {
  const blocks: (Block & { events: LogEvent[] })[] = [];
  for (const event of events) {
    const last = blocks.at(-1);
    if (last?.hash === event.blockHash) {
      last.events.push(event);
      continue;
    }
    blocks.push({ ...blockOf(event), events: [event] });
  }
  return blocks;
}

/**
 * The newest part of the log, in memory: everything that a reorganisation can still change, and the newest final
 * events too. Pure: readings of the database go in, what happened comes out.
 */
export class Tail {
  readonly #keep: number;
  #head: Checkpoint;
  #finalized: Checkpoint;
  #floor: BlockRef;
  #blocks: Block[];
  #size: number;

  /** `floor` is the newest block whose events are not in the first reading; `keep`: how many final events stay in memory. */
  constructor(first: Snapshot, floor: BlockRef, keep: number) {
    this.#keep = keep;
    this.#head = first.head;
    this.#finalized = first.finalized;
    this.#floor = floor;
    this.#blocks = groupByBlock(first.events);
    this.#size = first.events.length;
  }

  get head(): Checkpoint {
    return this.#head;
  }

  get finalized(): Checkpoint {
    return this.#finalized;
  }

  /** The newest block whose events are no longer in memory. It and all before it are final. */
  get floor(): BlockRef {
    return this.#floor;
  }

  /** The newest block with events. */
  get last(): BlockRef {
    return this.#blocks.at(-1) ?? this.#floor;
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  apply(snapshot: Snapshot): Change {
    const before = this.#blocks;
    let added = groupByBlock(snapshot.events);
    let undone: Change["undone"];
    if (!snapshot.intact) {
      let common = 0;
      while (common < before.length && before[common]?.hash === added[common]?.hash) common++;
      const retracted = before.slice(common);
      this.#blocks = before.slice(0, common);
      added = added.slice(common);
      undone = {
        events: retracted.flatMap((block) => block.events).reverse(),
        to: this.last,
      };
      this.#size -= undone.events.length;
    }
    this.#blocks.push(...added);
    this.#size += added.reduce((sum, block) => sum + block.events.length, 0);
    this.#head = snapshot.head;
    this.#finalized = snapshot.finalized;
    return undone ? { undone, added } : { added };
  }

  /** The index of the first block in memory with this number or a higher one. */
  indexOf(number: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#blocks[middle]?.number ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets final blocks, but for the newest events. */
  trim(): void {
    let drop = 0;
    for (const block of this.#blocks) {
      const size = block.events.length;
      if (block.number > this.#finalized.number || this.#size - size < this.#keep) break;
      this.#size -= size;
      this.#floor = block;
      drop++;
    }
    if (drop > 0) this.#blocks.splice(0, drop);
  }
}
