import type { Address, Hex } from "viem";

/** A transaction that anybody may send. */
export interface Call {
  to: Address;
  data: Hex;
}

/** What is to be done now, in this order. */
export interface Task {
  /** For the log, such as "round 3: close". */
  what: string;
  calls: Call[];
}

/** One thing that a keeper looks after. Asked again after each task, until nothing is due. */
export interface Job {
  due(): Promise<Task | undefined>;
}

/** A job that is too dear to ask for at every look, asked after so many seconds only. */
export function everySoOften(job: Job, seconds: number, now = () => Date.now() / 1_000): Job {
  let restUntil = -Infinity;
  return {
    async due() {
      if (now() < restUntil) return undefined;
      const task = await job.due();
      if (task === undefined) restUntil = now() + seconds;
      return task;
    },
  };
}
