import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Failure, parseOptions, runScript } from "./command.ts";
import { root } from "./paths.ts";
import { runBinary, runCommand } from "./run-command.ts";

const help = `Usage: npm run test:deep

Runs the Solidity properties as deeply as a release is worth: 10,000 runs of each fuzz test and 1,000 campaigns of 500
actions each against every sentence. Takes an hour or so and writes test/properties/deep-run.json.

  --help  this text

Environment:
  KHIPU_SEED  32 bytes in hex; by default another one each time, which is printed and written down
`;

await runScript(async () => {
  if (parseOptions(help, {}) === undefined) return;
  process.env["KHIPU_PROPERTIES"] = "deep";
  process.env["KHIPU_SEED"] ??= `0x${randomBytes(32).toString("hex")}`;
  process.stdout.write(`KHIPU_SEED=${process.env["KHIPU_SEED"]}\n`);
  const started = Date.now();
  // A property that does not hold is a result too.
  const output = await runBinary("hardhat", ["test", "solidity"]).catch((error: unknown) => {
    if (error instanceof Failure) return error.message;
    throw error;
  });
  process.stdout.write(output);
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0);
  const result = {
    finishedAt: new Date().toISOString(),
    commit: (await runCommand("git", ["rev-parse", "HEAD"])).trim(),
    minutes: Math.round((Date.now() - started) / 60_000),
    seed: process.env["KHIPU_SEED"],
    fuzzRuns: 10_000,
    campaigns: 1_000,
    actionsPerCampaign: 500,
    passed: count("passing"),
    failed: count("failing"),
  };
  const file = join(root, "test", "properties", "deep-run.json");
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  process.stdout.write(`Written to ${relative(root, file)}\n`);
  if (result.failed > 0 || result.passed === 0) {
    throw new Failure("A property does not hold: see the counterexample above.");
  }
});
