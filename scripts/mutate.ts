import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { Failure, parseOptions, runScript } from "./command.ts";
import { type Code, compile, install } from "./mutation/compile.ts";
import { type Mutant, mutantsOf } from "./mutation/mutants.ts";
import { root } from "./paths.ts";
import { runBinary } from "./run-command.ts";

const RESULTS = join(root, "test", "contracts", "mutation.json");

const help = `Usage: npm run mutate [-- --part <path>] [--sample <count>] [--seed <number>] [--again]

Changes our contracts in one place at a time and runs the tests of that part: each change should be caught. Prints one line
for each change, writes what became of it to ${relative(root, RESULTS)} and fails when fewer than 90 % were caught. What is
in that file already and still fits the source is not tried again, so an interrupted run goes on where it was.

All changes together take some hours. Meanwhile the artifacts in this checkout are not those of the sources.

  --part <path>     only contracts whose path begins so, such as contracts/vault
  --sample <count>  so many changes, picked at random
  --seed <number>   which ones; the same seed picks the same (default: 1)
  --again           judges those that survived once more, also by the Solidity properties (a minute each)
  --help            this text
`;

/** Our code that money depends on, the contracts that it ends up in, and the tests that must notice when it changes. */
const PARTS: {
  files: string[];
  contracts: string[];
  tests: string[];
  /** The Solidity properties that see most of it; by default all. */
  properties?: string[];
}[] = [
  {
    files: [
      "KhipuVault",
      "VaultOperations",
      "StrategySettings",
      "VaultAccounts",
      "StrategyBook",
      "StrategyReader",
      "Strategy",
      "GainLimit",
      "ProfitLock",
      "VaultState",
    ].map(inFolder("vault")),
    contracts: ["contracts/vault/KhipuVault.sol"],
    tests: ["vault", "roles", "returns.test.ts", "reentrancy.test.ts", "books.test.ts"],
    properties: ["VaultAttacks", "VaultHandler", "VaultInvariants"].map(
      (name) => `test/properties/${name}.t.sol`,
    ),
  },
  {
    files: ["contracts/vault/SharePrice.sol"],
    contracts: ["contracts/vault/KhipuVault.sol", "contracts/savings/SavingsPool.sol"],
    tests: ["vault", "savings"],
  },
  {
    files: ["contracts/permit/PermitOrAllowance.sol"],
    contracts: ["contracts/vault/KhipuVault.sol", "contracts/savings/SavingsPool.sol"],
    tests: ["vault", "savings"],
  },
  {
    files: ["Position", "PositionPool", "VaultPool"].map(inFolder("pool")),
    contracts: ["contracts/savings/SavingsPool.sol", "contracts/cooperative/CooperativePools.sol"],
    tests: ["savings", "cooperative", "returns.test.ts", "reentrancy.test.ts", "books.test.ts"],
  },
  {
    files: ["SavingsPool", "Referrals"].map(inFolder("savings")),
    contracts: ["contracts/savings/SavingsPool.sol"],
    tests: [
      "savings",
      "treasury",
      "roles",
      "returns.test.ts",
      "reentrancy.test.ts",
      "books.test.ts",
    ],
  },
  {
    files: ["contracts/cooperative/CooperativePools.sol"],
    contracts: ["contracts/cooperative/CooperativePools.sol"],
    tests: ["cooperative", "returns.test.ts", "reentrancy.test.ts", "books.test.ts"],
  },
  {
    files: ["contracts/treasury/FeeTreasury.sol"],
    // The savings pool makes its treasury itself.
    contracts: ["contracts/savings/SavingsPool.sol"],
    tests: ["treasury", "roles", "returns.test.ts"],
  },
  {
    files: [
      "LotteryPool",
      "TicketBook",
      "PooledPrincipal",
      "DrawNumber",
      "Span",
      "Sums",
      "VrfConsumer",
    ].map(inFolder("lottery")),
    contracts: ["contracts/lottery/LotteryPool.sol"],
    tests: ["lottery", "reentrancy.test.ts", "books.test.ts"],
  },
  {
    files: ["RotatingPools", "RoundSettlement", "CircleForming", "CircleRules", "PayoutQueue"].map(
      inFolder("circles"),
    ),
    contracts: ["RotatingPools", "RoundSettlement", "CircleForming"].map(inFolder("circles")),
    tests: ["circles"],
  },
];

// One process for all files: what they import takes longer than what they do. Gas is compared elsewhere.
const QUICKLY = ["run", "--no-isolate", "--max-workers=1", "--bail=1", "--exclude=**/gas.test.ts"];

const unchanged = new Map<string, Code>();

const verdictSchema = z.enum(["caught", "survived", "same code", "does not compile"]);
type Verdict = z.infer<typeof verdictSchema>;

const resultsSchema = z.array(
  z.object({ id: z.string(), from: z.string(), to: z.string(), verdict: verdictSchema }),
);

await runScript(async () => {
  const options = parseOptions(help, {
    part: { type: "string", default: "contracts/" },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    again: { type: "boolean", default: false },
  });
  if (options === undefined) return;
  const all = PARTS.flatMap(({ files }) => files.flatMap(mutantsOf));
  const known = readResults(all);
  const asked = all.filter(({ file }) => file.startsWith(options.part));
  if (asked.length === 0) throw new Failure(`No contract of ours begins with ${options.part}.`);
  const picked = shuffled(asked, Number(options.seed)).slice(
    0,
    Number(options.sample ?? all.length),
  );
  const chosen = picked.filter(({ id }) =>
    options.again ? known.get(id) === "survived" : !known.has(id),
  );
  console.log(`${picked.length} of ${all.length} changes, ${chosen.length} to judge`);

  await runBinary("hardhat", ["build", "--no-tests"]);
  try {
    for (const [index, mutant] of chosen.entries()) {
      let verdict = await judge(mutant);
      if (verdict === "survived" && options.again) verdict = await judgeByProperties(mutant);
      known.set(mutant.id, verdict);
      writeResults(all, known);
      const { id, from, to } = mutant;
      console.log(
        `${index + 1}/${chosen.length} ${verdict}: ${id}  ${from}  =>  ${to || "(nothing)"}`,
      );
    }
  } finally {
    await runBinary("hardhat", ["build", "--no-tests", "--force"]);
  }
  const count = (verdict: Verdict) => picked.filter(({ id }) => known.get(id) === verdict).length;
  const share = count("caught") / (count("caught") + count("survived"));
  console.log(
    `${count("caught")} caught, ${count("survived")} survived: ${(100 * share).toFixed(1)} % caught` +
      ` (${count("same code")} make the same code, ${count("does not compile")} do not compile)`,
  );
  if (share < 0.9) throw new Failure("Fewer than 90 % were caught: see those that survived above.");
});

function inFolder(folder: string) {
  return (name: string) => `contracts/${folder}/${name}.sol`;
}

/** Deploys the changed code in the tests of its part. */
async function judge({ file, source }: Mutant): Promise<Verdict> {
  const part = partOf(file);
  const changed = new Map<string, Code>();
  for (const contract of part.contracts) {
    const after = compile(contract, { [file]: source });
    if (after === undefined) return "does not compile";
    if (after.bytecode !== codeOf(contract).bytecode) changed.set(contract, after);
  }
  if (changed.size === 0) return "same code";
  try {
    for (const [contract, code] of changed) install(contract, code);
    return (await passes("vitest", [
      ...QUICKLY,
      ...part.tests.map((test) => `test/contracts/${test}`),
    ]))
      ? "survived"
      : "caught";
  } finally {
    for (const contract of changed.keys()) install(contract, codeOf(contract));
  }
}

/** A contract's code as it stands. */
function codeOf(contract: string): Code {
  const code = unchanged.get(contract) ?? compile(contract);
  if (code === undefined) throw new Failure(`${contract} does not compile: run npm run check.`);
  unchanged.set(contract, code);
  return code;
}

/** Runs the Solidity properties over the changed source; re-entrance, for one, is tried there. */
async function judgeByProperties({ file, source }: Mutant): Promise<Verdict> {
  const original = readFileSync(join(root, file), "utf8");
  try {
    writeFileSync(join(root, file), source);
    const { properties = [] } = partOf(file);
    return (await passes("hardhat", ["test", "solidity", ...properties])) ? "survived" : "caught";
  } finally {
    writeFileSync(join(root, file), original);
  }
}

function partOf(file: string) {
  const part = PARTS.find(({ files }) => files.includes(file));
  if (part === undefined) throw new Failure(`${file} belongs to no part.`);
  return part;
}

async function passes(command: string, args: string[]): Promise<boolean> {
  return runBinary(command, args).then(
    () => true,
    () => false,
  );
}

/** What earlier runs found, of the changes that are still the same. */
function readResults(mutants: Mutant[]): Map<string, Verdict> {
  if (!existsSync(RESULTS)) return new Map();
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));
  const results = resultsSchema.parse(JSON.parse(readFileSync(RESULTS, "utf8")));
  return new Map(
    results
      .filter(({ id, from, to }) => byId.get(id)?.from === from && byId.get(id)?.to === to)
      .map(({ id, verdict }) => [id, verdict]),
  );
}

function writeResults(mutants: Mutant[], verdicts: Map<string, Verdict>): void {
  const results = mutants.flatMap(({ id, from, to }) => {
    const verdict = verdicts.get(id);
    return verdict === undefined ? [] : [{ id, from, to, verdict }];
  });
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
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
