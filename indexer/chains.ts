import { zeroAddress } from "viem";
import type { Deployment } from "../protocol/deployment.ts";
import { chainEndpoints, type ChainEndpoints, type Environment } from "./environment.ts";

interface IndexedChain extends ChainEndpoints {
  id: number;
}

/** Ponder's chains: one for each deployment, under the name of its network. */
export function chainsOf(
  deployments: readonly Deployment[],
  env: Environment,
): Record<string, IndexedChain> {
  const isOnly = deployments.length === 1;
  return Object.fromEntries(
    deployments.map((deployment) => [
      nameOf(deployment, deployments),
      { id: deployment.chainId, ...chainEndpoints(env, isOnly ? undefined : deployment.chainId) },
    ]),
  );
}

/** Where a contract is on each chain, and from which block on it has events. */
export function placesOf(deployments: readonly Deployment[], contract: string) {
  return Object.fromEntries(
    deployments.map((deployment) => {
      const deployed = deployment.contracts[contract];
      const place = deployed
        ? { address: deployed.address, startBlock: deployed.startBlock }
        : nowhere(deployment);
      return [nameOf(deployment, deployments), place];
    }),
  );
}

/** Ponder knows the single chain as "main". */
function nameOf({ network, chainId }: Deployment, { length }: readonly Deployment[]): string {
  return length === 1 ? "main" : `${network}-${chainId}`;
}

/** Handlers want their contract on every chain; where there is none, nothing is ever asked for. */
function nowhere({ contracts }: Deployment) {
  const blocks = Object.values(contracts).map(({ startBlock }) => startBlock);
  const startBlock = Math.min(...blocks);
  return { address: zeroAddress, startBlock, endBlock: startBlock };
}
