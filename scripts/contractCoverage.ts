/**
 * Line and statement coverage of the contracts by the tests in test/contracts, with Hardhat's own instrumentation.
 * Prints the table, writes coverage/lcov.info, and fails below 100 %.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

// Hardhat reads its global options from the environment, when it is imported.
process.env["HARDHAT_COVERAGE"] = "true";
const { default: hre } = await import("hardhat");
const { markTestRunDone, markTestRunStart } = await import("hardhat/internal/coverage");

const RUN = "vitest";

await markTestRunStart(RUN);
await hre.tasks.getTask("build").run({});
const tests = spawnSync(
  "vitest",
  [
    "run",
    "test/contracts",
    "--exclude",
    "**/gas.test.ts",
    "--config",
    "test/contracts/coverage.config.ts",
  ],
  { stdio: "inherit" },
);
await markTestRunDone(RUN);
// Leave the artifacts as everybody else expects them.
spawnSync("hardhat", ["build", "--force"], { env: { ...process.env, HARDHAT_COVERAGE: "false" } });

const missed = uncovered(readFileSync("coverage/lcov.info", "utf8"));
if (missed.length > 0) console.error(`Not covered:\n${missed.join("\n")}`);
process.exit(tests.status === 0 && missed.length === 0 ? 0 : 1);

/** The lines and statements without a hit, as path:line. Hardhat writes statements where lcov has branches. */
function uncovered(lcov: string): string[] {
  let file = "";
  return lcov.split("\n").flatMap((entry) => {
    if (entry.startsWith("SF:")) file = entry.slice(3);
    const [, line, hits] = /^(?:DA:(\d+)|BRDA:\d+),(?:.*,)?(\d+|-)$/.exec(entry) ?? [];
    if (hits !== "0" && hits !== "-") return [];
    return [`${file}:${line ?? entry}`];
  });
}
