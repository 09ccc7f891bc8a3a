import type { Address, Hex, PublicClient } from "viem";
import { khipuVaultAbi } from "../protocol/abis.generated.ts";

/** What several calls of one contract of ours return, in one request: each of our contracts has a `multicall` of its own. */
export async function readTogether(
  client: PublicClient,
  address: Address,
  calls: readonly Hex[],
  blockNumber?: bigint,
): Promise<readonly Hex[]> {
  const { result } = await client.simulateContract({
    address,
    abi: khipuVaultAbi,
    functionName: "multicall",
    args: [calls],
    ...(blockNumber !== undefined && { blockNumber }),
  });
  return result;
}
