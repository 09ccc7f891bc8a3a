import { useMemo } from "react";
import { useLive } from "../../live/context.tsx";
import { type Movement, movementOf } from "./movement.ts";

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
