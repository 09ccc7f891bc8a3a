/** After a quiet time, as much as in this many seconds is allowed at once. */
export const burstSeconds = 5;

/** Allows so many actions a second on average, and as many as in `seconds` of them at once. */
export class Rate {
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
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** Whether nothing has been taken for long enough that this is as good as a new one. */
  get isFull(): boolean {
    return this.#left + ((performance.now() - this.#at) / 1_000) * this.#perSecond >= this.#burst;
  }
}

/** A rate for each address, forgotten when it is not used. */
export class Rates {
  readonly #perSecond: number;
  readonly #seconds: number;
  readonly #rates = new Map<string, Rate>();

  constructor(perSecond: number, seconds: number) {
    this.#perSecond = perSecond;
    this.#seconds = seconds;
  }

  take(address: string): boolean {
    let rate = this.#rates.get(address);
    if (!rate) {
      this.#forget();
      rate = new Rate(this.#perSecond, this.#seconds);
      this.#rates.set(address, rate);
    }
    return rate.take();
  }

  #forget(): void {
    if (this.#rates.size < 10_000) return;
    for (const [address, rate] of this.#rates) if (rate.isFull) this.#rates.delete(address);
  }
}
