import type { PublicClient } from "viem";
import { usePublicClient } from "wagmi";

/** The way to read the chain through our own node, whatever the wallet does. */
export function useReader(): PublicClient {
  const reader = usePublicClient();
  if (!reader) throw new Error("wagmi has no chain to read: its config needs one.");
  return reader;
}
