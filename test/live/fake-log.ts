import { passes, type Filter } from "../../indexer/live/stream/filter.ts";
import type { BlockMark } from "../../indexer/live/stream/cursor.ts";
import type { LogReader } from "../../indexer/live/stream/log.ts";
import { eventPosition } from "../../indexer/live/stream/position.ts";
import {
  blockOf,
  originBlock,
  type BlockRef,
  type LogEvent,
  type Snapshot,
} from "../../indexer/live/stream/tail.ts";
import type { Random } from "../../scripts/local/random.ts";

interface FakeBlock {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
  readonly events: readonly LogEvent[];
}

const chainId = 7;
export const rooms: readonly string[] = ["a", "b", "c"];

/** A chain and its log, as the indexer's database would show them; it grows, forks and becomes final at random. */
export class FakeLog implements LogReader {
  readonly chainId = chainId;
  readonly #random: Random;
  #blocks: FakeBlock[] = [];
  #finalized = 0;
  #highest = 0;

  constructor(random: Random) {
    this.#random = random;
    this.grow();
  }

  get head(): number {
    return this.#blocks.length;
  }

  /** The height it had before its forks, where that was more. */
  get highest(): number {
    return this.#highest;
  }

  get finalized(): number {
    return this.#finalized;
  }

  get events(): LogEvent[] {
    return this.#blocks.flatMap((block) => block.events);
  }

  grow(): void {
    const number = this.head + 1;
    const timestamp =
      (this.#blocks.at(-1)?.timestamp ?? 1_700_000_000) + this.#random.between(0, 2);
    const hash = `0x${this.#random.hex(64)}`;
    const count = this.#random.chance(0.5) ? 0 : this.#random.between(0, 3);
    const events = Array.from({ length: count }, (_, eventIndex) => ({
      id: eventPosition({
        timestamp,
        chainId,
        number,
        transactionIndex: 0,
        eventType: 5,
        eventIndex,
      }),
      chainId,
      blockNumber: BigInt(number),
      blockHash: hash,
      blockTimestamp: BigInt(timestamp),
      subject: this.#random.oneOf(rooms),
    }));
    this.#blocks.push({ number, hash, timestamp, events });
  }

  /** Drops some of the blocks that are not final. As in the database, nothing takes their place at first. */
  fork(): void {
    this.#highest = Math.max(this.#highest, this.head);
    const depth = this.#random.between(0, Math.min(6, this.head - this.#finalized));
    this.#blocks = this.#blocks.slice(0, this.head - depth);
  }

  finalize(): void {
    this.#finalized += this.#random.between(0, this.head - this.#finalized);
  }

  read(known: BlockRef): Promise<Snapshot> {
    const finalized = this.#blocks[this.#finalized - 1];
    return this.#later({
      head: { number: this.head, timestamp: this.#blocks.at(-1)?.timestamp ?? 0 },
      finalized: { number: this.#finalized, timestamp: finalized?.timestamp ?? 0 },
      intact:
        known.number === originBlock.number || this.#blocks[known.number - 1]?.hash === known.hash,
      events: this.events.filter((event) => event.id > known.end),
    });
  }

  async readFirst(keep: number): Promise<{ snapshot: Snapshot; floor: BlockRef }> {
    const final = this.events.filter((event) => Number(event.blockNumber) <= this.#finalized);
    const last = final.at(-keep - 1);
    const floor = last ? blockOf(last) : originBlock;
    return { snapshot: await this.read(floor), floor };
  }

  state(): Promise<never> {
    return Promise.reject(new Error("No test here asks for the state of a transaction."));
  }

  page(after: string, upTo: string, filter: Filter, limit: number): Promise<LogEvent[]> {
    const found = this.events.filter(
      (event) => event.id > after && event.id <= upTo && passes(filter, event),
    );
    return this.#later(found.slice(0, limit));
  }

  find(marks: readonly BlockMark[]): Promise<BlockRef | undefined> {
    for (const mark of marks) {
      const [event] = this.#blocks[mark.number - 1]?.events ?? [];
      if (event?.blockHash.startsWith(`0x${mark.hash}`)) return this.#later(blockOf(event));
    }
    return this.#later(undefined);
  }

  onChange(): void {
    // the test says when a server looks
  }

  /** What was true when asked arrives a little later, as from a database. */
  async #later<Value>(value: Value): Promise<Value> {
    for (let turns = this.#random.between(0, 2); turns > 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return value;
  }
}
