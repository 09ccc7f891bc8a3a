import type { EventMessage } from "./events.ts";

/** Where the place in an event stream is kept between two runs of a program. */
export interface CursorStore {
  /** The cursor that was saved last; undefined or null when there is none. */
  load(): string | null | undefined | Promise<string | null | undefined>;
  /** Called after `next` has handled the message that has this cursor; awaited before the next message is handed over. */
  save(cursor: string, message: EventMessage): unknown;
}

/** Keeps the cursor for as long as the program runs. */
export function memoryCursorStore(cursor?: string): CursorStore {
  let kept = cursor;
  return {
    load: () => kept,
    save: (newest) => {
      kept = newest;
    },
  };
}
