import { BaseError, HttpRequestError } from "viem";

/** Public nodes answer for no longer stretches at once; many for shorter ones only. */
const BLOCKS_AT_ONCE = 10_000n;

export interface Stretch {
  fromBlock: bigint;
  toBlock: bigint;
}

/**
 * What is found from the first block to the last, both included, stretch by stretch. Where a node refuses one, for its
 * length or for how much is in it, it is asked for half of that: each node has limits and words for them of its own.
 */
export async function* inStretches<Found extends object>(
  first: bigint,
  last: bigint,
  find: (stretch: Stretch) => Promise<Found>,
): AsyncGenerator<Stretch & { found: Found }> {
  let length = BLOCKS_AT_ONCE;
  let fromBlock = first;
  while (fromBlock <= last) {
    const end = fromBlock + length - 1n;
    const stretch = { fromBlock, toBlock: end < last ? end : last };
    const found = await find(stretch).catch((error: unknown) => {
      length = (stretch.toBlock - fromBlock + 1n) / 2n;
      if (length === 0n || isUnreachable(error)) throw error;
      return undefined;
    });
    if (found === undefined) continue;
    yield { ...stretch, found };
    fromBlock = stretch.toBlock + 1n;
  }
}

/** A node that does not answer at all has refused nothing. */
function isUnreachable(error: unknown): boolean {
  const isSilence = (cause: unknown) =>
    cause instanceof HttpRequestError && cause.status === undefined;
  return error instanceof BaseError && error.walk(isSilence) !== null;
}
