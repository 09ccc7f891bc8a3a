import { type Address, type Hex, parseEventLogs, type PublicClient } from "viem";
import { lotteryPoolAbi } from "../protocol/abis.generated.ts";
import type { LotteryEvent } from "../protocol/draw.ts";
import { inStretches, type Stretch } from "./block-stretches.ts";

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
  const find = (stretch: Stretch) => chain.getLogs({ address, ...stretch });
  for await (const { found: logs } of inStretches(fromBlock, head, find)) {
    events.push(...parseEventLogs({ abi: lotteryPoolAbi, logs }));
  }
  return events;
}
