import type { Heads } from "./heads.ts";
import type { Hub } from "./hub.ts";
import type { LiveQueries } from "../queries/live-queries.ts";
import type { LogReader } from "./log.ts";
import { checkpointTable, type Tables } from "../queries/table-dependencies.ts";

/**
 * How often to look whether something has changed unannounced: a reorganisation notifies nobody, nor does a writer that fills
 * in what it has missed, and a connection may have fallen silent. No live answer is older than this and its own reading.
 */
const recheck = 1_000;

export interface FeedEvents {
  onReady(block: number): void;
  /** A change that was announced has been passed on, so many seconds later. */
  onDelivered(seconds: number): void;
  onError(error: unknown): void;
}

/** Lets the hub and the live queries know of every change, one at a time and in order. Returns the function that stops it. */
export function startFeed(
  log: Pick<LogReader, "onChange">,
  heads: Pick<Heads, "look">,
  hub: Pick<Hub, "advance" | "head">,
  liveQueries: Pick<LiveQueries, "changed">,
  events: FeedEvents,
): () => void {
  let isRunning = false;
  let isStopped = false;
  let isDue = false;
  let isAnyTable = false;
  let named = new Set<string>();
  let isReady = false;
  let heardAt: number | undefined;

  function takeTables(): Tables {
    const tables = isAnyTable ? undefined : named;
    isAnyTable = false;
    named = new Set();
    return tables;
  }

  async function advance(): Promise<void> {
    isDue = true;
    if (isRunning) return;
    isRunning = true;
    while (isDue) {
      isDue = false;
      const tables = takeTables();
      const since = heardAt;
      heardAt = undefined;
      try {
        const change = await hub.advance();
        if (hub.head && !isReady) {
          isReady = true;
          events.onReady(hub.head.number);
        }
        if (since !== undefined) events.onDelivered((performance.now() - since) / 1_000);
        if (!change) {
          // an indexer that recovers repeats what has been answered already: that is for afterwards
          isAnyTable = true;
          await heads.look();
          continue;
        }
        const isAny = !tables || change.undone !== undefined;
        if (isAny || tables.size > 0) liveQueries.changed(isAny ? undefined : tables);
        const { hasMoved, hasReverted } = await heads.look();
        const isUnheard = hasMoved && since === undefined;
        if (!isAny && (isUnheard || hasReverted)) liveQueries.changed(undefined);
      } catch (error) {
        if (isStopped) return;
        // the next look has to make up for this one
        isAnyTable = true;
        events.onError(error);
        break;
      }
    }
    isRunning = false;
  }

  log.onChange((tables) => {
    if (tables) for (const table of [...tables, checkpointTable]) named.add(table);
    else isAnyTable = true;
    heardAt ??= performance.now();
    void advance();
  });
  const timer = setInterval(() => void advance(), recheck);
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}
