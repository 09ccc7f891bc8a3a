import { type Address, encodeFunctionData, type Hex, maxUint256, type PublicClient } from "viem";
import { rotatingPoolsAbi } from "../../protocol/abis.generated.ts";
import { circleState, settleFrom } from "../../protocol/circle.ts";

/** What a simulated saver does next with the youngest circle. */
export interface CircleStep {
  /** For the log. */
  what: string;
  data: Hex;
  /** What the saver pays with it. */
  assets: bigint;
}

/** Short rounds, so that somebody who watches sees a whole circle, with members who miss one now and then. */
const MEMBERS = 3;
const PERIOD = 120;
const GRACE = 60;
const TIME_TO_JOIN = 3_600;
const PENALTY_BPS = 200;

/** Settles, claims, pays, joins or creates, whichever comes first; nothing if there is nothing to do. */
export async function nextCircleStep(
  chain: PublicClient,
  address: Address,
  account: Address,
  contribution: bigint,
): Promise<CircleStep | undefined> {
  const circles = { address, abi: rotatingPoolsAbi } as const;
  const step = (what: string, data: Hex, assets = 0n): CircleStep => ({ what, data, assets });
  const { timestamp } = await chain.getBlock();
  const circleId = await chain.readContract({ ...circles, functionName: "circleCount" });
  if (circleId > 0n) {
    const args = [circleId, account] as const;
    const circle = await chain.readContract({
      ...circles,
      functionName: "circleOf",
      args: [circleId],
    });
    const admission = await chain.readContract({
      ...circles,
      functionName: "admissionOf",
      args: [circleId],
    });
    const { joined } = await chain.readContract({ ...circles, functionName: "memberOf", args });
    if (circle.state === circleState.running && timestamp >= settleFrom(circle)) {
      const data = encodeFunctionData({
        ...circles,
        functionName: "settle",
        args: [circleId, maxUint256],
      });
      return step(`settled a round of circle ${circleId}`, data);
    }
    if (joined && circle.state === circleState.full) {
      const assets = await chain.readContract({ ...circles, functionName: "shortageOf", args });
      if (assets === 0n) return undefined;
      const data = encodeFunctionData({
        ...circles,
        functionName: "restoreCollateral",
        args: [circleId, account, assets],
      });
      return step(`made up for a loss in circle ${circleId}`, data, assets);
    }
    if (joined) {
      const [cash, shares] = await chain.readContract({
        ...circles,
        functionName: "claimableOf",
        args,
      });
      if (cash + shares > 0n) {
        const data = encodeFunctionData({
          ...circles,
          functionName: "claim",
          args: [circleId, account, 0n],
        });
        return step(`claimed from circle ${circleId}`, data);
      }
      const [arrears, due, penalty] = await chain.readContract({
        ...circles,
        functionName: "dueOf",
        args,
      });
      const owed = arrears + due;
      if (owed === 0n && circle.state <= circleState.running) return undefined;
      if (owed > 0n) {
        const data = encodeFunctionData({
          ...circles,
          functionName: "contribute",
          args: [circleId, account, BigInt(circle.settled), owed, maxUint256],
        });
        // A minute later it may cost the penalty.
        return step(`paid into circle ${circleId}`, data, owed + penalty + owed / 10n);
      }
    }
    if (
      circle.state === circleState.forming &&
      !joined &&
      timestamp <= BigInt(admission.deadline)
    ) {
      const termsHash = await chain.readContract({
        ...circles,
        functionName: "termsHashOf",
        args: [circleId],
      });
      const data = encodeFunctionData({
        ...circles,
        functionName: "join",
        args: [circleId, termsHash],
      });
      return step(`joined circle ${circleId}`, data, admission.collateral + 1n);
    }
    if (circle.state === circleState.running) return undefined;
  }
  const collateral = await chain.readContract({
    ...circles,
    functionName: "fullCollateral",
    args: [contribution, BigInt(PENALTY_BPS), BigInt(MEMBERS)],
  });
  const terms = {
    name: "Junta",
    contribution,
    collateral,
    period: PERIOD,
    joinBy: Number(timestamp) + TIME_TO_JOIN,
    bidDeposit: 0n,
    grace: GRACE,
    penaltyBps: PENALTY_BPS,
    members: MEMBERS,
    open: true,
    invested: true,
    order: 0,
  };
  const data = encodeFunctionData({
    ...circles,
    functionName: "createCircle",
    args: [terms, true],
  });
  return step("created a circle", data, collateral + 1n);
}
