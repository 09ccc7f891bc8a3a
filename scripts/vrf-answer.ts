import {
  type Address,
  decodeFunctionData,
  type Hex,
  isAddressEqual,
  parseEventLogs,
  type PublicClient,
} from "viem";
import { lotteryPoolAbi } from "../protocol/abis.generated.ts";
import { provenWords } from "../protocol/vrf.ts";
import { coordinatorAbi } from "../protocol/vrf-coordinator.ts";
import type { LotteryLogEntry } from "./lottery-log.ts";

/** What became of a request for randomness: the word that its proof proves, or why there is none to be had. */
export type Proven = { word: bigint } | { fault: string } | { unproven: string };

/**
 * Verifies the oracle's proof behind a round's word once more, without the coordinator: the key is the lottery's, the seed
 * is the request's, the block is the request's.
 */
export async function verifyAnswer(
  chain: PublicClient,
  lottery: Address,
  events: LotteryLogEntry[],
  roundId: bigint,
): Promise<Proven> {
  const ofRound = (name: "DrawRequested" | "DrawAnswered") =>
    events.find((event) => event.eventName === name && event.args.roundId === roundId);
  const requested = ofRound("DrawRequested");
  const answered = ofRound("DrawAnswered");
  if (requested?.eventName !== "DrawRequested" || answered?.eventName !== "DrawAnswered") {
    return { unproven: "There is no answer." };
  }
  const read = { address: lottery, abi: lotteryPoolAbi } as const;
  const coordinator = await chain.readContract({ ...read, functionName: "coordinator" });
  const keyHash = await chain.readContract({ ...read, functionName: "keyHash" });
  const request = await requestIn(chain, coordinator, requested);
  if (request === undefined) return { fault: "The coordinator was not asked for the word." };
  if (request.keyHash !== keyHash) return { fault: "Another oracle was asked than the lottery's." };

  const { to, input } = await chain.getTransaction({ hash: answered.transactionHash });
  if (to === null || !isAddressEqual(to, coordinator)) {
    return { unproven: "The answer came through another contract: its proof is hidden in there." };
  }
  const { functionName, args } = decodeFunctionData({ abi: coordinatorAbi, data: input });
  if (functionName !== "fulfillRandomWords") {
    return { unproven: `The answer came by ${functionName}.` };
  }
  const { preSeed, numWords } = request;
  const words = provenWords(args[0], {
    keyHash,
    preSeed,
    numWords,
    blockHash: requested.blockHash,
  });
  const word = words?.[0];
  return word === undefined ? { fault: "The oracle's proof proves nothing." } : { word };
}

async function requestIn(
  chain: PublicClient,
  coordinator: Address,
  { args: { requestId }, transactionHash }: { args: { requestId: bigint }; transactionHash: Hex },
) {
  const { logs } = await chain.getTransactionReceipt({ hash: transactionHash });
  const requests = parseEventLogs({
    abi: coordinatorAbi,
    eventName: "RandomWordsRequested",
    logs: logs.filter(({ address }) => isAddressEqual(address, coordinator)),
  });
  return requests.find(({ args }) => args.requestId === requestId)?.args;
}
