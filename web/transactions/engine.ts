import type { Abi, Address, Hash } from "viem";
import type { TransactionEvent } from "./machine.ts";
import { isRefusal, type Problem, ProblemError } from "./problems.ts";

/** One call of a contract. */
export interface Call {
  address: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}

export interface Receipt {
  outcome: "confirmed" | "reverted" | "cancelled";
}

/** What the engine needs of the chain and the wallet. */
export interface Chain {
  /** tries the call without sending; throws what the contract, or an empty gas purse, would answer */
  simulate(call: Call): Promise<void>;
  /** asks the wallet to send; throws what the wallet answers */
  send(call: Call): Promise<Hash>;
  /** waits until the transaction is in a block; `onReplaced` hears of a speed-up's new hash */
  receipt(hash: Hash, onReplaced: (hash: Hash) => void): Promise<Receipt>;
}

export type Report = (event: TransactionEvent) => void;

/** Makes the call ready to send: signs a permit, or sends an approval, where the token asks for one. */
export type Prepare = (chain: Chain, report: Report) => Promise<Call>;

export interface Surroundings {
  chain: Chain;
  /** makes sense of what chain, wallet or contract threw */
  explain: (error: unknown) => Problem;
}

/** Carries one transaction from the first check to its block. Never throws: everything is said through `report`. */
export async function runTransaction(
  prepare: Prepare,
  surroundings: Surroundings,
  report: Report,
): Promise<void> {
  const { chain, explain } = surroundings;
  let hash: Hash;
  try {
    report({ type: "simulate" });
    const call = await prepare(chain, report);
    report({ type: "simulate" });
    await chain.simulate(call);
    report({ type: "send" });
    hash = await chain.send(call);
  } catch (error) {
    report(failure(explain(error)));
    return;
  }
  report({ type: "sent", hash });
  await followTransaction(hash, chain, report);
}

/** Waits for a transaction that is already sent; also the way back from `lost`. */
export async function followTransaction(hash: Hash, chain: Chain, report: Report): Promise<void> {
  try {
    const { outcome } = await chain.receipt(hash, (replacement) => {
      report({ type: "replaced", hash: replacement });
    });
    if (outcome === "confirmed") report({ type: "confirmed" });
    else if (outcome === "reverted") report({ type: "reverted", problem: { code: "reverted" } });
    else report({ type: "failed", problem: { code: "cancelled" } });
  } catch {
    // Whatever kept us from hearing of it, the transaction is out there: only the chain can tell.
    report({ type: "lost" });
  }
}

/** Sends a call that has to be in a block before the next step, such as an approval. */
export async function settle(call: Call, chain: Chain): Promise<void> {
  await chain.simulate(call);
  const { outcome } = await chain.receipt(await chain.send(call), () => undefined);
  if (outcome !== "confirmed") {
    throw new ProblemError({ code: outcome === "reverted" ? "reverted" : "cancelled" });
  }
}

function failure(problem: Problem): TransactionEvent {
  if (problem.code === "rejected") return { type: "rejected" };
  return { type: isRefusal(problem) ? "reverted" : "failed", problem };
}
