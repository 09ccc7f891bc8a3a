import { liveError } from "./errors.ts";

/** Lets so many run at a time and a queue of others wait, so that queries leave the database's connections to others too. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** `isUrgent`: goes before all that wait. */
  async run<Result>(work: () => Promise<Result>, isUrgent = false): Promise<Result> {
    if (this.#running < this.#most) this.#running++;
    else await this.#wait(isUrgent);
    try {
      return await work();
    } finally {
      // the next in line takes over this place
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #wait(isUrgent: boolean): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) {
      throw liveError("BUSY", "Too many queries are waiting. Try again shortly.", 1);
    }
    return new Promise((resolve) => {
      if (isUrgent) this.#waiting.unshift(resolve);
      else this.#waiting.push(resolve);
    });
  }
}
