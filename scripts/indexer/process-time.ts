import { readFileSync } from "node:fs";

const ticksPerSecond = 100;

/** How many seconds of the processors a process has had; undefined where the system does not tell. */
export function processSeconds(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // behind the name, which is in brackets and may be anything
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** Tells a process that is at work from one that hangs, by the time that it has had since the last look. */
export class Pulse {
  readonly #pid: number;
  #seconds: number | undefined;
  #at: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#seconds = processSeconds(pid);
    this.#at = performance.now();
  }

  isBusy(): boolean {
    const seconds = processSeconds(this.#pid);
    const at = performance.now();
    const share = ((seconds ?? 0) - (this.#seconds ?? 0)) / ((at - this.#at) / 1_000);
    this.#seconds = seconds;
    this.#at = at;
    // half of one processor, or less where others want it too
    return share > 0.25;
  }
}
