import type { ReadonlyDrizzle } from "ponder";
import type { Filter } from "./filter.ts";
import type { BlockMark } from "./cursor.ts";
import type { Position } from "./position.ts";
import type { BlockRef, Checkpoint, LogEvent, Snapshot } from "./tail.ts";

export interface LogState {
  readonly head: Checkpoint;
  readonly finalized: Checkpoint;
  readonly last: BlockRef;
}

/** The log of events as the indexer's database holds it. */
export interface LogReader {
  readonly chainId: number;
  /** The state now. `undefined` while the indexer is still reading old blocks, or is recovering. */
  read(known: BlockRef): Promise<Snapshot | undefined>;
  /** As `read`, from behind a floor that leaves about `keep` final events in memory. */
  readFirst(keep: number): Promise<{ snapshot: Snapshot; floor: BlockRef } | undefined>;
  /** The newest block, and the newest with events, as one transaction sees them; its statements take no longer from then on. */
  state(transaction: ReadonlyDrizzle, limitMs: number): Promise<LogState>;
  /** The next final events that pass the filter, oldest first. */
  page(after: Position, upTo: Position, filter: Filter, limit: number): Promise<LogEvent[]>;
  /** The first of these blocks, by number from the newest down, that the log has events of. */
  find(marks: readonly BlockMark[]): Promise<BlockRef | undefined>;
  /** Calls back whenever the log may have changed, with the tables that have; `undefined`: it may be any of them. */
  onChange(listener: (tables: readonly string[] | undefined) => void): void;
}
