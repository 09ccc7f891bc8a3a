import type { Chain, Client, Transport } from "viem";
import { useClient } from "wagmi";

/** The way to read the chain through our own node, whatever the wallet does. */
export type Reader = Client<Transport, Chain>;

export function useReader(): Reader {
  const reader = useClient();
  if (!reader) throw new Error("wagmi has no chain to read: its config needs one.");
  return reader;
}
