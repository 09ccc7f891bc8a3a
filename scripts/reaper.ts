import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

// Processes that outlive the one that started them hold ports, folders and memory. One small process of its own, the
// reaper, is told which there are, and ends them as soon as its own parent is gone, however that ended.

/** How long they may take to end by themselves. */
const GRACE_MS = 5_000;
const LOOK_MS = 50;

let reaper: ChildProcess | undefined;

/** From now on this process does not outlive us; with `group` all of its process group. */
export function endWithUs(child: ChildProcess, { group }: { group: boolean }): void {
  const { pid } = child;
  if (pid === undefined) return;
  const target = group ? -pid : pid;
  tell(`+${target}`);
  child.once("exit", () => {
    // What of the group is left is still ours to end, unless somebody has the number again.
    if (!isAlive(target)) tell(`-${target}`);
  });
}

/** Nothing is left to be ended: to be waited for before a process ends, so that its reaper is gone, too. */
export async function dismissReaper(): Promise<void> {
  const dismissed = reaper;
  reaper = undefined;
  if (dismissed?.exitCode !== null) return;
  const ended = new Promise((resolve) => dismissed.once("exit", resolve));
  dismissed.ref();
  dismissed.stdin?.end();
  await ended;
}

function tell(line: string): void {
  reaper ??= start();
  reaper.stdin?.write(`${line}\n`);
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.unref();
  // A pipe is a socket, which the types do not say.
  (child.stdin as typeof child.stdin & { unref(): void }).unref();
  child.stdin.on("error", () => undefined);
  return child;
}

async function reap(): Promise<void> {
  const targets = new Set<number>();
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const target = Number(line.slice(1));
      if (line.startsWith("+")) targets.add(target);
      else targets.delete(target);
    }
  }
  // Our parent is gone.
  const left = () => [...targets].filter(isAlive);
  for (const target of left()) signal(target, "SIGTERM");
  const deadline = Date.now() + GRACE_MS;
  while (left().length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  for (const target of left()) signal(target, "SIGKILL");
}

function isAlive(target: number): boolean {
  return signal(target, 0);
}

function signal(target: number, kind: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, kind);
  } catch {
    return false;
  }
}

if (import.meta.main) {
  // A terminal's Ctrl-C is for the parent to hear.
  for (const kind of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(kind, () => undefined);
  await reap();
}
