import { setTimeout } from "node:timers/promises";
import { type Answer, apiAt } from "../indexer/api.ts";

/** Asks servers for the same, over and over, and keeps what they answer. */
export class Poller<Data> {
  readonly #urls: () => readonly string[];
  readonly #query: string;
  readonly #pauseMs: number;
  readonly #kept = new Map<string, Answer<Data>>();
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #asked = 0;

  /** A reader that pauses leaves the machine some time for those it reads from. */
  constructor(urls: () => readonly string[], query: string, pauseMs = 20) {
    this.#urls = urls;
    this.#query = query;
    this.#pauseMs = pauseMs;
    this.#running = this.#run();
  }

  /** How many answers there were. */
  get count(): number {
    return this.#asked;
  }

  /** Those that differ from each other. */
  get answers(): Iterable<Answer<Data>> {
    return this.#kept.values();
  }

  /** Resolves when a server has answered what it was asked after this call. */
  async another(): Promise<void> {
    const before = this.#asked;
    while (this.#asked < before + 2) await setTimeout(10);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      for (const url of this.#urls()) await this.#ask(url).catch(() => undefined);
      await setTimeout(this.#pauseMs);
    }
  }

  /** Throws while the server is away, or has nothing to say yet. */
  async #ask(url: string): Promise<void> {
    const patience = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(5_000)]);
    const answer = await apiAt(url).ask<Data>(this.#query, patience);
    this.#asked++;
    this.#kept.set(JSON.stringify(answer), answer);
  }
}
