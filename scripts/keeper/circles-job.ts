import {
  type Address,
  decodeFunctionResult,
  encodeEventTopics,
  encodeFunctionData,
  type PublicClient,
} from "viem";
import { rotatingPoolsAbi } from "../../protocol/abis.generated.ts";
import { type CircleRounds, circleState, settleFrom } from "../../protocol/circle.ts";
import { inStretches, type Stretch } from "../block-stretches.ts";
import type { Job } from "./job.ts";
import { readTogether } from "../read-together.ts";

/** Settling one round of fifty members fits into a block; so does one of fewer. */
const ROUNDS_AT_ONCE = 1n;
/** So many circles are read at each look, however many there are. */
const CIRCLES_A_LOOK = 100;
/** After a longer pause all circles are read again, a hundred at each look, rather than all that has happened. */
const MOST_BLOCKS = 1_000n;
/** What was read of the last blocks may be undone with them. */
const BLOCKS_UNTIL_FINAL = 64n;
/** An end is looked at once more when no reorganisation can undo it any longer. */
const SECONDS_UNTIL_FINAL = 1_800n;

const STEPS = ["settle", "start", "abort"] as const;
type Step = (typeof STEPS)[number];

interface Plan {
  /** When there may be something to do, in seconds since 1970 on the chain. */
  from: bigint;
  /** The block that it was last read at. */
  readAt: bigint;
  /** What is to be done, if that is known. */
  step: Step | undefined;
}

/**
 * Settles rounds that are over, starts circles whose order has come, and ends those that can no longer start. It knows for
 * each circle when there will be something to do next, and reads it again only then, or when something has happened in it.
 */
export function circlesJob(client: PublicClient, address: Address): Job {
  const pools = { address, abi: rotatingPoolsAbi } as const;
  const [created] = encodeEventTopics({ ...pools, eventName: "CircleCreated" });
  const plans = new Map<bigint, Plan>();
  let count = 0n;
  let seen: { number: bigint; hash: string } | undefined;

  const lookAgain = (circleId: bigint) => {
    plans.set(circleId, { from: 0n, readAt: 0n, step: undefined });
  };

  const find = (stretch: Stretch) => client.getLogs({ address, ...stretch });

  /** Marks what has changed since the last look. */
  const follow = async (head: { number: bigint; hash: string }) => {
    if (seen?.hash === head.hash) return;
    const before =
      seen && seen.number <= head.number
        ? await client.getBlock({ blockNumber: seen.number })
        : undefined;
    if (!seen || before?.hash !== seen.hash || head.number - seen.number > MOST_BLOCKS) {
      const isReorganised = seen !== undefined && before?.hash !== seen.hash;
      const from = seen ? seen.number - BLOCKS_UNTIL_FINAL : 0n;
      const total = await client.readContract({ ...pools, functionName: "circleCount" });
      for (let circleId = count + 1n; circleId <= total; circleId++) lookAgain(circleId);
      for (let circleId = total + 1n; circleId <= count; circleId++) plans.delete(circleId);
      for (const [circleId, { readAt }] of plans) {
        if (!isReorganised || readAt >= from) lookAgain(circleId);
      }
      count = total;
    } else {
      for await (const { found } of inStretches(seen.number + 1n, head.number, find)) {
        for (const { topics } of found) {
          const [event, first] = topics;
          if (first === undefined) continue;
          const circleId = BigInt(first);
          if (event === created && circleId > count) count = circleId;
          // A few events begin with something else than a circle.
          if (circleId >= 1n && circleId <= count) lookAgain(circleId);
        }
      }
    }
    seen = { number: head.number, hash: head.hash };
  };

  const read = async (circleIds: bigint[], now: bigint, readAt: bigint) => {
    const answers = await readTogether(
      client,
      address,
      circleIds.flatMap((circleId) => [
        encodeFunctionData({ ...pools, functionName: "circleOf", args: [circleId] }),
        encodeFunctionData({ ...pools, functionName: "admissionOf", args: [circleId] }),
      ]),
    );
    circleIds.forEach((circleId, index) => {
      const [ofCircle = "0x", ofAdmission = "0x"] = answers.slice(2 * index);
      const circle = decodeFunctionResult({ ...pools, functionName: "circleOf", data: ofCircle });
      const { deadline } = decodeFunctionResult({
        ...pools,
        functionName: "admissionOf",
        data: ofAdmission,
      });
      const old = plans.get(circleId);
      if (circle.state >= circleState.completed) {
        if (old && old.readAt > 0n && readAt - old.readAt >= BLOCKS_UNTIL_FINAL) {
          plans.delete(circleId);
        } else plans.set(circleId, { from: now + SECONDS_UNTIL_FINAL, readAt, step: undefined });
        return;
      }
      const [step, from] = nextOf(circle, BigInt(deadline), now);
      plans.set(circleId, { from, readAt, step: now >= from ? step : undefined });
    });
  };

  return {
    name: "circles",
    async due(isResting) {
      const head = await client.getBlock();
      await follow(head);
      const now = head.timestamp;
      const unread: bigint[] = [];
      for (const [circleId, { from, step }] of plans) {
        if (step === undefined && now >= from) unread.push(circleId);
        if (unread.length === CIRCLES_A_LOOK) break;
      }
      if (unread.length > 0) await read(unread, now, head.number);
      // Members' money first; circles that never began last.
      for (const step of STEPS) {
        for (const [circleId, plan] of plans) {
          const key = `circle ${circleId}`;
          if (plan.step !== step || isResting(key)) continue;
          lookAgain(circleId);
          return {
            key,
            calls: [{ what: `${key}: ${step}`, to: address, data: dataOf(step, circleId) }],
          };
        }
      }
      return undefined;
    },
    isBehind: () => [...plans.values()].some(({ readAt }) => readAt === 0n),
  };

  function dataOf(step: Step, circleId: bigint) {
    if (step === "settle") {
      const args = [circleId, ROUNDS_AT_ONCE] as const;
      return encodeFunctionData({ ...pools, functionName: step, args });
    }
    return encodeFunctionData({ ...pools, functionName: step, args: [circleId] });
  }
}

/** What will be due next for a circle that has not ended, and from when. */
function nextOf(
  circle: CircleRounds & { state: number },
  deadline: bigint,
  now: bigint,
): [Step, bigint] {
  if (circle.state === circleState.answered) return ["start", 0n];
  // It starts as soon as everybody's collateral is worth what it has to be, and ends if it is not in time.
  if (circle.state === circleState.full && now <= deadline) return ["start", 0n];
  if (circle.state === circleState.running) return ["settle", settleFrom(circle)];
  return ["abort", deadline + 1n];
}
