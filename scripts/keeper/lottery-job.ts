import { type Address, decodeFunctionResult, encodeFunctionData, type PublicClient } from "viem";
import { khipuVaultAbi, lotteryPoolAbi } from "../../protocol/abis.generated.ts";
import { dueStep, type LotteryState, type Step } from "./due-step.ts";
import type { Call, Job } from "./job.ts";
import { readTogether } from "../read-together.ts";

/** So many numbers are tried in one transaction; each costs about a hundred thousand gas at most. */
const ATTEMPTS_AT_ONCE = 16n;

/** Books the vault's yield before a round ends, closes it, asks for its randomness, draws it, or rolls its prize over. */
export function lotteryJob(client: PublicClient, lottery: Address, vault: Address): Job {
  const pool = { address: lottery, abi: lotteryPoolAbi } as const;
  const data: Record<Step, Call["data"]> = {
    close: encodeFunctionData({ ...pool, functionName: "closeRound" }),
    request: encodeFunctionData({ ...pool, functionName: "requestDraw" }),
    finalize: encodeFunctionData({
      ...pool,
      functionName: "finalizeDraw",
      args: [ATTEMPTS_AT_ONCE],
    }),
    rollOver: encodeFunctionData({ ...pool, functionName: "rollOver" }),
  };
  // The yield of this round shall be in its prize, but a vault that cannot be read is no reason to keep the round open.
  const report: Call = {
    what: "vault: report",
    to: vault,
    data: encodeFunctionData({ abi: khipuVaultAbi, functionName: "report" }),
    optional: true,
  };
  let rules: LotteryState["rules"] | undefined;
  const readRules = async () => {
    const [inRules = "0x", inRounds = "0x"] = await readTogether(client, lottery, [
      encodeFunctionData({ ...pool, functionName: "rules" }),
      encodeFunctionData({ ...pool, functionName: "roundsToWindDown" }),
    ]);
    const rounds = { ...pool, functionName: "roundsToWindDown", data: inRounds } as const;
    return {
      ...decodeFunctionResult({ ...pool, functionName: "rules", data: inRules }),
      roundsToWindDown: Number(decodeFunctionResult(rounds)),
    };
  };
  return {
    name: "lottery",
    async due(isResting) {
      rules ??= await readRules();
      const [current, { timestamp }] = await Promise.all([
        client.readContract({ ...pool, functionName: "currentRound" }),
        client.getBlock(),
      ]);
      const [open, last] = (
        await readTogether(
          client,
          lottery,
          [current, current - 1n].map((roundId) =>
            encodeFunctionData({ ...pool, functionName: "roundOf", args: [roundId] }),
          ),
        )
      ).map((data) => decodeFunctionResult({ ...pool, functionName: "roundOf", data }));
      if (!open || !last) return undefined;
      const due = dueStep({ current, open, last, now: timestamp, rules });
      if (due === undefined) return undefined;
      const { step, roundId } = due;
      const key = `round ${roundId}: ${step}`;
      if (isResting(key)) return undefined;
      const call: Call = { what: key, to: lottery, data: data[step] };
      return { key, calls: step === "close" ? [report, call] : [call] };
    },
  };
}
