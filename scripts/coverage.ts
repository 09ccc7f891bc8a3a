import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, parseOptions, runScript } from "./command.ts";
import { root } from "./paths.ts";
import { runBinary } from "./run-command.ts";

const help = `Usage: npm run coverage

Runs test/contracts with Hardhat's own instrumentation, prints the coverage of each contract, writes coverage/ (lcov and
HTML) and fails when a line or statement of ours was not reached.

  --help  this text
`;

const RUN = "vitest";

await runScript(async () => {
  if (parseOptions(help, {}) === undefined) return;
  // Hardhat reads its global options from the environment, when it is imported.
  process.env["HARDHAT_COVERAGE"] = "true";
  const { default: hre } = await import("hardhat");
  const { markTestRunDone, markTestRunStart } = await import("hardhat/internal/coverage");

  await markTestRunStart(RUN);
  await hre.tasks.getTask("build").run({ noTests: true, quiet: true });
  try {
    // Instrumented code costs more gas, so that test is left out.
    const config = ["--config", "test/contracts/coverage.config.ts"];
    await runBinary("vitest", ["run", "test/contracts", "--exclude", "**/gas.test.ts", ...config]);
    await markTestRunDone(RUN);
  } finally {
    // Leaves the artifacts as everybody else expects them.
    process.env["HARDHAT_COVERAGE"] = "false";
    await runBinary("hardhat", ["build", "--no-tests", "--force"]);
  }
  const missed = uncovered(readFileSync(join(root, "coverage", "lcov.info"), "utf8"));
  if (missed.length > 0) throw new Failure(`Not reached:\n${missed.join("\n")}`);
});

/** Lines and statements without a hit. Hardhat writes statements where lcov has branches. */
function uncovered(lcov: string): string[] {
  let file = "";
  const missed = new Set<string>();
  for (const entry of lcov.split("\n")) {
    if (entry.startsWith("SF:")) file = entry.slice("SF:".length);
    const [, line, hits] = /^(?:DA|BRDA):(\d+),(?:.*,)?(\d+|-)$/.exec(entry) ?? [];
    if (line !== undefined && (hits === "0" || hits === "-")) missed.add(`${file}:${line}`);
  }
  return [...missed];
}
