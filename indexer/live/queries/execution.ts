import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { liveError } from "../errors.ts";

/** Why an execution has no answer. */
type End = "deadline" | "nobody waits" | "way given";

const current = new AsyncLocalStorage<Execution>();

/** The execution whose resolvers run now; undefined for all other work. */
export function currentExecution(): Execution | undefined {
  return current.getStore();
}

/**
 * One query while it runs. Its statements come one at a time, and no more of them once it has taken too long, nobody waits for its
 * answer, or something more urgent waits for the database.
 */
export class Execution {
  readonly #startedAt = performance.now();
  readonly #deadlineMs: number;
  readonly #isWanted: () => boolean;
  readonly #mustGiveWay: (forMs: number) => boolean;
  #last: Promise<unknown> = Promise.resolve();
  #end: End | undefined;

  constructor(
    deadlineMs: number,
    isWanted: () => boolean,
    mustGiveWay: (forMs: number) => boolean,
  ) {
    this.#deadlineMs = deadlineMs;
    this.#isWanted = isWanted;
    this.#mustGiveWay = mustGiveWay;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return current.run(this, work);
  }

  /** For how many milliseconds it has been running. */
  get spent(): number {
    return performance.now() - this.#startedAt;
  }

  /** Whether there is to be no answer. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  get hasGivenWay(): boolean {
    return this.#end === "way given";
  }

  /** Runs one of its statements after those before it. */
  statement<Result>(statement: () => Promise<Result>): Promise<Result> {
    const run = async (): Promise<Result> => {
      // the embedded database would have this process to itself
      await setImmediate();
      this.assertGoesOn();
      try {
        return await statement();
      } catch (error) {
        // PostgreSQL has its own clock for each statement
        if (isTimeout(error)) this.#end ??= "deadline";
        throw error;
      }
    };
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Throws when there is to be no answer. */
  assertGoesOn(): void {
    const forMs = this.spent;
    if (forMs > this.#deadlineMs) this.#end ??= "deadline";
    else if (!this.#isWanted()) this.#end ??= "nobody waits";
    else if (this.#mustGiveWay(forMs)) this.#end ??= "way given";
    if (this.#end !== undefined) throw tooSlow(this.#deadlineMs);
  }

  /** Throws when there was no answer. */
  assertComplete(): void {
    if (this.#end !== undefined) throw tooSlow(this.#deadlineMs);
  }
}

function tooSlow(deadlineMs: number): Error {
  return liveError(
    "TIMED_OUT",
    `The query took more than the ${deadlineMs / 1_000} s that one may take. Ask for less.`,
  );
}

function isTimeout(error: unknown): boolean {
  const code = (reason: unknown): unknown =>
    typeof reason === "object" && reason !== null ? Reflect.get(reason, "code") : undefined;
  const cause = error instanceof Error ? error.cause : undefined;
  return [code(error), code(cause)].includes("57014");
}
