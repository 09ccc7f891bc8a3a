import type { Hash } from "viem";
import {
  type Chain,
  followTransaction,
  type Prepare,
  runTransaction,
  type Surroundings,
} from "./engine.ts";
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
  readonly #chains = new Map<number, Chain>();
  readonly #index: IndexWatch;

  constructor(index: IndexWatch) {
    this.#index = index;
    index.onTransaction((hash, present) => {
      for (const { id, state } of this.#entries) {
        if (hashOf(state) !== hash) continue;
        this.#report(id, { type: present ? "indexed" : "retracted" });
        // Taken out of its block, it may come into another one.
        if (!present) void this.#follow(id, hash);
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
    this.#chains.set(id, surroundings.chain);
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
  async find(id: number): Promise<void> {
    const lost = this.#entries.find((entry) => entry.id === id);
    const hash = lost && hashOf(lost.state);
    if (!hash) return;
    this.#report(id, { type: "replaced", hash });
    await this.#follow(id, hash);
  }

  dismiss(id: number): void {
    this.#chains.delete(id);
    this.#set(this.#entries.filter((entry) => entry.id !== id));
  }

  async #follow(id: number, hash: Hash): Promise<void> {
    const chain = this.#chains.get(id);
    if (!chain) return;
    await followTransaction(hash, chain, (event) => {
      this.#report(id, event);
    });
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
