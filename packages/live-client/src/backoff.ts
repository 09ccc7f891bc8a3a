const shortest = 1_000;
const longest = 30_000;
/** How long a server may ask clients to spread out over, and to wait. */
const widest = 120_000;
const longestWait = 3_600_000;

/**
 * Milliseconds before connecting again: anywhere in a window that doubles with each attempt, so that clients which were lost together do
 * not come back together. `window` is what the server asked for.
 */
export function delayBeforeConnecting(attempt: number, window: number): number {
  const first = Math.min(Math.max(shortest, window), widest);
  return Math.random() * Math.max(first, Math.min(longest, first * 2 ** attempt));
}

/** Milliseconds before something that was refused is tried again: never less than is polite, never more than a timer can. */
export function delayBeforeRetry(attempt: number, retryAfter = 0): number {
  const wait = Math.max(retryAfter * 1_000, Math.min(longest, 500 * 2 ** attempt));
  return Math.min(longestWait, wait * (1 + Math.random() / 2));
}

/** A server closes a connection that says too much at once: so many messages, then so many a second. */
const burst = 100;
const perSecond = 25;

/** How much may be said now. */
export class Allowance {
  #left = burst;
  #at = Date.now();

  /** Takes so much of it; gives the milliseconds until there is more, where there is none left. */
  take(amount: number): number {
    const now = Date.now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / 1_000) - amount;
    this.#at = now;
    return this.#left >= 1 ? 0 : ((1 - this.#left) / perSecond) * 1_000;
  }
}
