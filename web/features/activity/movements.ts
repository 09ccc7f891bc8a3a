import { useMemo } from "react";
import { useLive } from "../../live/context.tsx";
import { useEntries } from "../../transactions/context.tsx";
import type { Intent } from "../../transactions/ledger.ts";
import { type Movement, movementOf, type MovementType } from "./movement.ts";

const shown = 20;

/** The latest movements, newest first. */
export function useMovements(): readonly Movement[] {
  const { events } = useLive();
  return useMemo(
    () =>
      events
        .map(movementOf)
        .filter((movement) => movement !== undefined)
        .slice(0, shown),
    [events],
  );
}

const typeOf: Readonly<Record<Intent["kind"], MovementType | undefined>> = {
  deposit: "DepositMade",
  withdraw: "WithdrawalMade",
  withdrawAll: "WithdrawalMade",
  claim: "YieldClaimed",
  drip: undefined,
};

interface PendingMovement {
  id: number;
  type: MovementType;
  assets: bigint;
}

/** Movements that this person has sent and the index does not have yet. */
export function usePending(): readonly PendingMovement[] {
  return useEntries().flatMap(({ id, intent, state }) => {
    const type = typeOf[intent.kind];
    const underWay = state.name === "sent" || state.name === "confirmed";
    return type && underWay ? [{ id, type, assets: intent.amount }] : [];
  });
}
