import { setTimeout as sleep } from "node:timers/promises";
import { BaseError, HttpRequestError, TimeoutError } from "viem";
import { Failure } from "./command.ts";

/** Public nodes answer for no longer stretches at once; many for shorter ones only. */
const BLOCKS_AT_ONCE = 10_000n;
/** After so many answers in a row a node is asked for twice as much. */
const ANSWERS_BEFORE_DOUBLING = 8;
/** A node that is busy is asked again, each time later, for some two minutes in all. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const MOST_WAITS = 9;
/** After so many errors of its own a node is asked for less: some have no better word for too much. */
const WAITS_BEFORE_HALVING = 3;

export interface Stretch {
  fromBlock: bigint;
  toBlock: bigint;
}

/**
 * What is found from the first block to the last, both included, stretch by stretch. Where a node refuses one, for its
 * length or for how much is in it, it is asked for half of that, and for more again once it answers: each node has limits
 * and words for them of its own. One that is busy is waited for; one that does not keep the blocks is named as such.
 */
export async function* inStretches<Found extends object>(
  first: bigint,
  last: bigint,
  find: (stretch: Stretch) => Promise<Found>,
  wait: (ms: number) => Promise<unknown> = sleep,
): AsyncGenerator<Stretch & { found: Found }> {
  let length = BLOCKS_AT_ONCE;
  let fromBlock = first;
  let waits = 0;
  let answers = 0;
  while (fromBlock <= last) {
    const end = fromBlock + length - 1n;
    const stretch = { fromBlock, toBlock: end < last ? end : last };
    const half = (stretch.toBlock - fromBlock + 1n) / 2n;
    let found: Found;
    try {
      found = await find(stretch);
    } catch (error) {
      const kind = refusalOf(error);
      if (kind === "unreachable") throw error;
      if (kind === "pruned") {
        throw new Failure(
          `The node does not keep the blocks ${fromBlock} to ${stretch.toBlock}: use an archive node, which keeps all logs.`,
        );
      }
      const isBusy = kind === "limited" || (kind === "failing" && waits < WAITS_BEFORE_HALVING);
      if (isBusy && waits < MOST_WAITS) {
        await wait(Math.min(FIRST_WAIT_MS * 2 ** waits++, LONGEST_WAIT_MS));
        continue;
      }
      if (kind === "limited" || half === 0n) throw error;
      waits = 0;
      answers = 0;
      length = half;
      continue;
    }
    yield { ...stretch, found };
    waits = 0;
    fromBlock = stretch.toBlock + 1n;
    if (++answers % ANSWERS_BEFORE_DOUBLING === 0 && length < BLOCKS_AT_ONCE) {
      length = length * 2n < BLOCKS_AT_ONCE ? length * 2n : BLOCKS_AT_ONCE;
    }
  }
}

type Refusal =
  /** There is no node. */
  | "unreachable"
  /** It wants to be asked less often. */
  | "limited"
  /** It has a trouble of its own. */
  | "failing"
  /** It has thrown away what is asked for. */
  | "pruned"
  /** It was asked for too much at once, in words of its own. */
  | "too much";

function refusalOf(error: unknown): Refusal {
  const { status, isSilent } = httpErrorIn(error);
  const text = error instanceof Error ? error.message : String(error);
  if (status === 429 || /too many requests|rate.?limit|compute units|throughput/i.test(text)) {
    return "limited";
  }
  if (
    /pruned|missing trie node|history (is )?not available|state .*not available|archive/i.test(text)
  ) {
    return "pruned";
  }
  if (isSilent) return "unreachable";
  if (error instanceof BaseError && error.walk((cause) => cause instanceof TimeoutError)) {
    return "failing";
  }
  return status !== undefined && status >= 500 ? "failing" : "too much";
}

function httpErrorIn(error: unknown): { status: number | undefined; isSilent: boolean } {
  if (!(error instanceof BaseError)) return { status: undefined, isSilent: false };
  const cause = error.walk((inner) => inner instanceof HttpRequestError);
  if (!(cause instanceof HttpRequestError)) return { status: undefined, isSilent: false };
  return { status: cause.status, isSilent: cause.status === undefined };
}
