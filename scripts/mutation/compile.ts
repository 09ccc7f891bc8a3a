import { createRequire } from "node:module";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { optimizer } from "../../hardhat.config.ts";
import { root } from "../paths.ts";

// Hardhat would compile everything that could be meant, for 20 seconds a change; one contract takes one to three.
const require = createRequire(import.meta.url);
const solc = require("solc") as {
  compile(
    input: string,
    callbacks: { import: (path: string) => { contents: string } | { error: string } },
  ): string;
};

/** Where in the code the addresses of libraries go, by file and library. */
const linkReferences = z.record(z.string(), z.record(z.string(), z.array(z.unknown())));
const code = z.object({ object: z.string(), linkReferences });
const compilerOutput = z.object({
  contracts: z
    .record(
      z.string(),
      z.record(z.string(), z.object({ evm: z.object({ bytecode: code, deployedBytecode: code }) })),
    )
    .optional(),
});

/** A contract's code as Hardhat's artifact holds it. */
export interface Code {
  bytecode: string;
  linkReferences: z.infer<typeof linkReferences>;
  deployedBytecode: string;
  deployedLinkReferences: z.infer<typeof linkReferences>;
}

/** The code of the contract in a file, with `changes` in place of those sources; undefined when it does not compile. */
export function compile(contract: string, changes: Record<string, string> = {}): Code | undefined {
  const name = basename(contract, ".sol");
  const read = (path: string) => changes[path] ?? readSource(path);
  const input = {
    language: "Solidity",
    sources: { [contract]: { content: read(contract) } },
    settings: {
      optimizer,
      evmVersion: "cancun",
      // Without the hash of the source, the same code is the same bytes.
      metadata: { bytecodeHash: "none" },
      outputSelection: {
        [contract]: {
          [name]: ["bytecode", "deployedBytecode"].flatMap((part) => [
            `evm.${part}.object`,
            `evm.${part}.linkReferences`,
          ]),
        },
      },
    },
  };
  const output = solc.compile(JSON.stringify(input), {
    import: (path) => {
      const contents = read(path);
      return contents === undefined ? { error: `${path} not found` } : { contents };
    },
  });
  const evm = compilerOutput.parse(JSON.parse(output)).contracts?.[contract]?.[name]?.evm;
  if (evm === undefined || evm.bytecode.object === "") return undefined;
  return {
    bytecode: `0x${evm.bytecode.object}`,
    linkReferences: inProject(evm.bytecode.linkReferences),
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
    deployedLinkReferences: inProject(evm.deployedBytecode.linkReferences),
  };
}

/** As Hardhat calls our files. */
function inProject(references: z.infer<typeof linkReferences>): z.infer<typeof linkReferences> {
  return Object.fromEntries(
    Object.entries(references).map(([file, libraries]) => [`project/${file}`, libraries]),
  );
}

/** Puts code into the artifact that the tests deploy from. */
export function install(contract: string, code: Code): void {
  const file = join(root, "artifacts", contract, `${basename(contract, ".sol")}.json`);
  const artifact = z
    .looseObject({ abi: z.array(z.unknown()) })
    .parse(JSON.parse(readFileSync(file, "utf8")));
  writeFileSync(file, JSON.stringify({ ...artifact, ...code }, undefined, 2));
}

function readSource(path: string): string | undefined {
  const file = [join(root, path), join(root, "node_modules", path)].find((each) =>
    existsSync(each),
  );
  return file === undefined ? undefined : readFileSync(file, "utf8");
}
