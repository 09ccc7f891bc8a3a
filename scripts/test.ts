import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, parseOptions, runScript } from "./command.ts";
import { ensureBrowser } from "./local/browser.ts";
import { binary, root } from "./paths.ts";
import { endWithUs } from "./reaper.ts";

const help = `Usage: npm test

Runs everything: the checks of \`npm run check\`, the Solidity properties, and all tests in TypeScript, with one in a real
browser. It takes free ports and leaves nothing running. The last line counts what passed and failed.

  --help  this text

Environment:
  KHIPU_BROWSER  a Chromium to use; by default Playwright's own or the system's \`chromium\`
`;

interface Count {
  passed: number;
  failed: number;
}

// A signal is the end at once: the reaper sees to what runs.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

await runScript(async () => {
  if (parseOptions(help, {}) === undefined) return;
  process.env["KHIPU_BROWSER"] = await ensureBrowser();

  const counts = [await checks(), await properties(), await suites()];
  const total = (key: keyof Count) => counts.reduce((sum, count) => sum + count[key], 0);
  process.stdout.write(`\n${total("passed")} passed, ${total("failed")} failed\n`);
  if (total("failed") > 0) process.exitCode = 1;
});

async function checks(): Promise<Count> {
  const { code } = await runShown("node", ["scripts/check.ts"]);
  return { passed: Number(code === 0), failed: Number(code !== 0) };
}

async function properties(): Promise<Count> {
  const { code, output } = await runShown("hardhat", ["test", "solidity"]);
  const count = {
    passed: numberBefore(output, "passing"),
    failed: numberBefore(output, "failing"),
  };
  return assertConsistent("The Solidity properties", code, count);
}

async function suites(): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-test-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { code } = await runShown("vitest", ["run", ...reporters]);
    const counts = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
    const failedTests = counts["numFailedTests"] ?? 0;
    // A file that could not be loaded has no test to count.
    const failed = failedTests > 0 ? failedTests : (counts["numFailedTestSuites"] ?? 0);
    const passed = counts["numPassedTests"] ?? 0;
    return assertConsistent("The tests", code, { passed, failed });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What was counted has to agree with how the runner ended: a crash is a failure, and so is running nothing. */
function assertConsistent(what: string, code: number | null, count: Count): Count {
  if (count.passed === 0) throw new Failure(`${what}: no test ran (exit code ${code ?? "none"}).`);
  if (code !== 0 && count.failed === 0) return { ...count, failed: 1 };
  return count;
}

function numberBefore(output: string, word: string): number {
  const found = [...output.matchAll(new RegExp(`(\\d+) ${word}`, "g"))].at(-1);
  return Number(found?.[1] ?? 0);
}

async function runShown(
  command: string,
  args: string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(binary(command), args, {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  // All that the tests start is in its group, or ends with who started it.
  endWithUs(child, { group: true });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, output };
}
