import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PublicClient } from "viem";
import { type Deployment, isOnChain, parseDeployment } from "../protocol/deployment.ts";
import { Failure, reasonOf } from "./command.ts";
import { root, stateFolder } from "./paths.ts";

/** The deployment on the chain that the client is connected to: from `file`, or else the one known for that chain. */
export async function deploymentOfChain(
  chain: PublicClient,
  file: string | undefined,
): Promise<Deployment> {
  if (file !== undefined && !existsSync(file)) {
    throw new Failure(`There is no deployment file ${file}.`);
  }
  const chainId = await chain.getChainId().catch((error: unknown) => {
    throw new Failure(`The RPC does not answer: ${reasonOf(error)}`);
  });
  const here: Deployment[] = [];
  for (const path of file === undefined ? knownFiles() : [file]) {
    const deployment = readDeployment(path);
    if (deployment.chainId === chainId && (await isOnChain(deployment, chain))) {
      here.push(deployment);
    }
  }
  const [only, another] = here;
  if (only && !another) return only;
  if (another) {
    throw new Failure(
      "Several deployments on this chain are known: give one's file with --deployment.",
    );
  }
  throw new Failure(
    file === undefined
      ? "No deployment on this chain is known: give its file with --deployment."
      : `${file} is of another chain than the RPC.`,
  );
}

function readDeployment(path: string): Deployment {
  try {
    return parseDeployment(JSON.parse(readFileSync(path, "utf8")), path);
  } catch (error) {
    throw new Failure(
      error instanceof SyntaxError
        ? `${path} is not a deployment file: ${error.message}`
        : reasonOf(error),
    );
  }
}

function knownFiles(): string[] {
  const folder = join(root, "protocol", "deployments");
  const published = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return [...published, join(stateFolder, "world", "deployment.json")].filter(
    (path) => path.endsWith(".json") && existsSync(path),
  );
}
