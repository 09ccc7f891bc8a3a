import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { overrideTask } from "hardhat/config";
import { z } from "zod";
import { root } from "./paths.ts";

/** Where each run of a campaign adds a line: see test/properties/Campaign.sol. */
export const CAMPAIGNS = "cache/campaigns";

const run = z.record(z.string(), z.number());

/** `hardhat test solidity` says how often random actions reached each state, and fails where that was never. */
export const testSolidity = overrideTask(["test", "solidity"])
  .setInlineAction(async (args, _hre, runSuper) => {
    const folder = join(root, CAMPAIGNS);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const result: unknown = await runSuper(args);
    for (const file of readdirSync(folder).sort()) {
      const runs = readFileSync(join(folder, file), "utf8").trim().split("\n");
      const reached = sums(runs.map((line) => run.parse(JSON.parse(line))));
      console.log(`\n${basename(file, ".jsonl")}: what its ${runs.length} runs reached`);
      for (const [state, times] of reached) console.log(`${String(times).padStart(8)}  ${state}`);
      const missed = [...reached].filter(([, times]) => times === 0).map(([state]) => state);
      if (missed.length === 0) continue;
      console.log(
        `Never reached: ${missed.join(", ")}. A campaign that is this weak shows nothing.`,
      );
      process.exitCode = 1;
    }
    return result;
  })
  .build();

function sums(runs: z.infer<typeof run>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const [state, times] of runs.flatMap((each) => Object.entries(each))) {
    total.set(state, (total.get(state) ?? 0) + times);
  }
  return total;
}
