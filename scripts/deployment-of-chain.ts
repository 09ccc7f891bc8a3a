import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PublicClient } from "viem";
import { type Deployment, parseDeployment } from "../protocol/deployment.ts";
import { Failure } from "./command.ts";
import { root, stateFolder } from "./paths.ts";

/** The deployment on the chain that the client is connected to: from `file`, or else the one known for that chain. */
export async function deploymentOfChain(
  chain: PublicClient,
  file: string | undefined,
): Promise<Deployment> {
  const { hash } = await chain.getBlock({ blockNumber: 0n }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Failure(`The RPC does not answer: ${reason ?? ""}`);
  });
  if (file !== undefined && !existsSync(file)) {
    throw new Failure(`There is no deployment file ${file}.`);
  }
  const known = (file === undefined ? knownFiles() : [file])
    .map((path) => parseDeployment(JSON.parse(readFileSync(path, "utf8")), path))
    .find(({ genesisHash }) => genesisHash === hash);
  if (known) return known;
  throw new Failure(
    file === undefined
      ? "No deployment on this chain is known: give its file with --deployment."
      : `${file} is of another chain than the RPC.`,
  );
}

function knownFiles(): string[] {
  const folder = join(root, "protocol", "deployments");
  const published = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return [...published, join(stateFolder, "world", "deployment.json")].filter(
    (path) => path.endsWith(".json") && existsSync(path),
  );
}
