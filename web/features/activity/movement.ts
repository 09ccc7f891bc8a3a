import * as z from "zod/mini";
import type { LiveEvent } from "../../../packages/live-client/src/index.ts";
import type { Dye } from "../../design/cord.tsx";

export const movementTypes = [
  "DepositMade",
  "WithdrawalMade",
  "YieldClaimed",
  "AutoCompoundExecuted",
] as const;
export type MovementType = (typeof movementTypes)[number];

/** A saver's money moved: the part of an event that people care about. */
export interface Movement {
  key: string;
  type: MovementType;
  account: string;
  assets: bigint;
  transactionHash: string;
  /** seconds since 1970 */
  timestamp: number;
}

const shape = z.object({
  type: z.enum(movementTypes),
  account: z.string(),
  transactionHash: z.string(),
  blockTimestamp: z.string().check(z.regex(/^\d+$/)),
  args: z.object({ assets: z.string().check(z.regex(/^\d+$/)) }),
});

/** Reads an event of the feed; undefined for those that are not about somebody's savings. */
export function movementOf(event: LiveEvent): Movement | undefined {
  const parsed = z.safeParse(shape, event);
  if (!parsed.success) return undefined;
  const { type, account, transactionHash, blockTimestamp, args } = parsed.data;
  return {
    key: `${event.id}/${event.blockHash}`,
    type,
    account,
    assets: BigInt(args.assets),
    transactionHash,
    timestamp: Number(blockTimestamp),
  };
}

export const dyeOf: Readonly<Record<MovementType, Dye>> = {
  DepositMade: "cochineal",
  WithdrawalMade: "anil",
  YieldClaimed: "qolle",
  AutoCompoundExecuted: "chillca",
};

/** A number from 0 to 1 that belongs to this text: it makes each cord hang its own way. */
export function bendOf(text: string): number {
  let sum = 0;
  for (const character of text.slice(-8)) sum = (sum * 31 + character.charCodeAt(0)) % 997;
  return sum / 997;
}
