const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** Prints steps as they end, each with its time; on a terminal also what is under way. */
export class Progress {
  readonly #started = performance.now();
  readonly #running = new Set<string>();
  readonly #out = process.stdout;

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    this.#running.add(name);
    this.#showRunning();
    try {
      const result = await work();
      this.#end(name, `  ✓ ${name.padEnd(34)} ${seconds(performance.now() - start).padStart(7)}`);
      return result;
    } catch (error) {
      this.#end(name, `  ✗ ${name}`);
      throw error;
    }
  }

  skip(name: string, why: string): void {
    this.line(`  – ${name.padEnd(34)} ${why.padStart(7)}`);
  }

  line(text: string): void {
    this.#clearRunning();
    this.#out.write(`${text}\n`);
    this.#showRunning();
  }

  /** Time since the first step. */
  total(): string {
    return seconds(performance.now() - this.#started);
  }

  #end(name: string, line: string): void {
    this.#running.delete(name);
    this.line(line);
  }

  #showRunning(): void {
    if (this.#out.isTTY && this.#running.size > 0)
      this.#out.write(`\r  … ${[...this.#running].join(", ")}`);
  }

  #clearRunning(): void {
    if (this.#out.isTTY) this.#out.write("\r\u001b[2K");
  }
}
