/** What takes longer is lost. */
const LATEST_MS = 10_000;

/** When things arrived, by name, in milliseconds on a clock that all processes share; whoever asks early is told once it has. */
export class Arrivals {
  readonly #at = new Map<string, PromiseWithResolvers<number>>();

  mark(key: string): void {
    this.#entry(key).resolve(performance.timeOrigin + performance.now());
  }

  async of(key: string): Promise<number> {
    const late = AbortSignal.timeout(LATEST_MS);
    const timeout = new Promise<never>((_, reject) => {
      late.addEventListener("abort", () =>
        reject(new Error(`${key} did not arrive within ${LATEST_MS} ms`)),
      );
    });
    return Promise.race([this.#entry(key).promise, timeout]);
  }

  #entry(key: string): PromiseWithResolvers<number> {
    let entry = this.#at.get(key);
    if (entry === undefined) {
      entry = Promise.withResolvers<number>();
      this.#at.set(key, entry);
    }
    return entry;
  }
}
