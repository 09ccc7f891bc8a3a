import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../command.ts";
import { endWithUs } from "../reaper.ts";

/** How long a process may take to end by itself before it is killed. */
const STOP_GRACE_MS = 2_000;

export interface Service {
  readonly name: string;
  readonly logFile: string;
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Resolves with a sentence that says how the process ended. */
  readonly ended: Promise<string>;
  /** True from the moment that `stop` is called. */
  stopping: boolean;
  /** Ends the process and all it started; true when it ended by itself in time. */
  stop(): Promise<boolean>;
}

export interface ServiceOptions {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  logFile: string;
  /** How long it may take to end by itself; what it keeps may be large. */
  graceMs?: number;
}

/** Starts a process in a group of its own (so that all it starts ends with it), its output going to a log file. */
export function startService({
  name,
  command,
  args,
  env,
  logFile,
  graceMs = STOP_GRACE_MS,
}: ServiceOptions): Service {
  mkdirSync(dirname(logFile), { recursive: true });
  // Emptied and then written to at its end, wherever that is: a log that has grown too large can be emptied again.
  closeSync(openSync(logFile, "w"));
  const log = openSync(logFile, "a");
  const child = spawn(command, args, {
    stdio: ["ignore", log, log],
    env: { ...process.env, ...env },
    detached: true,
  });
  // Whatever ends this process ends the other too: an error that nobody caught at once, a SIGKILL by the reaper.
  endWithUs(child, { group: true });
  const killWithUs = () => signalGroup(child, "SIGKILL");
  process.once("exit", killWithUs);
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started (${error.message})`));
    child.once("exit", (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code ?? 0}`),
    );
  });
  void ended.then(() => process.off("exit", killWithUs));
  return {
    name,
    logFile,
    pid: child.pid,
    ended,
    stopping: false,
    stop() {
      this.stopping = true;
      return stop(child, ended, graceMs);
    },
  };
}

/** Runs a process to its end; throws with the end of its log when it fails. */
export async function runToEnd(options: ServiceOptions, abort: AbortSignal): Promise<void> {
  const service = startService(options);
  const stopped = () => void service.stop();
  abort.addEventListener("abort", stopped, { once: true });
  const end = await service.ended;
  abort.removeEventListener("abort", stopped);
  if (end !== "ended with exit code 0") throw new Failure(describeEnd(service, end));
}

/** Waits until `ready` answers true; throws when the process ends, or when it takes longer than `timeoutMs`. */
export async function waitUntilReady(
  service: Service,
  ready: () => Promise<boolean>,
  { timeoutMs, abort }: { timeoutMs: number; abort: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let end: string | undefined;
  void service.ended.then((how) => (end = how));
  while (!(await ready().catch(() => false))) {
    abort.throwIfAborted();
    if (end !== undefined) throw new Failure(describeEnd(service, end));
    if (Date.now() > deadline) {
      throw new Failure(describeEnd(service, `was not ready after ${timeoutMs / 1_000} s`));
    }
    await sleep(50);
  }
}

/** Keeps the end of a log that has grown larger than so many bytes beside it, and begins it again. */
export function boundLog(logFile: string, mostBytes: number): void {
  if (!existsSync(logFile) || statSync(logFile).size <= mostBytes) return;
  copyFileSync(logFile, `${logFile}.1`);
  truncateSync(logFile);
}

/** Says which process ended, how, and what it said last. */
export function describeEnd(service: Service, end: string): string {
  const lines = readFileSync(service.logFile, "utf8").trimEnd().split("\n").slice(-15);
  return [
    `${service.name} ${end}. Its last lines, from ${service.logFile}:`,
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}

async function stop(
  child: ChildProcess,
  ended: Promise<string>,
  graceMs: number,
): Promise<boolean> {
  if (child.pid === undefined) return true;
  let inTime = true;
  const timer = setTimeout(() => {
    inTime = false;
    signalGroup(child, "SIGKILL");
  }, graceMs);
  signalGroup(child, "SIGTERM");
  await ended;
  clearTimeout(timer);
  // What the process started and did not end itself. Where nobody reaps orphans, the dead still count as there.
  for (let tries = 0; tries < 50 && signalGroup(child, "SIGKILL"); tries++) await sleep(10);
  return inTime;
}

/** False once nothing of the group is left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-Number(child.pid), signal);
  } catch {
    return false;
  }
}
