/** Public nodes answer for no longer stretches at once. */
const BLOCKS_AT_ONCE = 10_000n;

/** The stretches in which to ask a node for logs, from the first block to the last, both included. */
export function* blockRanges(
  first: bigint,
  last: bigint,
): Generator<{ fromBlock: bigint; toBlock: bigint }> {
  for (let fromBlock = first; fromBlock <= last; fromBlock += BLOCKS_AT_ONCE) {
    const end = fromBlock + BLOCKS_AT_ONCE - 1n;
    yield { fromBlock, toBlock: end < last ? end : last };
  }
}
