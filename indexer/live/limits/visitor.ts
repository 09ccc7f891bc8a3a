import { burstSeconds, TokenBucket } from "./token-bucket.ts";
import type { LiveSettings } from "../settings.ts";

type Limits = Pick<LiveSettings, "queriesPerSecond" | "workPerSecond" | "queryMsPerSecond">;

/** What an address can hold of which there is a number for each. */
type Kind = "live query" | "projection";

/** What one address may have of what is there for all. */
export class Visitor {
  /** HTTP requests. */
  readonly requests: TokenBucket;
  /** Milliseconds of this process's time for its messages and documents. */
  readonly work: TokenBucket;
  /** Milliseconds that its queries run, in the database and here. */
  readonly queries: TokenBucket;
  readonly #held = new Map<Kind, Map<unknown, number>>();

  constructor(limits: Limits) {
    this.requests = new TokenBucket(limits.queriesPerSecond, burstSeconds);
    this.work = new TokenBucket(limits.workPerSecond, burstSeconds);
    this.queries = new TokenBucket(limits.queryMsPerSecond, burstSeconds);
  }

  /** How many different things of a kind it holds; those that are the same count once. */
  countOf(kind: Kind): number {
    return this.#held.get(kind)?.size ?? 0;
  }

  holds(kind: Kind, thing: unknown): boolean {
    return this.#held.get(kind)?.has(thing) ?? false;
  }

  /** Holds a thing until the returned function is called. */
  hold(kind: Kind, thing: unknown): () => void {
    let things = this.#held.get(kind);
    if (!things) this.#held.set(kind, (things = new Map<unknown, number>()));
    things.set(thing, (things.get(thing) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (things.get(thing) ?? 1) - 1;
      if (left > 0) things.set(thing, left);
      else things.delete(thing);
      if (things.size === 0) this.#held.delete(kind);
    };
  }

  /** Whether this is as good as a new one. */
  get isIdle(): boolean {
    const rates = [this.requests, this.work, this.queries];
    return this.#held.size === 0 && rates.every((rate) => rate.isFull);
  }
}
