import { decodeCursor, markOf, originMark, type BlockMark } from "./cursor.ts";
import { liveError } from "../errors.ts";
import type { LogReader } from "./log.ts";
import { origin, type Position } from "./position.ts";
import { originBlock, type BlockRef, type Tail } from "./tail.ts";

type Blocks = Pick<LogReader, "chainId" | "find">;

export interface Start {
  /** Events behind this position come next. */
  readonly position: Position;
  /** Where the cursor's fork left this chain; set when the cursor's block is no longer on it. */
  readonly undoTo?: BlockRef;
}

/** Finds out where a subscription with this cursor goes on. Throws a named error when it cannot. */
export async function resolveCursor(text: string, tail: Tail, log: Blocks): Promise<Start> {
  if (text === "") return { position: origin };
  const cursor = decodeCursor(text);
  if (cursor.chainId !== log.chainId) throw otherChain();
  if (cursor.block.number > tail.head.number) throw ahead(cursor.block, tail);
  const common = await firstOf([cursor.block, ...cursor.ancestors], tail, log);
  if (common?.number === cursor.block.number) return { position: cursor.position };
  if (common) return { position: common.end, undoTo: common };
  // The oldest of these was final when the cursor was made. If it should be final here too, this is not its chain;
  // otherwise this server still has to hear of the fork that it is on.
  const oldest = cursor.ancestors.at(-1) ?? cursor.block;
  throw oldest.number > tail.finalized.number ? ahead(cursor.block, tail) : otherChain();
}

/** The first of these blocks, from the newest down, that is on this chain. */
async function firstOf(
  marks: readonly BlockMark[],
  tail: Tail,
  log: Blocks,
): Promise<BlockRef | undefined> {
  const older: BlockMark[] = [];
  for (const mark of marks) {
    if (mark.number === originMark.number || mark.number <= tail.floor.number) older.push(mark);
    else {
      const block = tail.blocks[tail.indexOf(mark.number)];
      if (block?.number === mark.number && markOf(block).hash === mark.hash) return block;
    }
  }
  const found = await log.find(older.filter(({ number }) => number !== originMark.number));
  const hasOrigin = older.some(({ number }) => number === originMark.number);
  return found ?? (hasOrigin ? originBlock : undefined);
}

function ahead(block: BlockMark, tail: Tail): Error {
  return liveError(
    "CURSOR_AHEAD",
    `The cursor is at block ${block.number}, and this server, at block ${tail.head.number}, does not know it yet. Try again shortly.`,
    1,
  );
}

function otherChain(): Error {
  return liveError(
    "CURSOR_OF_ANOTHER_CHAIN",
    "The cursor was made on another chain. Begin without one, and drop what was kept from that chain.",
  );
}
