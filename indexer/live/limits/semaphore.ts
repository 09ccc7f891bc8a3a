import { liveError } from "../errors.ts";

/**
 * Lets so many run at a time and others wait, so that queries leave the database's connections to others too. Those who wait
 * take turns by who they are, whatever each of them has in line.
 */
export class Semaphore {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #urgent: (() => void)[] = [];
  /** One line for each who waits; who had a turn goes to the end. */
  readonly #lines = new Map<unknown, (() => void)[]>();
  #running = 0;

  /** `mostWaiting`: how many may wait from one side. */
  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Whether somebody waits who goes before the others. */
  get isUrgent(): boolean {
    return this.#urgent.length > 0;
  }

  /** `isUrgent`: goes before all that wait. `who`: by whom the others are told apart. */
  async run<Result>(
    work: () => Promise<Result>,
    { isUrgent = false, who }: { isUrgent?: boolean; who?: unknown } = {},
  ): Promise<Result> {
    if (this.#running < this.#most) this.#running++;
    else await this.#wait(isUrgent, who);
    try {
      return await work();
    } finally {
      // the next in line takes over this place
      const next = this.#urgent.shift() ?? this.#next();
      if (next) next();
      else this.#running--;
    }
  }

  #next(): (() => void) | undefined {
    for (const [who, line] of this.#lines) {
      const begin = line.shift();
      this.#lines.delete(who);
      if (line.length > 0) this.#lines.set(who, line);
      return begin;
    }
    return undefined;
  }

  #wait(isUrgent: boolean, who: unknown): Promise<void> {
    if (isUrgent) return new Promise((resolve) => this.#urgent.push(resolve));
    const line = this.#lines.get(who) ?? [];
    if (line.length >= this.#mostWaiting) {
      throw liveError("BUSY", "Too many queries are waiting. Try again shortly.", 1);
    }
    this.#lines.set(who, line);
    return new Promise((resolve) => line.push(resolve));
  }
}
