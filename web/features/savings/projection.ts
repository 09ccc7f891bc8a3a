import { sharesWorthAt, type VaultBooks } from "../../../protocol/share-price.ts";
import type { Entry } from "../../transactions/ledger.ts";
import type { Saver } from "./saver.ts";

/**
 * What the saver will have once the sent transactions are in a block. Reckoned from the principal when each was started, so
 * that it stays right when a reading already contains what the wallet has not reported yet.
 */
export function project(read: Saver, entries: readonly Entry[]): Saver {
  let saver = read;
  for (const { intent, state } of entries) {
    if (state.name !== "sent" && state.name !== "confirmed") continue;
    const goal = principalAfter(intent);
    if (goal === undefined) continue;
    const done = intent.kind === "deposit" ? saver.principal >= goal : saver.principal <= goal;
    if (done) continue;
    const change = goal - saver.principal;
    saver = {
      ...saver,
      principal: goal,
      value: saver.value + change,
      balance: saver.balance - change,
    };
  }
  return saver;
}

function principalAfter({ kind, amount, principalBefore }: Entry["intent"]): bigint | undefined {
  switch (kind) {
    case "deposit":
      return principalBefore + amount;
    case "withdraw":
      return principalBefore - amount;
    default:
      return undefined;
  }
}

/** What the saver has at this second, as far as the vault's books tell. */
export function grown(read: Saver, books: VaultBooks | undefined, time: bigint): Saver {
  if (!books) return read;
  const value = sharesWorthAt(books, read.shares, time);
  const earned = value - read.principal;
  return { ...read, value, yield: earned > 0n ? earned : 0n };
}
