import { type Address, type Client, createClient, http } from "viem";
import { readContract } from "viem/actions";
import type { Unit } from "../language/amounts.ts";
import { assetAbi, vaultAbi } from "./abis.ts";

// What the page reads of the chain before there is a wallet. Loaded on demand, for viem comes with it.

let reader: Client | undefined;

function readerOf(rpcUrl: string): Client {
  reader ??= createClient({ transport: http(rpcUrl, { batch: true }) });
  return reader;
}

export async function readUnit(rpcUrl: string, asset: Address): Promise<Unit> {
  const token = { address: asset, abi: assetAbi };
  const [symbol, decimals] = await Promise.all([
    readContract(readerOf(rpcUrl), { ...token, functionName: "symbol" }),
    readContract(readerOf(rpcUrl), { ...token, functionName: "decimals" }),
  ]);
  return { symbol, decimals };
}

export function readTotalAssets(rpcUrl: string, vault: Address): Promise<bigint> {
  return readContract(readerOf(rpcUrl), {
    address: vault,
    abi: vaultAbi,
    functionName: "totalAssets",
  });
}
