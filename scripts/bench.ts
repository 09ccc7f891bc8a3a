import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type Bench, table, writeResults } from "../bench/harness.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { compile } from "./deploy/source.ts";
import { root } from "./paths.ts";

const suffix = ".bench.ts";
const folder = join(root, "bench");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));

const help = `Usage: npm run bench [-- --only <name>]

Measures us and a peer in the same run, prints both with their ratio, and writes bench/results/<name>.json.

  --only <name>  one of: ${names.join(", ")}
  --help         this text
`;

await runScript(async () => {
  const options = parseOptions(help, { only: { type: "string" } });
  if (options === undefined) return;
  if (options.only !== undefined && !names.includes(options.only)) {
    throw new Failure(`There is no benchmark "${options.only}". There are: ${names.join(", ")}.`);
  }
  // Several of them take contracts as they were compiled.
  await compile();
  for (const name of names) {
    if (options.only !== undefined && name !== options.only) continue;
    const module = (await import(pathToFileURL(join(folder, name + suffix)).href)) as {
      default: Bench;
    };
    const bench = module.default;
    process.stdout.write(`\n${bench.name}: ${bench.about}\n\n`);
    const rows = await bench.run();
    const file = writeResults(bench, rows);
    process.stdout.write(`\n${table(rows)}\n\nWritten to ${relative(root, file)}\n`);
  }
});
