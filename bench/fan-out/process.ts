import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
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

/** What a process says next; rejects when it ends without a word. */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const heard = new AbortController();
  const ended = once(child, "exit", { signal: heard.signal }).then(() => {
    throw new Error("A process of the benchmark ended early: see what it said above.");
  });
  try {
    const [message] = (await Promise.race([once(child, "message"), ended])) as [Message];
    return message;
  } finally {
    heard.abort();
    ended.catch(() => undefined);
  }
}

/** Ends a process and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}
