/** One look at the chain and at the index; undefined: no answer. */
export interface Reading {
  readonly chainHead: number | undefined;
  /** null: the API answers, and old blocks are still being read. */
  readonly indexHead: number | null | undefined;
  /** The process is at work, whether it answers or not. */
  readonly isBusy?: boolean;
}

/** One that is at work and does not answer has much to do: it gets this many times as long. */
const busyPatience = 10;

/** After restarts that changed nothing the next one waits longer, up to this many times as long. */
const mostPatience = 20;

/**
 * Tells from looks at the chain and at the index whether the indexer has stopped following: the chain has blocks that the index has not,
 * or nobody answers, and that for longer than `patienceMs`. What the chain's node does to itself is not the indexer's fault.
 */
export class Stall {
  readonly #patienceMs: number;
  #factor = 1;
  #head: number | undefined;
  #since: number | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Why the indexer should be started again; undefined while there is no reason. */
  see({ chainHead, indexHead, isBusy = false }: Reading, now: number): string | undefined {
    const isKnown = indexHead !== undefined && indexHead !== null;
    // until it has followed once, nobody can tell how long it needs
    if (!isKnown && this.#head === undefined) return undefined;
    if (isKnown && indexHead !== this.#head) {
      if (this.#head !== undefined) this.#factor = 1;
      this.#head = indexHead;
      this.#since = undefined;
    }
    const isBehind = isKnown
      ? chainHead !== undefined && chainHead > indexHead
      : indexHead !== null;
    if (!isBehind) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= now;
    const waited = now - this.#since;
    const isAtWork = isBusy && !isKnown;
    if (waited < this.#patienceMs * this.#factor * (isAtWork ? busyPatience : 1)) return undefined;
    const seconds = Math.round(waited / 1_000);
    return isKnown
      ? `it has stood at block ${indexHead} for ${seconds} s while the chain is at ${chainHead ?? "?"}`
      : `its API has not answered for ${seconds} s`;
  }

  /** The indexer has been started again. */
  restarted(): void {
    this.#factor = Math.min(mostPatience, this.#factor * 2);
    this.#since = undefined;
    this.#head = undefined;
  }
}
