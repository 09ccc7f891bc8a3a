import { type ParseArgsConfig, parseArgs } from "node:util";
import { dismissReaper } from "./reaper.ts";

/** A failure the person can act on: shown as its message alone, without a stack. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** The command's options; prints `help` and returns undefined when that is what was asked for. */
export function parseOptions<T extends NonNullable<ParseArgsConfig["options"]>>(
  help: string,
  options: T,
) {
  let values;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: "boolean" } } }));
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
  if ((values as { help?: boolean }).help) {
    process.stdout.write(help);
    return undefined;
  }
  return values;
}

/** What an error says, in one line and without the addresses of nodes: they hold keys. */
export function reasonOf(error: unknown): string {
  const { shortMessage, message } = (
    error instanceof Error ? error : { message: String(error) }
  ) as { shortMessage?: string; message: string };
  return hideAddresses((shortMessage ?? message).split("\n")[0] ?? "");
}

/** Leaves of each address of a node what tells them apart: path and query may be a key. */
export function hideAddresses(text: string): string {
  return text.replace(
    /\b(https?|wss?):\/\/([^\s"'`<>)\]}]+)/g,
    (whole: string, scheme: string, rest: string) => {
      const host = (rest.split(/[/?#]/)[0] ?? "").split("@").at(-1) ?? "";
      const hides = rest.replace(/\/$/, "") !== host;
      return hides && !isPublicPage(host) ? `${scheme}://${host}/…` : whole;
    },
  );
}

/** What we point people to ourselves. */
function isPublicPage(host: string): boolean {
  return ["viem.sh", "hardhat.org", "v3.hardhat.org", "learn.microsoft.com"].includes(host);
}

/** Runs a script's body; any failure ends the process with one clear message and exit code 1. */
export async function runScript(body: () => Promise<void>): Promise<void> {
  const watch = endWithRunner();
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${hideAddresses(explain(error))}\n`);
    process.exitCode = 1;
  } finally {
    clearInterval(watch);
    await dismissReaper();
  }
}

/** Under scripts/run.mjs: when that was killed, there is nobody left to pass a signal on, and nobody to work for. */
function endWithRunner(): NodeJS.Timeout | undefined {
  const runner = process.ppid;
  if (process.env["KHIPU_RUNNER"] !== String(runner)) return undefined;
  const watch = setInterval(() => {
    if (process.ppid === runner) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  return watch.unref();
}

function explain(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
