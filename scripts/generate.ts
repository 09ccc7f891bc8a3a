import { relative } from "node:path";
import { Failure, parseOptions, runScript } from "./command.ts";
import { staleGeneratedFiles, writeGeneratedFiles } from "./generated-files.ts";
import { root } from "./paths.ts";
import { runBinary } from "./run-command.ts";

const help = `Usage: npm run generate [-- --check]

Compiles the contracts and writes what is generated from them and from the indexer's tables:
  protocol/abis.generated.ts                  the contracts' ABIs, for indexer, web and scripts
  indexer/graphql/descriptions.generated.ts   what each table and column is
  indexer/schema.generated.graphql            the API's schema

  --check   write nothing; fail when a generated file is out of date
  --help    this text
`;

await runScript(async () => {
  const options = parseOptions(help, { check: { type: "boolean" } });
  if (options === undefined) return;
  await runBinary("hardhat", ["build", "--no-tests"]);
  if (options.check) {
    const stale = staleGeneratedFiles().map(({ path }) => relative(root, path));
    if (stale.length > 0)
      throw new Failure(`Out of date: ${stale.join(", ")}. Run \`npm run generate\`.`);
    return;
  }
  const written = writeGeneratedFiles();
  process.stdout.write(
    written.length > 0 ? `Wrote ${written.join(", ")}.\n` : "All generated files are up to date.\n",
  );
});
