import { type Address, type Hex, parseEventLogs, type PublicClient } from "viem";
import { lotteryPoolAbi } from "../protocol/abis.generated.ts";
import type { LotteryEvent } from "../protocol/draw.ts";

/** Public nodes answer for no longer stretches at once. */
const BLOCKS_AT_ONCE = 10_000n;

/** An event and where on the chain it is. */
export type LotteryLogEntry = LotteryEvent & { transactionHash: Hex; blockHash: Hex };

/** All events of a lottery, in the order of the chain. */
export async function readLotteryEvents(
  chain: PublicClient,
  address: Address,
  fromBlock: bigint,
): Promise<LotteryLogEntry[]> {
  const head = await chain.getBlockNumber({ cacheTime: 0 });
  const events: LotteryLogEntry[] = [];
  for (let from = fromBlock; from <= head; from += BLOCKS_AT_ONCE) {
    const last = from + BLOCKS_AT_ONCE - 1n;
    const logs = await chain.getLogs({
      address,
      fromBlock: from,
      toBlock: last < head ? last : head,
    });
    events.push(...parseEventLogs({ abi: lotteryPoolAbi, logs }));
  }
  return events;
}
