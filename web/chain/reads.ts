import { type Address, createPublicClient, http, type PublicClient } from "viem";
import type { Unit } from "../language/amounts.ts";
import { assetAbi, vaultAbi } from "./abis.ts";

// What the page reads of the chain before there is a wallet. Loaded on demand, for viem comes with it.

let reader: PublicClient | undefined;

function readerOf(rpcUrl: string): PublicClient {
  reader ??= createPublicClient({ transport: http(rpcUrl, { batch: true }) });
  return reader;
}

export async function readUnit(rpcUrl: string, asset: Address): Promise<Unit> {
  const token = { address: asset, abi: assetAbi };
  const [symbol, decimals] = await Promise.all([
    readerOf(rpcUrl).readContract({ ...token, functionName: "symbol" }),
    readerOf(rpcUrl).readContract({ ...token, functionName: "decimals" }),
  ]);
  return { symbol, decimals };
}

export function readTotalAssets(rpcUrl: string, vault: Address): Promise<bigint> {
  return readerOf(rpcUrl).readContract({
    address: vault,
    abi: vaultAbi,
    functionName: "totalAssets",
  });
}
