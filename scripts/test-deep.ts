import { randomBytes } from "node:crypto";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { Failure, parseOptions, runScript } from "./command.ts";
import { root } from "./paths.ts";
import { runBinary, runCommand } from "./run-command.ts";

const RUNS = join(root, "test", "properties", "deep-run.json");

const help = `Usage: npm run test:deep [-- --part <folder>] [--campaigns <count>]

Runs the Solidity properties as deeply as a release is worth: 10,000 runs of each fuzz test and 1,000 campaigns of 500
actions each against every sentence. Takes some hours and adds what became of it to ${relative(root, RUNS)}.

  --part <folder>      only properties below it, such as test/properties/circles (default: test/properties)
  --campaigns <count>  so many campaigns against every sentence: a long run can be done in several, with other seeds
  --help               this text

Environment:
  KHIPU_SEED  32 bytes in hex; by default another one each time, which is printed and written down
`;

const runsSchema = z.array(
  z.object({
    part: z.string(),
    finishedAt: z.string(),
    commit: z.string(),
    minutes: z.number(),
    seed: z.string(),
    fuzzRuns: z.number(),
    campaigns: z.number(),
    actionsPerCampaign: z.number(),
    passed: z.number(),
    failed: z.number(),
  }),
);

await runScript(async () => {
  const options = parseOptions(help, {
    part: { type: "string", default: "test/properties" },
    campaigns: { type: "string", default: "1000" },
  });
  if (options === undefined) return;
  const { part, campaigns } = options;
  if (!/^[1-9]\d*$/.test(campaigns)) {
    throw new Failure(`--campaigns is "${campaigns}": it must be a whole number such as 100.`);
  }
  const files = globSync(join(part, "**/*.t.sol"), { cwd: root });
  if (files.length === 0) throw new Failure(`There are no properties in ${part}.`);
  process.env["KHIPU_PROPERTIES"] = "deep";
  process.env["KHIPU_CAMPAIGNS"] = campaigns;
  process.env["KHIPU_SEED"] ??= `0x${randomBytes(32).toString("hex")}`;
  process.stdout.write(`KHIPU_SEED=${process.env["KHIPU_SEED"]}\n`);
  const started = Date.now();
  // A property that does not hold is a result too.
  const output = await runBinary("hardhat", ["test", "solidity", ...files]).catch(
    (error: unknown) => {
      if (error instanceof Failure) return error.message;
      throw error;
    },
  );
  process.stdout.write(output);
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0);
  const result = {
    part,
    finishedAt: new Date().toISOString(),
    commit: (await runCommand("git", ["rev-parse", "HEAD"])).trim(),
    minutes: Math.round((Date.now() - started) / 60_000),
    seed: process.env["KHIPU_SEED"],
    fuzzRuns: 10_000,
    campaigns: Number(campaigns),
    actionsPerCampaign: 500,
    passed: count("passing"),
    failed: count("failing"),
  };
  const earlier = runsSchema.parse(JSON.parse(readFileSync(RUNS, "utf8")));
  writeFileSync(RUNS, `${JSON.stringify([...earlier, result], undefined, 2)}\n`);
  process.stdout.write(`Written to ${relative(root, RUNS)}\n`);
  if (result.failed > 0 || result.passed === 0) {
    throw new Failure("A property does not hold: see the counterexample above.");
  }
});
