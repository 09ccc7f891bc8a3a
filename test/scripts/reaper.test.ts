import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { root } from "../../scripts/paths.ts";

/** A process that starts two others, each of which starts one more, and says their numbers. */
const SUPERVISOR = `
  const { spawn } = await import("node:child_process");
  const { endWithUs } = await import(${JSON.stringify(join(root, "scripts/reaper.ts"))});
  const nested = "const { spawn } = require('child_process'); const child = spawn('sleep', ['600'], { stdio: 'ignore' }); console.log(child.pid); process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6);";
  for (let time = 0; time < 2; time++) {
    const child = spawn(process.execPath, ["-e", nested], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    endWithUs(child, { group: true });
    console.log(child.pid);
  }
  setInterval(() => {}, 1e6);
`;

it("What a killed process has started ends with it, also what ignores being told to", async () => {
  const supervisor = spawn(process.execPath, ["--input-type=module", "-e", SUPERVISOR], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const started: number[] = [];
  for await (const line of createInterface(supervisor.stdout)) {
    started.push(Number(line));
    if (started.length === 4) break;
  }
  expect(started.every(isAlive)).toBe(true);
  supervisor.kill("SIGKILL");
  await once(supervisor, "exit");
  await expect.poll(() => started.filter(isAlive), { timeout: 15_000 }).toEqual([]);
}, 30_000);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
