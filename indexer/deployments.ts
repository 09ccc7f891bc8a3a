import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Deployment, parseDeployment } from "../protocol/deployment.ts";

/** The deployments to index: KHIPU_DEPLOYMENT, one file or several, separated by commas, each of another chain. */
export function readDeployments(env: Readonly<Record<string, string | undefined>>): Deployment[] {
  const files = deploymentFiles(env);
  const deployments = files.map((file) =>
    parseDeployment(JSON.parse(readFileSync(file, "utf8")), file),
  );
  const seen = new Set<number>();
  for (const { chainId } of deployments) {
    if (seen.has(chainId)) {
      throw new Error(
        `KHIPU_DEPLOYMENT names two deployments on chain ${chainId}: run one indexer for each.`,
      );
    }
    seen.add(chainId);
  }
  return deployments;
}

export function deploymentFiles(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env["KHIPU_DEPLOYMENT"] ?? ".khipu/world/deployment.json")
    .split(",")
    .map((file) => resolve(file.trim()));
}
