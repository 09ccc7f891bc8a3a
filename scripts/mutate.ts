import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, parseOptions, runScript } from "./command.ts";
import { root } from "./paths.ts";
import { runBinary } from "./run-command.ts";

const help = `Usage: npm run mutate [-- --sample <count>] [--seed <number>]

Changes our contracts in one place at a time and runs the tests of that part: each change should be caught. Prints one line
for each change and fails when fewer than 90 % were caught. Works in place and puts every file back, so run it in a checkout
of its own; all changes together take many hours.

  --sample <count>  so many changes, picked at random
  --seed <number>   which ones; the same seed picks the same (default: 1)
  --help            this text
`;

/** Our code that money depends on, and the tests that must notice when it changes. */
const PARTS: Record<string, string[]> = {
  "contracts/vault/KhipuVault.sol": ["vault", "roles", "returns.test.ts"],
  "contracts/vault/StrategyBook.sol": ["vault"],
  "contracts/vault/StrategyReader.sol": ["vault"],
  "contracts/vault/ProfitLock.sol": ["vault"],
  "contracts/vault/SharePrice.sol": ["vault", "savings", "cooperative"],
  "contracts/pool/Position.sol": ["savings", "cooperative", "returns.test.ts"],
  "contracts/pool/VaultPool.sol": ["savings", "cooperative", "returns.test.ts"],
  "contracts/permit/PermitOrAllowance.sol": ["vault", "savings"],
  "contracts/savings/SavingsPool.sol": ["savings", "treasury", "roles", "returns.test.ts"],
  "contracts/cooperative/CooperativePools.sol": ["cooperative", "returns.test.ts"],
  "contracts/treasury/FeeTreasury.sol": ["treasury", "roles", "returns.test.ts"],
};

/** What is replaced by what. Each place where the left side matches is a change of its own. */
const OPERATORS: [RegExp, string][] = [
  [/ < /g, " <= "],
  [/ < /g, " > "],
  [/ > /g, " >= "],
  [/ > /g, " < "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ == /g, " != "],
  [/ != /g, " == "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ \/ /g, " * "],
  [/ \+= /g, " -= "],
  [/ -= /g, " += "],
  [/\(!/g, "("],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/\.min\(/g, ".max("],
  [/\.saturatingSub\(/g, ".saturatingAdd("],
  [/toSharesDown\(/g, "toSharesUp("],
  [/toSharesUp\(/g, "toSharesDown("],
  [/toAssetsDown\(/g, "toAssetsUp("],
  [/toAssetsUp\(/g, "toAssetsDown("],
  [/, Math\.Rounding\.Ceil/g, ""],
  [/ restricted/g, ""],
  [/ nonReentrant/g, ""],
  // a whole condition, and a whole statement on one line
  [/if \(.*\) (?=revert|return|continue)/g, "if (false) "],
  [/^ {8,}(?!return|revert|uint|address|bool|bytes|for|if|else|_;|\/\/)[\w.[\]()]+.*;$/gm, ""],
];

interface Mutant {
  file: string;
  line: number;
  from: string;
  to: string;
  mutated: string;
}

type Verdict = "caught" | "SURVIVED" | "does not compile";

await runScript(async () => {
  const options = parseOptions(help, {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
  });
  if (options === undefined) return;
  const all = Object.keys(PARTS).flatMap(mutantsOf);
  const chosen = shuffled(all, Number(options.seed)).slice(0, Number(options.sample ?? all.length));
  console.log(`${chosen.length} of ${all.length} changes, seed ${options.seed}`);

  const verdicts: Verdict[] = [];
  for (const mutant of chosen) {
    const verdict = await judge(mutant);
    verdicts.push(verdict);
    const { file, line, from, to } = mutant;
    console.log(`${verdict.padEnd(16)} ${file}:${line}  ${from}  =>  ${to || "(nothing)"}`);
  }
  await passes("hardhat", ["build", "--no-tests"]);
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length;
  const counted = chosen.length - count("does not compile");
  const share = count("caught") / counted;
  console.log(`${count("caught")} of ${counted} caught: ${(100 * share).toFixed(1)} %`);
  if (share < 0.9) throw new Failure("Fewer than 90 % were caught: see those that survived above.");
});

function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(join(root, file), "utf8");
  return OPERATORS.flatMap(([pattern, to]) =>
    [...source.matchAll(pattern)].flatMap((match) => {
      const lineStart = source.lastIndexOf("\n", match.index) + 1;
      const wholeLine = source.slice(lineStart, source.indexOf("\n", match.index));
      if (/^\s*(\/\/|import|using|pragma|event|error)/.test(wholeLine)) return [];
      const mutated =
        source.slice(0, match.index) + to + source.slice(match.index + match[0].length);
      const line = source.slice(0, match.index).split("\n").length;
      return [{ file, line, from: wholeLine.trim(), to: mutatedLine(mutated, lineStart), mutated }];
    }),
  );
}

function mutatedLine(source: string, lineStart: number): string {
  return source.slice(lineStart, source.indexOf("\n", lineStart)).trim();
}

async function judge({ file, mutated }: Mutant): Promise<Verdict> {
  const original = readFileSync(join(root, file), "utf8");
  try {
    writeFileSync(join(root, file), mutated);
    if (!(await passes("hardhat", ["build", "--no-tests"]))) return "does not compile";
    const folders = (PARTS[file] ?? []).map((part) => `test/contracts/${part}`);
    if (!(await passes("vitest", ["run", "--bail", "1", ...folders]))) return "caught";
    // Slower to compile, so only for what the others did not notice; re-entrance, for one, is tried here.
    return (await passes("hardhat", ["test", "solidity"])) ? "SURVIVED" : "caught";
  } finally {
    writeFileSync(join(root, file), original);
  }
}

async function passes(command: string, args: string[]): Promise<boolean> {
  return runBinary(command, args).then(
    () => true,
    () => false,
  );
}

/** The same seed always gives the same order. */
function shuffled<T>(items: T[], seed: number): T[] {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
