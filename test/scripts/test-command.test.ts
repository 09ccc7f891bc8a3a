import { expect, it } from "vitest";
import { descendants } from "./descendants.ts";
import { runScript } from "./script.ts";

it("npm test that is told to end leaves no process behind", async () => {
  // Any file will do for a browser: it does not come that far.
  const run = runScript("test", [], { KHIPU_BROWSER: process.execPath }, true);
  await expect
    .poll(() => descendants(run.pid).length, { timeout: 60_000 })
    // The shell's, run.mjs's and test.ts's own, the reaper, the checks and the first of them.
    .toBeGreaterThanOrEqual(5);
  const processes = descendants(run.pid);
  run.kill("SIGTERM");
  await run.ended;
  await expect.poll(() => processes.filter(isAlive), { timeout: 15_000 }).toEqual([]);
}, 90_000);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
