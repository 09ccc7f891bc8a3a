/**
 * Changes our contracts in one place at a time and runs the tests of that part: each change should be caught.
 *
 *   node scripts/mutateContracts.ts [--sample 60] [--seed 1]
 *
 * Works in place and puts every file back, so run it in a checkout of its own. Prints one line per change and the
 * share of those that were caught; changes that do not compile do not count.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** Our code that money depends on, and the tests that must notice when it changes. */
const PARTS: Record<string, string[]> = {
  "contracts/vault/KhipuVault.sol": ["vault", "roles"],
  "contracts/vault/StrategyBook.sol": ["vault"],
  "contracts/vault/StrategyReader.sol": ["vault"],
  "contracts/vault/ProfitLock.sol": ["vault"],
  "contracts/vault/SharePrice.sol": ["vault", "savings", "cooperative"],
  "contracts/pool/Position.sol": ["savings", "cooperative"],
  "contracts/pool/VaultPool.sol": ["savings", "cooperative"],
  "contracts/permit/PermitOrAllowance.sol": ["vault", "savings"],
  "contracts/savings/SavingsPool.sol": ["savings", "treasury"],
  "contracts/cooperative/CooperativePools.sol": ["cooperative"],
  "contracts/treasury/FeeTreasury.sol": ["treasury"],
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

const { values } = parseArgs({
  options: { sample: { type: "string" }, seed: { type: "string", default: "1" } },
});
const all = Object.keys(PARTS).flatMap(mutantsOf);
const chosen =
  values.sample === undefined
    ? all
    : shuffled(all, Number(values.seed)).slice(0, Number(values.sample));
console.log(`${chosen.length} of ${all.length} changes, seed ${values.seed}`);

let [caught, counted] = [0, 0];
for (const mutant of chosen) {
  const verdict = judge(mutant);
  if (verdict !== "does not compile") counted++;
  if (verdict === "caught") caught++;
  console.log(
    `${verdict.padEnd(16)} ${mutant.file}:${mutant.line}  ${mutant.from}  =>  ${mutant.to || "(nothing)"}`,
  );
}
console.log(`${caught} of ${counted} caught: ${((100 * caught) / counted).toFixed(1)} %`);
run("hardhat", ["build", "--no-tests"]);
process.exit(caught / counted >= 0.9 ? 0 : 1);

function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(file, "utf8");
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

function judge({ file, mutated }: Mutant): "caught" | "SURVIVED" | "does not compile" {
  const original = readFileSync(file, "utf8");
  try {
    writeFileSync(file, mutated);
    if (!run("hardhat", ["build", "--no-tests"])) return "does not compile";
    const folders = (PARTS[file] ?? []).map((part) => `test/contracts/${part}`);
    return run("vitest", ["run", "--bail", "1", ...folders]) ? "SURVIVED" : "caught";
  } finally {
    writeFileSync(file, original);
  }
}

function run(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
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
