import { type Address, type Hex, parseEventLogs, type PublicClient } from "viem";
import { lotteryPoolAbi } from "../protocol/abis.generated.ts";
import type { LotteryEvent } from "../protocol/draw.ts";
import { blockRanges } from "./block-ranges.ts";

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
  for (const range of blockRanges(fromBlock, head)) {
    const logs = await chain.getLogs({ address, ...range });
    events.push(...parseEventLogs({ abi: lotteryPoolAbi, logs }));
  }
  return events;
}
