import { reasonOf } from "../command.ts";
import type { Call, Job, Task } from "./job.ts";

/** Whatever is due: the next look comes before the rest of it. */
const TASKS_A_LOOK = 16;
const FIRST_REST = 4;
const LONGEST_REST = 600;

export interface KeeperOptions {
  /** Throws when the call would fail now. */
  simulate: (call: Call) => Promise<void>;
  /** Sends a call and waits for it; returns what to say of it. Throws when it failed. */
  send: (call: Call) => Promise<string>;
  say: (sentence: string) => void;
  /** Seconds of a clock that cannot be set back. */
  now?: () => number;
}

/**
 * Does what its jobs find due, in turns: no job waits for all that another has to do. What fails rests, longer each time,
 * and keeps nothing else waiting.
 */
export class Keeper {
  readonly #jobs: readonly Job[];
  readonly #options: KeeperOptions;
  readonly #now: () => number;
  readonly #rests = new Map<string, { failures: number; until: number }>();

  constructor(jobs: readonly Job[], options: KeeperOptions) {
    this.#jobs = jobs;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now() / 1_000);
  }

  /** Does what is due now; returns what failed. */
  async look(): Promise<string[]> {
    const failed: string[] = [];
    const open = new Set(this.#jobs);
    let left = TASKS_A_LOOK;
    while (open.size > 0 && left > 0) {
      for (const job of [...open]) {
        const task = await this.#attempt(job.name, failed, () => job.due(this.#isResting));
        if (task === undefined) open.delete(job);
        else {
          left--;
          await this.#attempt(task.key, failed, () => this.#do(task));
        }
        if (left === 0) break;
      }
    }
    return failed;
  }

  /** What is due now, of each job. */
  async due(): Promise<Task[]> {
    const tasks = await Promise.all(this.#jobs.map((job) => job.due(this.#isResting)));
    return tasks.filter((task) => task !== undefined);
  }

  readonly #isResting = (key: string): boolean => {
    const rest = this.#rests.get(key);
    return rest !== undefined && this.#now() < rest.until;
  };

  async #attempt<T>(key: string, failed: string[], work: () => Promise<T>): Promise<T | undefined> {
    if (this.#isResting(key)) return undefined;
    try {
      const result = await work();
      this.#rests.delete(key);
      return result;
    } catch (error) {
      // Somebody else may have been faster, or the node may be away: the look after the rest will tell.
      const failures = (this.#rests.get(key)?.failures ?? 0) + 1;
      const seconds = Math.min(FIRST_REST * 2 ** (failures - 1), LONGEST_REST);
      this.#rests.set(key, { failures, until: this.#now() + seconds });
      const told = `${key} failed: ${reasonOf(error)}`;
      failed.push(told);
      this.#options.say(`${told}; it rests for ${seconds} s`);
      return undefined;
    }
  }

  async #do({ calls }: Task): Promise<void> {
    const { simulate, send, say } = this.#options;
    // What it is all for comes last: when that would fail, nothing before it is paid for.
    const last = calls.at(-1);
    if (last && calls.length > 1) await simulate(last);
    for (const call of calls) {
      try {
        await simulate(call);
        say(`${call.what}, ${await send(call)}`);
      } catch (error) {
        if (call.optional !== true) throw error;
        say(`${call.what} failed: ${reasonOf(error)}; going on without it`);
      }
    }
  }
}
