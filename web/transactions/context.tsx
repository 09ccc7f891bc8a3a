import { createContext, use, useSyncExternalStore } from "react";
import type { Entry, Ledger } from "./ledger.ts";

export const LedgerContext = createContext<Ledger | undefined>(undefined);

export function useLedger(): Ledger {
  const ledger = use(LedgerContext);
  if (!ledger) throw new Error("useLedger needs a LedgerContext above it.");
  return ledger;
}

export function useEntries(): readonly Entry[] {
  const ledger = useLedger();
  return useSyncExternalStore(ledger.subscribe, ledger.entries);
}
