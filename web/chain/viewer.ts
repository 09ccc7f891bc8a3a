import { useSyncExternalStore } from "react";
import type { Address } from "viem";

/**
 * Whose page this is. Kept outside of wagmi, so that what is shown before the wallet code has loaded can already say "you"
 * when it does.
 */
let viewer: Address | undefined;
const listeners = new Set<() => void>();

export function setViewer(address: Address | undefined): void {
  if (viewer === address) return;
  viewer = address;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useViewer(): Address | undefined {
  return useSyncExternalStore(subscribe, () => viewer);
}
