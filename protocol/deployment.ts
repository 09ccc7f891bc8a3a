import type { PublicClient } from "viem";
import * as z from "zod/mini";

// What a deployment wrote down and everybody else reads: which contract is where, and since which block.

/** The chain id of local chains; no public network has it. */
export const LOCAL_CHAIN_ID = 31_337;

/** Of a second local chain, beside the first. */
export const SECOND_LOCAL_CHAIN_ID = 31_338;

export function isLocalChain(chainId: number): boolean {
  return chainId === LOCAL_CHAIN_ID || chainId === SECOND_LOCAL_CHAIN_ID;
}

/** A token with more could not have a whole one in 256 bits. */
const MOST_DECIMALS = 77;

const address = z
  .string()
  .check(z.regex(/^0x[0-9a-fA-F]{40}$/, "is not an address (0x and 40 hex digits)"));
const hash = z.string().check(z.regex(/^0x[0-9a-f]{64}$/, "is not a 32-byte hash"));

const typedHash = z.pipe(
  hash,
  z.transform((value) => value as `0x${string}`),
);

const deployedContract = z.object({
  address: z.pipe(
    address,
    z.transform((value) => value as `0x${string}`),
  ),
  /** No event of this contract is older than this block. */
  startBlock: z.int().check(z.nonnegative()),
  /** Of a token: how many decimals its amounts have. */
  decimals: z.optional(
    z.int().check(z.nonnegative(), z.lte(MOST_DECIMALS, `is more than ${MOST_DECIMALS}`)),
  ),
  /** Of one that this project compiled: the hash of its code on the chain. */
  codeHash: z.optional(typedHash),
  /** And the name of the compiler's input that it came from, with the compiler's version. */
  compilerInput: z.optional(z.string()),
  /** Of a price feed: after how many seconds it answers at the latest, also where the price has not changed. */
  heartbeat: z.optional(z.int().check(z.positive())),
});

const deploymentSchema = z.object({
  chainId: z.int().check(z.positive()),
  /** The network's name in hardhat.config.ts. */
  network: z.string().check(z.minLength(1)),
  /** Tells apart two chains that share a chain id, such as two local ones. */
  genesisHash: typedHash,
  /** On local chains: a block of this deployment. */
  block: z.optional(z.object({ number: z.int().check(z.nonnegative()), hash: typedHash })),
  /** What was deployed last: the commit of the sources, and whether they had changes that were not committed. */
  source: z.optional(z.object({ commit: z.nullable(z.string()), changed: z.boolean() })),
  contracts: z.record(z.string(), deployedContract),
});

export type DeployedContract = z.infer<typeof deployedContract>;
export type Deployment = z.infer<typeof deploymentSchema>;

/** The deployment in `value`; throws with one sentence that names `source` and the first thing that is wrong. */
export function parseDeployment(value: unknown, source: string): Deployment {
  const result = deploymentSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new Error(
    `${source} is not a deployment file: ${where || "it"} ${issue?.message ?? "cannot be read"}`,
  );
}

/** The contract called `name`; throws when the deployment has none. */
export function deployedAt(deployment: Deployment, name: string): DeployedContract {
  const contract = Object.hasOwn(deployment.contracts, name)
    ? deployment.contracts[name]
    : undefined;
  if (!contract)
    throw new Error(
      `The deployment on ${deployment.network} has no contract ${name}: deploy again.`,
    );
  return contract;
}

/**
 * Whether this is the deployment's chain. A local one is known by a block of the deployment: anvil makes another first
 * block whenever it goes on with a kept chain.
 */
export async function isOnChain(
  { genesisHash, block }: Deployment,
  chain: Pick<PublicClient, "getBlock">,
): Promise<boolean> {
  const known = block ?? { number: 0, hash: genesisHash };
  const found = await chain
    .getBlock({ blockNumber: BigInt(known.number) })
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === "BlockNotFoundError") return undefined;
      throw error;
    });
  return found?.hash === known.hash;
}
