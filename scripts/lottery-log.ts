import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  parseEventLogs,
  type PublicClient,
} from "viem";
import { khipuVaultAbi, lotteryPoolAbi } from "../protocol/abis.generated.ts";
import type { Entry, LotteryEvent, LotteryHead } from "../protocol/draw.ts";
import { inStretches, type Stretch } from "./block-stretches.ts";
import { Failure } from "./command.ts";
import { readTogether } from "./read-together.ts";

/** So many blocks are asked for at a time. */
const AT_ONCE = 10;
const ENTRIES_AT_ONCE = 500;

/** An event and where on the chain it is. */
export type LotteryLogEntry = LotteryEvent & {
  transactionHash: Hex;
  blockHash: Hex;
  blockNumber: bigint;
};

/** All events of a lottery up to a block, in the order of the chain. */
export async function readLotteryEvents(
  chain: PublicClient,
  address: Address,
  fromBlock: bigint,
  head: bigint,
): Promise<LotteryLogEntry[]> {
  const events: LotteryLogEntry[] = [];
  const find = (stretch: Stretch) => chain.getLogs({ address, ...stretch });
  for await (const { found: logs } of inStretches(fromBlock, head, find)) {
    events.push(...parseEventLogs({ abi: lotteryPoolAbi, logs }));
  }
  return events;
}

/** The same events, with the times of the blocks of those on which the round depends. */
export async function withBlockTimes(
  chain: PublicClient,
  events: readonly LotteryLogEntry[],
  roundId: bigint,
): Promise<LotteryLogEntry[]> {
  // Whether a lottery could be wound down depends on when the rounds before it ended.
  const isTheEnd = events.some(
    (event) => event.eventName === "LotteryWoundDown" && event.args.roundId === roundId,
  );
  const ofRound = (event: LotteryEvent) =>
    (isTheEnd && ["RoundClosed", "DrawRequested", "RoundNotDrawn"].includes(event.eventName)) ||
    ("roundId" in event.args && event.args.roundId === roundId) ||
    event.eventName === "AnswerIgnored" ||
    (event.eventName === "RoundStarted" && event.args.roundId === roundId + 1n);
  const wanted = new Map<bigint, Hex>();
  for (const event of events) if (ofRound(event)) wanted.set(event.blockNumber, event.blockHash);
  const times = new Map<bigint, bigint>();
  const left = [...wanted];
  while (left.length > 0) {
    const blocks = left.splice(0, AT_ONCE).map(async ([blockNumber, blockHash]) => {
      const { hash, timestamp } = await chain.getBlock({ blockNumber });
      if (hash !== blockHash) {
        throw new Failure(
          `Block ${blockNumber} of the node is not the one that its events are of: ask it again, or another one.`,
        );
      }
      times.set(blockNumber, timestamp);
    });
    await Promise.all(blocks);
  }
  return events.map((event) => {
    const blockTime = ofRound(event) ? times.get(event.blockNumber) : undefined;
    return blockTime === undefined ? event : { ...event, blockTime };
  });
}

/** What the contract says of itself at a block. */
export async function readLotteryHead(
  chain: PublicClient,
  address: Address,
  block: bigint,
  asked: bigint,
): Promise<LotteryHead> {
  const pool = { address, abi: lotteryPoolAbi } as const;
  const read = (calls: Hex[]) => readTogether(chain, address, calls, block);
  const names = [
    ...(["rules", "tiers", "currentRound", "entryCount", "totals"] as const),
    "isWoundDown" as const,
  ];
  const answers = await read(
    names.map((functionName) => encodeFunctionData({ ...pool, functionName })),
  );
  const [inRules = "0x", inTiers = "0x", inCurrent = "0x", inCount = "0x"] = answers;
  const [inTotals = "0x", inWoundDown = "0x"] = answers.slice(4);
  const rules = decodeFunctionResult({ ...pool, functionName: "rules", data: inRules });
  const tiers = decodeFunctionResult({ ...pool, functionName: "tiers", data: inTiers });
  const current = { ...pool, functionName: "currentRound", data: inCurrent } as const;
  const currentRound = decodeFunctionResult(current);
  const count = decodeFunctionResult({ ...pool, functionName: "entryCount", data: inCount });
  const totals = { ...pool, functionName: "totals", data: inTotals } as const;
  const [totalShares, totalPrincipal] = decodeFunctionResult(totals);
  const woundDown = { ...pool, functionName: "isWoundDown", data: inWoundDown } as const;

  const roundIds = [...new Set([asked, currentRound - 1n, currentRound])].filter(
    (roundId) => roundId >= 1n && roundId <= currentRound,
  );
  const inRounds = await read(
    roundIds.map((roundId) =>
      encodeFunctionData({ ...pool, functionName: "roundOf", args: [roundId] }),
    ),
  );
  const entries: Entry[] = [];
  while (entries.length < count) {
    const first = entries.length + 1;
    const length = Math.min(ENTRIES_AT_ONCE, Number(count) - entries.length);
    const numbers = Array.from({ length }, (_, index) => BigInt(first + index));
    const inEntries = await read(
      numbers.map((entry) =>
        encodeFunctionData({ ...pool, functionName: "entryOf", args: [entry] }),
      ),
    );
    for (const data of inEntries) {
      const [player, amount, time] = decodeFunctionResult({
        ...pool,
        functionName: "entryOf",
        data,
      });
      entries.push({ player, amount, time });
    }
  }
  return {
    rules,
    tiers,
    currentRound,
    totalPrincipal,
    totalShares,
    isWoundDown: decodeFunctionResult(woundDown),
    entries,
    rounds: inRounds.map((data, index) => ({
      roundId: roundIds[index] ?? 0n,
      ...decodeFunctionResult({ ...pool, functionName: "roundOf", data }),
    })),
  };
}

/** What so many shares were worth at a block; undefined when the node has not kept that. */
export async function worthAt(
  chain: PublicClient,
  lottery: Address,
  shares: bigint,
  blockNumber: bigint,
): Promise<bigint | undefined> {
  try {
    const vault = await chain.readContract({
      address: lottery,
      abi: lotteryPoolAbi,
      functionName: "vault",
    });
    return await chain.readContract({
      address: vault,
      abi: khipuVaultAbi,
      functionName: "convertToAssets",
      args: [shares],
      blockNumber,
    });
  } catch {
    return undefined;
  }
}
