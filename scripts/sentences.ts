import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Mutant, mutants } from "./mutation/vault-sentences.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { root } from "./paths.ts";
import { runBinary } from "./run-command.ts";

const help = `Usage: npm run sentences [-- --only <words>]

Shows that each sentence of the vault's campaigns is needed, in the quick profile: scripts/mutation/vault-sentences.ts has a
change of the contracts for each. With the change this sentence fails; with the change and without the sentence all others
hold. Takes about two minutes a sentence. Meanwhile contracts and tests in this checkout are changed.

  --only <words>  only sentences that contain these words
  --help          this text
`;

const TESTS = globSync("test/properties/Vault{Handler,Invariants}.t.sol", { cwd: root });

await runScript(async () => {
  const options = parseOptions(help, { only: { type: "string", default: "" } });
  if (options === undefined) return;
  const sentences = TESTS.flatMap((file) =>
    [...read(file).matchAll(assertion('([^"]+)'))].map((match) => match[1] ?? ""),
  );
  const without = sentences.filter((each) => !mutants.some(({ sentence }) => sentence === each));
  if (without.length > 0) throw new Failure(`Sentences without a change: ${without.join("; ")}.`);

  let failed = 0;
  for (const mutant of mutants.filter(({ sentence }) => sentence.includes(options.only))) {
    const verdict = await judge(mutant);
    if (verdict !== "needed") ++failed;
    console.log(`${verdict}: ${mutant.sentence}`);
  }
  if (failed > 0) throw new Failure(`${failed} sentences are not shown to be needed: see above.`);
});

type Verdict =
  "needed" | "its change is not caught" | `first caught by ${string}` | `also caught by ${string}`;

async function judge({ sentence, file, from, to }: Mutant): Promise<Verdict> {
  const original = read(file);
  if (original.split(from).length !== 2) {
    throw new Failure(`${file} must have this text once: change vault-sentences.ts.\n${from}`);
  }
  const tests = new Map(TESTS.map((test) => [test, read(test)]));
  try {
    write(
      file,
      original.replace(from, () => to),
    );
    const caught = await firstToFail();
    if (caught === undefined) return "its change is not caught";
    if (!caught.includes(sentence)) return `first caught by ${caught}`;
    for (const [test, source] of tests) write(test, source.replace(assertion(sentence), "{}"));
    const other = await firstToFail();
    return other === undefined ? "needed" : `also caught by ${other}`;
  } finally {
    write(file, original);
    for (const [test, source] of tests) write(test, source);
  }
}

/** What the campaigns say is not so; undefined when all holds. */
async function firstToFail(): Promise<string | undefined> {
  const output = await runBinary("hardhat", ["test", "solidity", "--no-compile", ...TESTS]).catch(
    (error: unknown) => (error instanceof Failure ? error.message : Promise.reject(error as Error)),
  );
  // A change may keep a campaign from states that it should reach: that is no sentence.
  if (/\d+ passing/.test(output) && !/\d+ failing/.test(output)) return undefined;
  const reason = /Error: (.+)/.exec(output)?.[1];
  if (reason === undefined) throw new Failure(output);
  return reason;
}

/** The statement that asserts a sentence. */
function assertion(sentence: string): RegExp {
  return new RegExp(`assert\\w+\\((?:[^;"]|\\n)*"${sentence}"\\s*\\);`, "g");
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

function write(file: string, source: string): void {
  writeFileSync(join(root, file), source);
}
