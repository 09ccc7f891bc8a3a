import type { Context } from "ponder:registry";
import type { Address } from "viem";

/** Contracts that hold vault shares for others, or for the protocol. */
const holders = [
  "KhipuVault",
  "SavingsPool",
  "CooperativePools",
  "LotteryPool",
  "RotatingPools",
  "FeeTreasury",
] as const;

/** Whether the address is a contract of the protocol: no person, whatever it holds. */
export function isOurs(context: Context, address: Address): boolean {
  return holders.some((name) => addressOf(context, name) === address.toLowerCase());
}

/** Where the chain's deployment has a contract, in lower case. */
export function addressOf(context: Context, name: (typeof holders)[number]): Address {
  const { address } = context.contracts[name];
  if (address === undefined) throw new Error(`The chain ${context.chain.id} has no ${name}.`);
  return address.toLowerCase() as Address;
}
