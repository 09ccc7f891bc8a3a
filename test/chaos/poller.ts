import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import type { History } from "./history.ts";

const query = `{
  rooms(limit: 1000) { items { id value notes } }
  events(limit: 1, orderBy: "id", orderDirection: "desc") { totalCount items { blockHash } }
}`;

interface Answer {
  readonly data: {
    readonly rooms: { readonly items: readonly { id: string; value: string; notes: number }[] };
    readonly events: {
      readonly totalCount: number;
      readonly items: readonly { blockHash: string }[];
    };
  };
  readonly extensions: {
    readonly checkpoint: {
      readonly block: { readonly number: string };
      readonly lastEvent: { readonly number: string; readonly hash: string };
    };
  };
}

/** Asks servers for everything, over and over, and keeps what they answer. */
export class Poller {
  readonly #urls: () => readonly string[];
  readonly #answers = new Map<string, Answer>();
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #asked = 0;

  constructor(urls: () => readonly string[]) {
    this.#urls = urls;
    this.#running = this.#run();
  }

  get answers(): number {
    return this.#asked;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** Whether each answer was, in itself, one state that the chain has had. */
  check(history: History): void {
    for (const { data, extensions } of this.#answers.values()) {
      const { block, lastEvent } = extensions.checkpoint;
      const state = history.at(lastEvent.hash);
      if (!state) throw new Error(`The chain never had a block ${lastEvent.hash} with events.`);
      const rooms = data.rooms.items.map(({ id, value, notes }) => [id, { value, notes }] as const);
      expect(Object.fromEntries(rooms)).toEqual(state.rooms);
      expect(data.events.totalCount).toBe(state.events.length);
      if (state.events.length > 0) expect(data.events.items[0]?.blockHash).toBe(lastEvent.hash);
      expect(BigInt(block.number)).toBeGreaterThanOrEqual(BigInt(lastEvent.number));
    }
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      for (const url of this.#urls()) await this.#ask(url).catch(() => undefined);
      // a reader that leaves the machine some time for those it reads from
      await setTimeout(20);
    }
  }

  /** Throws while the server is away, or has nothing to say yet. */
  async #ask(url: string): Promise<void> {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
      signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(5_000)]),
    });
    const answer = (await response.json()) as Partial<Answer>;
    if (!answer.data || !answer.extensions) return;
    this.#asked++;
    this.#answers.set(JSON.stringify(answer), answer as Answer);
  }
}
