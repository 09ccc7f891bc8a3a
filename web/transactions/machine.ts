import type { Hash } from "viem";
import type { Problem } from "./problems.ts";

/**
 * The life of one transaction.
 *
 *   idle -> simulating -> [signing | approving -> simulating] -> sending -> sent -> confirmed -> indexed
 *
 * and out of it: `rejected` (the person said no), `reverted` (the contract said no), `failed` (it could not be sent),
 * `lost` (sent, but the network fell silent; it may still be found).
 * *Confirmed* is said by the chain, *indexed* by the live index; either may be heard first.
 */
export type TransactionState =
  | { name: "idle" }
  | { name: "simulating" }
  | { name: "signing" }
  | { name: "approving" }
  | { name: "sending" }
  | { name: "sent"; hash: Hash }
  | { name: "confirmed"; hash: Hash }
  | { name: "indexed"; hash: Hash }
  | { name: "rejected" }
  | { name: "reverted"; problem: Problem }
  | { name: "failed"; problem: Problem }
  | { name: "lost"; hash: Hash };

export type TransactionEvent =
  | { type: "simulate" }
  | { type: "sign" }
  | { type: "approve" }
  | { type: "send" }
  | { type: "sent"; hash: Hash }
  | { type: "replaced"; hash: Hash }
  | { type: "confirmed" }
  | { type: "indexed" }
  | { type: "retracted" }
  | { type: "lost" }
  | { type: "rejected" }
  | { type: "reverted"; problem: Problem }
  | { type: "failed"; problem: Problem };

type Name = TransactionState["name"];
type State<N extends Name> = Extract<TransactionState, { name: N }>;
type Event<T extends TransactionEvent["type"]> = Extract<TransactionEvent, { type: T }>;

type Transitions = {
  [N in Name]: {
    [T in TransactionEvent["type"]]?: (state: State<N>, event: Event<T>) => TransactionState;
  };
};

const stop = {
  rejected: (): TransactionState => ({ name: "rejected" }),
  reverted: (_: unknown, { problem }: { problem: Problem }): TransactionState => ({
    name: "reverted",
    problem,
  }),
  failed: (_: unknown, { problem }: { problem: Problem }): TransactionState => ({
    name: "failed",
    problem,
  }),
};

const underWay = {
  replaced: (_: unknown, { hash }: { hash: Hash }): TransactionState => ({ name: "sent", hash }),
  confirmed: ({ hash }: { hash: Hash }): TransactionState => ({ name: "confirmed", hash }),
  indexed: ({ hash }: { hash: Hash }): TransactionState => ({ name: "indexed", hash }),
  reverted: stop.reverted,
  failed: stop.failed,
};

const start = { simulate: (): TransactionState => ({ name: "simulating" }) };

const transitions: Transitions = {
  idle: start,
  simulating: {
    sign: () => ({ name: "signing" }),
    approve: () => ({ name: "approving" }),
    send: () => ({ name: "sending" }),
    ...stop,
  },
  signing: { ...start, approve: () => ({ name: "approving" }), ...stop },
  approving: { ...start, ...stop },
  sending: { sent: (_, { hash }) => ({ name: "sent", hash }), ...stop },
  sent: { ...underWay, lost: ({ hash }) => ({ name: "lost", hash }) },
  lost: underWay,
  confirmed: {
    indexed: ({ hash }) => ({ name: "indexed", hash }),
    retracted: ({ hash }) => ({ name: "sent", hash }),
  },
  indexed: { retracted: ({ hash }) => ({ name: "sent", hash }) },
  rejected: start,
  reverted: start,
  failed: start,
};

/** The next state. Reports race (chain, index, wallet), so one that no longer means anything leaves the state as it is. */
export function next(state: TransactionState, event: TransactionEvent): TransactionState {
  // The table pairs each handler with its state and event; TypeScript cannot follow the pairing through two lookups.
  const handler = transitions[state.name][event.type] as
    ((state: TransactionState, event: TransactionEvent) => TransactionState) | undefined;
  return handler ? handler(state, event) : state;
}

/** Whether something may still happen by itself: the page should not let the same thing be started twice meanwhile. */
export function isBusy(state: TransactionState): boolean {
  return ["simulating", "signing", "approving", "sending", "sent"].includes(state.name);
}

export function hashOf(state: TransactionState): Hash | undefined {
  return "hash" in state ? state.hash : undefined;
}
