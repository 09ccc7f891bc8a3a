/** After a quiet time, as much as in this many seconds is allowed at once. */
export const burstSeconds = 5;

/** Allows so many actions, or milliseconds of work, a second on average, and as many as in `seconds` of them at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at = performance.now();

  constructor(perSecond: number, seconds: number) {
    this.#perSecond = perSecond;
    this.#burst = perSecond * seconds;
    this.#left = this.#burst;
  }

  /** Whether one more is allowed now. */
  take(): boolean {
    if (this.#refill() < 1) return false;
    this.#left--;
    return true;
  }

  /** Does some work and takes the milliseconds that it lasted, even where that is more than was left. */
  timed<Result>(work: () => Result): Result {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.charge(performance.now() - start);
    }
  }

  /** Takes so much, even where that is more than is left. */
  charge(amount: number): void {
    this.#left = this.#refill() - amount;
  }

  get isSpent(): boolean {
    return this.#refill() <= 0;
  }

  /** Whether nothing has been taken for long enough that this is as good as a new one. */
  get isFull(): boolean {
    return this.#refill() >= this.#burst;
  }

  #refill(): number {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    return this.#left;
  }
}
