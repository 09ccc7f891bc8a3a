import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Failure } from "./command.ts";
import { root } from "./paths.ts";

/** The contracts whose ABIs indexer, web and scripts use, as "source file:contract". */
const contracts = [
  "contracts/vault/KhipuVault.sol:KhipuVault",
  "contracts/savings/SavingsPool.sol:SavingsPool",
  "contracts/cooperative/CooperativePools.sol:CooperativePools",
  "contracts/lottery/LotteryPool.sol:LotteryPool",
  "contracts/circles/RotatingPools.sol:RotatingPools",
  "contracts/treasury/FeeTreasury.sol:FeeTreasury",
  "@openzeppelin/contracts/access/manager/AccessManager.sol:AccessManager",
  "contracts/testnet/FaucetToken.sol:FaucetToken",
  "contracts/testnet/TestnetYieldVault.sol:TestnetYieldVault",
  "contracts/testnet/TestnetPriceFeed.sol:TestnetPriceFeed",
] as const;

/** Every generated file that is under version control, with what it should contain now. */
export function generatedFiles(): { path: string; content: string }[] {
  return [{ path: join(root, "protocol", "abis.generated.ts"), content: abis() }];
}

/** Writes those that differ; returns their paths. */
export function writeGeneratedFiles(): string[] {
  const stale = staleGeneratedFiles();
  for (const { path, content } of stale) writeFileSync(path, content);
  return stale.map(({ path }) => relative(root, path));
}

/** Those that differ from what they should be. */
export function staleGeneratedFiles(): { path: string; content: string }[] {
  return generatedFiles().filter(
    ({ path, content }) => !existsSync(path) || readFileSync(path, "utf8") !== content,
  );
}

function abis(): string {
  const parts = contracts.map((qualified) => {
    const [source = "", name = ""] = qualified.split(":");
    const artifact = readArtifact(source, name);
    const constant = `${name.charAt(0).toLowerCase()}${name.slice(1)}Abi`;
    return `export const ${constant} = ${JSON.stringify(artifact.abi, null, 2)} as const;\n`;
  });
  return [
    "// Generated from the compiled contracts by `npm run generate`. Do not edit.\n",
    ...parts,
  ].join("\n");
}

function readArtifact(source: string, name: string): { abi: unknown } {
  const path = join(root, "artifacts", source, `${name}.json`);
  if (!existsSync(path))
    throw new Failure(`${relative(root, path)} is missing: run \`npm run generate\`.`);
  return JSON.parse(readFileSync(path, "utf8")) as { abi: unknown };
}
