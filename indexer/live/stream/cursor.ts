import { liveError } from "../errors.ts";
import {
  blockEnd,
  eventPosition,
  isBlockEnd,
  origin,
  pointOf,
  type BlockPoint,
  type Position,
} from "./position.ts";
import { originBlock, type BlockRef, type Tail } from "./tail.ts";

/** A block by as much of its hash as tells it from its rivals. */
export interface BlockMark {
  readonly number: number;
  readonly timestamp: number;
  /** The first twelve hexadecimal digits behind 0x. */
  readonly hash: string;
}

export interface Cursor {
  readonly chainId: number;
  readonly position: Position;
  readonly block: BlockMark;
  /**
   * Earlier blocks with events, newest first, at distances that double, down to one that was final (or to the
   * origin) when the cursor was made: enough for any server to find the last block it has in common with the cursor.
   */
  readonly ancestors: readonly BlockMark[];
}

const version = 1;
const hashDigits = 12;
const checkBytes = 3;
/** At distances that double this reaches back further than any chain is long. */
const mostAncestors = 64;
/** As many as an event's id has places for. */
const largestTime = 10 ** 10 - 1;
const largestPart = 10 ** 15;

export function markOf(block: BlockRef): BlockMark {
  return {
    number: block.number,
    timestamp: block.timestamp,
    hash: block.hash.slice(2, 2 + hashDigits),
  };
}

export const originMark = markOf(originBlock);

/** The ancestors to put into a cursor for a block in the tail's memory. */
export function ancestorsOf(tail: Tail, index: number): BlockMark[] {
  const marks: BlockMark[] = [];
  const isFinal = (block: BlockRef): boolean => block.number <= tail.finalized.number;
  let block: BlockRef | undefined = tail.blocks[index];
  for (let distance = 1; block && !isFinal(block); distance *= 2) {
    block = tail.blocks[index - distance];
    if (block) marks.push(markOf(block));
  }
  if (block) return marks;
  const newestFinal = tail.blocks.findLast(isFinal) ?? tail.floor;
  return [...marks, markOf(newestFinal)];
}

class Writer {
  readonly #bytes: number[] = [];

  /** Seven bits a byte, lowest first; the eighth says that more follow. */
  number(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
  }

  hash(hash: string): void {
    this.#bytes.push(...Buffer.from(hash, "hex"));
  }

  finish(): string {
    const body = Buffer.from(this.#bytes);
    return Buffer.concat([body, checksum(body)]).toString("base64url");
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(text: string) {
    const bytes = Buffer.from(text, "base64url");
    this.#bytes = bytes.subarray(0, -checkBytes);
    const whole = bytes.length > checkBytes && bytes.toString("base64url") === text;
    if (!whole || !checksum(this.#bytes).equals(bytes.subarray(-checkBytes))) throw malformed();
  }

  number(): number {
    let value = 0;
    for (let weight = 1; weight <= 2 ** 49; weight *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed();
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
    }
    throw malformed();
  }

  /** A number that has a place in an event's id. */
  part(): number {
    const value = this.number();
    if (value > largestPart) throw malformed();
    return value;
  }

  hash(): string {
    const from = this.#at;
    this.#at += hashDigits / 2;
    if (this.#at > this.#bytes.length) throw malformed();
    return this.#bytes.toString("hex", from, this.#at);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }
}

/** Against typing errors and cut-off text, not against forgers: a forged cursor only misleads its owner. */
function checksum(bytes: Buffer): Buffer {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  const out = Buffer.alloc(4);
  out.writeUInt32BE(sum);
  return out.subarray(0, checkBytes);
}

function malformed(): Error {
  return liveError(
    "CURSOR_MALFORMED",
    'This is not a cursor of this API. Give back the `cursor` of a message unchanged, or "" to begin with the first event.',
  );
}

export function encodeCursor({ chainId, position, block, ancestors }: Cursor): string {
  const out = new Writer();
  out.number(version);
  out.number(chainId);
  out.number(block.number);
  out.number(block.timestamp);
  out.hash(block.hash);
  if (position === origin || isBlockEnd(position)) {
    out.number(0);
  } else {
    const { transactionIndex, eventType, eventIndex } = pointOf(position);
    out.number(eventType + 1);
    out.number(transactionIndex);
    out.number(eventIndex);
  }
  let child = block;
  for (const mark of ancestors) {
    out.number(child.number - mark.number);
    out.number(child.timestamp - mark.timestamp);
    out.hash(mark.hash);
    child = mark;
  }
  return out.finish();
}

export function decodeCursor(text: string): Cursor {
  const input = new Reader(text);
  if (input.number() !== version) throw malformed();
  const chainId = input.part();
  const block = { number: input.part(), timestamp: input.number(), hash: input.hash() };
  if (block.timestamp > largestTime) throw malformed();
  const place = input.number();
  let position: Position;
  if (place > 10) throw malformed();
  if (place > 0) {
    position = eventPosition({
      ...block,
      chainId,
      eventType: place - 1,
      transactionIndex: input.part(),
      eventIndex: input.part(),
    });
  } else {
    position = positionAtEnd({ chainId, ...block });
  }
  const ancestors: BlockMark[] = [];
  let child: BlockMark = block;
  while (!input.done) {
    if (ancestors.length === mostAncestors) throw malformed();
    const { number, timestamp }: BlockMark = child;
    child = {
      number: child.number - input.number(),
      timestamp: child.timestamp - input.number(),
      hash: input.hash(),
    };
    if (child.number < 0 || child.number >= number) throw malformed();
    if (child.timestamp < 0 || child.timestamp > timestamp) throw malformed();
    ancestors.push(child);
  }
  return { chainId, position, block, ancestors };
}

/** The end of a block; the block 0 that stands for "before everything" ends at the origin. */
export function positionAtEnd(point: BlockPoint): Position {
  return point.number === 0 ? origin : blockEnd(point);
}
