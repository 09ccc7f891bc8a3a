import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../../scripts/paths.ts";

export interface Run {
  readonly pid: number;
  /** Resolves once the script has printed what matches; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Resolves when the script and all that holds its output have ended. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Runs scripts/<name>.ts with this environment on top of the tests' own; with `inShell` the way `npm run` does, where a
 * signal reaches the shell alone.
 */
export function runScript(
  name: string,
  args: string[],
  env: Record<string, string> = {},
  inShell = false,
): Run {
  const command = [process.execPath, join(root, "scripts", "run.mjs"), name, ...args];
  const [file = "", ...rest] = inShell ? ["sh", "-c", '"$@"; exit', "sh", ...command] : command;
  const child = spawn(file, rest, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let heard: () => void = () => undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    heard();
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`scripts/${name}.ts could not be started`);

  return {
    pid,
    ended,
    kill: (signal) => child.kill(signal),
    printed: async (pattern) => {
      const early = ended.then(({ code }) => {
        throw new Error(
          `scripts/${name}.ts ended with ${code ?? "a signal"} before ${String(pattern)}:\n${stdout}${stderr}`,
        );
      });
      // What comes after the match is none of this promise's business.
      early.catch(() => undefined);
      for (;;) {
        const match = pattern.exec(stdout);
        if (match) return match;
        await Promise.race([new Promise<void>((resolve) => (heard = resolve)), early]);
      }
    },
  };
}
