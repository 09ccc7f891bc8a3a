/**
 * A place in the log of events. Ponder's event ids are 75 digits that sort in chain order:
 * timestamp 10, chain 16, block 16, transaction index 16, event type 1, event index 16.
 * A position is such an id, or a block's id part filled up with nines (the end of that block), or "" (before everything).
 */
export type Position = string;

const blockDigits = 42;
const eventDigits = 33;

export const origin: Position = "";

export interface BlockPoint {
  readonly timestamp: number;
  readonly chainId: number;
  readonly number: number;
}

export interface EventPoint extends BlockPoint {
  readonly transactionIndex: number;
  readonly eventType: number;
  readonly eventIndex: number;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function blockPart({ timestamp, chainId, number }: BlockPoint): string {
  return digits(timestamp, 10) + digits(chainId, 16) + digits(number, 16);
}

export function blockStart(point: BlockPoint): Position {
  return blockPart(point) + "0".repeat(eventDigits);
}

export function blockEnd(point: BlockPoint): Position {
  return blockPart(point) + "9".repeat(eventDigits);
}

export function isBlockEnd(position: Position): boolean {
  return position.endsWith("9".repeat(eventDigits));
}

export function eventPosition(point: EventPoint): Position {
  const { transactionIndex, eventType, eventIndex } = point;
  return (
    blockPart(point) + digits(transactionIndex, 16) + String(eventType) + digits(eventIndex, 16)
  );
}

export function pointOf(position: Position): EventPoint {
  const part = (from: number, to: number): number => Number(position.slice(from, to));
  return {
    timestamp: part(0, 10),
    chainId: part(10, 26),
    number: part(26, blockDigits),
    transactionIndex: part(42, 58),
    eventType: part(58, 59),
    eventIndex: part(59, 75),
  };
}
