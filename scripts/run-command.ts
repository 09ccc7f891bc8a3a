import { spawn } from "node:child_process";
import { Failure } from "./command.ts";
import { binary, root } from "./paths.ts";

/** Runs a command quietly, one of the packages' by its bare name; returns what it printed, or throws that as a Failure. */
export async function runBinary(command: string, args: string[]): Promise<string> {
  return runCommand(binary(command), args);
}

/** Runs any command quietly; returns what it printed, or throws that as a Failure. */
export async function runCommand(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0)
    throw new Failure(output.trimEnd() || `${command} ended with exit code ${code ?? "unknown"}`);
  return output;
}
