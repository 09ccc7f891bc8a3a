import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const msPerTick = 10;

export interface Use {
  readonly cpuMs: number;
  readonly residentKiB: number;
}

/** What a process has used so far, as Linux tells it. */
export function useOf(pid: number): Use {
  // the second field is the program's name, which may hold anything
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
    residentKiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
  };
}
