import { type Address, encodeFunctionData, type PublicClient } from "viem";
import { rotatingPoolsAbi } from "../../protocol/abis.generated.ts";
import { circleState, settleFrom } from "../../protocol/circle.ts";
import type { Job } from "./job.ts";

/** Settling one round of fifty members fits into a block; so does one of fewer. */
const ROUNDS_AT_ONCE = 1n;

/** Settles rounds that are over, starts circles that can start, and ends those that can no longer start. */
export function circlesJob(client: PublicClient, address: Address): Job {
  const pools = { address, abi: rotatingPoolsAbi } as const;
  const ended = new Set<bigint>();
  /** Until when there is nothing to do for circles that run: nobody can make a round end earlier. */
  const quietUntil = new Map<bigint, bigint>();

  /** A full circle can start once everybody's collateral is worth what it has to be. */
  const startOf = async (circleId: bigint) => {
    const data = encodeFunctionData({ ...pools, functionName: "start", args: [circleId] });
    return client.call({ to: address, data }).then(
      () => ({ step: "start", data }),
      () => undefined,
    );
  };

  const callFor = async (circleId: bigint, now: bigint) => {
    const args = [circleId] as const;
    const circle = await client.readContract({ ...pools, functionName: "circleOf", args });
    if (circle.state >= circleState.completed) ended.add(circleId);
    if (circle.state < circleState.answered) {
      const { deadline } = await client.readContract({
        ...pools,
        functionName: "admissionOf",
        args,
      });
      if (now <= BigInt(deadline))
        return circle.state === circleState.full ? startOf(circleId) : undefined;
      return { step: "abort", data: encodeFunctionData({ ...pools, functionName: "abort", args }) };
    }
    if (circle.state === circleState.answered) {
      return { step: "start", data: encodeFunctionData({ ...pools, functionName: "start", args }) };
    }
    if (circle.state !== circleState.running) return undefined;
    quietUntil.set(circleId, settleFrom(circle));
    if (now < settleFrom(circle)) return undefined;
    const settle = { functionName: "settle", args: [circleId, ROUNDS_AT_ONCE] } as const;
    const data = encodeFunctionData({ ...pools, ...settle });
    // It may have to wait until the vault can say what its shares are worth.
    return client.call({ to: address, data }).then(
      () => ({ step: "settle", data }),
      () => undefined,
    );
  };

  return {
    async due() {
      const count = await client.readContract({ ...pools, functionName: "circleCount" });
      const { timestamp } = await client.getBlock();
      for (let circleId = 1n; circleId <= count; circleId++) {
        if (ended.has(circleId) || timestamp < (quietUntil.get(circleId) ?? 0n)) continue;
        const call = await callFor(circleId, timestamp);
        if (call) {
          const { step, data } = call;
          return { what: `circle ${circleId}: ${step}`, calls: [{ to: address, data }] };
        }
      }
      return undefined;
    },
  };
}
