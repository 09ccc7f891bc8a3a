import type { Hash } from "viem";
import { followTransaction, type Prepare, runTransaction, type Surroundings } from "./engine.ts";
import { hashOf, isBusy, next, type TransactionEvent, type TransactionState } from "./machine.ts";

export interface Intent {
  kind: "deposit" | "withdraw" | "withdrawAll" | "claim" | "drip";
  amount: bigint;
  /** the saver's principal when the transaction was started */
  principalBefore: bigint;
}

export interface Entry {
  id: number;
  intent: Intent;
  account: string;
  state: TransactionState;
}

/** Says when the live index has, or no longer has, a transaction. */
export interface IndexWatch {
  onTransaction(listener: (hash: Hash, present: boolean) => void): () => void;
  has(hash: Hash): boolean;
}

/** All transactions of this visit, newest first. Knows nothing of React. */
export class Ledger {
  #entries: readonly Entry[] = [];
  #nextId = 1;
  readonly #listeners = new Set<() => void>();
  readonly #settledListeners = new Set<() => void>();
  readonly #index: IndexWatch;

  constructor(index: IndexWatch) {
    this.#index = index;
    index.onTransaction((hash, present) => {
      for (const entry of this.#entries) {
        if (hashOf(entry.state) === hash) {
          this.#report(entry.id, { type: present ? "indexed" : "retracted" });
        }
      }
    });
  }

  readonly entries = (): readonly Entry[] => this.#entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hears each time a transaction is in a block: what was read of the chain before is old now. */
  onSettled(listener: () => void): () => void {
    this.#settledListeners.add(listener);
    return () => this.#settledListeners.delete(listener);
  }

  /** Starts a transaction; resolves when it is in a block or has ended otherwise. */
  async start(
    intent: Intent,
    account: string,
    prepare: Prepare,
    surroundings: Surroundings,
  ): Promise<TransactionState> {
    const id = this.#nextId++;
    const opened: Entry = { id, intent, account, state: { name: "idle" } };
    // What has ended makes room; what is under way stays in sight.
    const others = this.#entries.filter(({ state }) => isBusy(state) || state.name === "lost");
    this.#set([opened, ...others]);
    await runTransaction(prepare, surroundings, (event) => {
      this.#report(id, event);
    });
    return this.#entries.find((entry) => entry.id === id)?.state ?? { name: "idle" };
  }

  /** Looks again for a transaction that the network fell silent about. */
  async find(id: number, surroundings: Surroundings): Promise<void> {
    const hash = this.#entries
      .map((entry) => (entry.id === id ? hashOf(entry.state) : undefined))
      .find(Boolean);
    if (!hash) return;
    this.#report(id, { type: "replaced", hash });
    await followTransaction(hash, surroundings.chain, (event) => {
      this.#report(id, event);
    });
  }

  dismiss(id: number): void {
    this.#set(this.#entries.filter((entry) => entry.id !== id));
  }

  #report(id: number, event: TransactionEvent): void {
    this.#set(
      this.#entries.map((entry) => {
        if (entry.id !== id) return entry;
        const state = next(entry.state, event);
        const hash = hashOf(state);
        // The index can be ahead of what our own node tells us.
        const known =
          state.name === "sent" && event.type !== "retracted" && hash && this.#index.has(hash);
        return { ...entry, state: known ? next(state, { type: "indexed" }) : state };
      }),
    );
    if (event.type === "confirmed" || event.type === "indexed") {
      for (const listener of this.#settledListeners) listener();
    }
  }

  #set(entries: readonly Entry[]): void {
    this.#entries = entries;
    for (const listener of this.#listeners) listener();
  }
}
