import { useConfig as useWagmi, useConnection } from "wagmi";
import { allAbis } from "../../chain/abis.ts";
import { chainOf } from "../../chain/chain.ts";
import { useReader } from "../../chain/reader.ts";
import { useEntries, useLedger } from "../../transactions/context.tsx";
import type { Prepare, Surroundings } from "../../transactions/engine.ts";
import { explain } from "../../transactions/explain.ts";
import type { Entry, Intent } from "../../transactions/ledger.ts";
import { isBusy } from "../../transactions/machine.ts";

export interface Transact {
  start: (intent: Intent, prepare: Prepare) => Promise<void>;
  /** looks again for a transaction that was lost sight of */
  find: (id: number) => Promise<void>;
  /** one of the account's transactions waits for the person or for a block */
  busy: boolean;
  /** this account's, newest first */
  entries: readonly Entry[];
}

/** Transactions of the connected account. */
export function useTransact(): Transact {
  const wagmi = useWagmi();
  const reader = useReader();
  const ledger = useLedger();
  const { address } = useConnection();
  const entries = useEntries().filter((entry) => entry.account === address);

  const surroundings = (): Surroundings => {
    if (!address) throw new Error("A transaction needs a connected account.");
    const gasSymbol = wagmi.chains[0].nativeCurrency.symbol;
    return {
      chain: chainOf(wagmi, reader, address, gasSymbol),
      explain: (error) => explain(error, allAbis, gasSymbol),
    };
  };

  return {
    start: async (intent, prepare) => {
      await ledger.start(intent, address ?? "", prepare, surroundings());
    },
    find: (id) => ledger.find(id),
    busy: entries.some(({ state }) => isBusy(state)),
    entries,
  };
}
