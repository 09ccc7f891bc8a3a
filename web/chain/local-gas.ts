import { type Address, numberToHex } from "viem";

/** What an account on a local chain gets to spend on network fees. */
export const gasMoney = 10n ** 19n;

/** Local nodes give money to whoever asks; Hardhat's and anvil both know this method by Hardhat's name. */
export async function fillGasPurse(rpcUrl: string, address: Address): Promise<void> {
  const body = {
    jsonrpc: "2.0",
    id: 1,
    method: "hardhat_setBalance",
    params: [address, numberToHex(gasMoney)],
  };
  await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
