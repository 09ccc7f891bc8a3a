import type { EventMessage, LiveEvent } from "./events.ts";

export interface EventListOptions {
  /** How many of the newest events are kept; Infinity by default. */
  readonly most?: number | undefined;
}

/** A list of events that is kept true to the chain: oldest first, each once. Feed it every message in order. */
export class EventList {
  readonly #most: number;
  /** What is kept begins at `#start`, so that letting go of the oldest moves nothing. */
  #events: LiveEvent[] = [];
  #start = 0;
  readonly #keys = new Set<string>();
  #snapshot: readonly LiveEvent[] | undefined;
  #hasLetGo = false;
  #isShort = false;

  constructor({ most = Infinity }: EventListOptions = {}) {
    if (!(most >= 0)) throw new RangeError(`most is ${most}: give 0 or more.`);
    this.#most = Math.floor(most);
  }

  /** The same array until something changes. */
  get events(): readonly LiveEvent[] {
    return (this.#snapshot ??= this.#events.slice(this.#start));
  }

  /** After an UNDO: events that had been let go for `most` would have their place again. Ask for them anew. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Whether the list has changed. */
  apply(message: EventMessage): boolean {
    const isChanged =
      message.kind === "EVENT"
        ? this.#add(message.event)
        : message.kind === "UNDO" && this.#dropAbove(BigInt(message.block.number));
    if (isChanged) this.#snapshot = undefined;
    return isChanged;
  }

  get #length(): number {
    return this.#events.length - this.#start;
  }

  #add(event: LiveEvent): boolean {
    const key = keyOf(event);
    if (this.#most === 0 || this.#keys.has(key)) return false;
    this.#keys.add(key);
    this.#events.push(event);
    if (this.#length > this.#most) this.#letGo();
    if (this.#length === this.#most) this.#isShort = false;
    return true;
  }

  #letGo(): void {
    const oldest = this.#events[this.#start++];
    if (oldest) this.#keys.delete(keyOf(oldest));
    this.#hasLetGo = true;
    if (this.#start < this.#length) return;
    this.#events = this.#events.slice(this.#start);
    this.#start = 0;
  }

  #dropAbove(lastKept: bigint): boolean {
    const before = this.#length;
    for (let last; this.#length > 0 && (last = this.#events.at(-1)); this.#events.pop()) {
      if (BigInt(last.blockNumber) <= lastKept) break;
      this.#keys.delete(keyOf(last));
    }
    const isChanged = this.#length < before;
    if (isChanged && this.#hasLetGo) this.#isShort = true;
    return isChanged;
  }
}

/** An event that was undone can come back in another block under the same id. */
export function keyOf({ id, blockHash }: Pick<LiveEvent, "id" | "blockHash">): string {
  return `${id}/${blockHash}`;
}
