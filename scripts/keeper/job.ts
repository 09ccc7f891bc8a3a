import type { Address, Hex } from "viem";

/** A transaction that anybody may send. */
export interface Call {
  /** For the log, such as "round 3: close". */
  what: string;
  to: Address;
  data: Hex;
  /** Of use to the calls after it, which go on without it. */
  optional?: boolean;
}

/** What is to be done now, in this order. */
export interface Task {
  /** What rests when it fails: "circle 7" is no reason to leave circle 8. */
  key: string;
  calls: Call[];
}

/** One thing that a keeper looks after. */
export interface Job {
  readonly name: string;
  /** What is due now, but for what rests. Asked again after each task, until nothing is due. */
  due(isResting: (key: string) => boolean): Promise<Task | undefined>;
  /** Whether it has not yet read all that there is, and wants to be asked again soon. */
  isBehind?(): boolean;
}

/** Seconds of a clock that nobody can set. */
const elapsed = () => performance.now() / 1_000;

/** A job that need not be asked at every look, asked after so many seconds only. */
export function everySoOften(job: Job, seconds: number, now = elapsed): Job {
  let restUntil = -Infinity;
  return {
    name: job.name,
    isBehind: () => job.isBehind?.() ?? false,
    async due(isResting) {
      if (now() < restUntil) return undefined;
      const task = await job.due(isResting);
      if (task === undefined && !job.isBehind?.()) restUntil = now() + seconds;
      return task;
    },
  };
}
