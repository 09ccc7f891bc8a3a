import { Failure, parseOptions, runScript } from "./command.ts";
import { Progress } from "./local/progress.ts";
import { runBinary } from "./run-command.ts";

const help = `Usage: npm run check

Formatter, linters, types and generated files, with no warning allowed. \`npm run format\` mends the formatting.

  --help  this text
`;

/** What is checked, in the order of how soon it speaks; the contracts are built first because types come from them. */
const checks: [name: string, command: string, ...args: string[]][] = [
  ["Formatting", "prettier", "--check", "--log-level", "warn", "."],
  ["Solidity rules", "solhint", "--max-warnings", "0", "--disc", "contracts/**/*.sol"],
  ["Contracts compile", "hardhat", "build"],
  ["Generated files", "node", "scripts/generate.ts", "--check"],
  ["Types", "tsc", "--noEmit"],
  ["Types of the indexer", "tsc", "--noEmit", "-p", "indexer"],
  ["Types of the web app", "tsc", "--noEmit", "-p", "web"],
  ["TypeScript rules", "eslint", "--max-warnings", "0", "."],
];

await runScript(async () => {
  if (parseOptions(help, {}) === undefined) return;
  const progress = new Progress();
  const failed: string[] = [];
  for (const [name, command, ...args] of checks) {
    await progress
      .step(name, () => runBinary(command, args))
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        failed.push(name);
      });
  }
  if (failed.length > 0) throw new Failure(`Failed: ${failed.join(", ")}.`);
});
