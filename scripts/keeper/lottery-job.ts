import { type Address, encodeFunctionData, type PublicClient } from "viem";
import { khipuVaultAbi, lotteryPoolAbi } from "../../protocol/abis.generated.ts";
import { dueStep, type Step } from "./due-step.ts";
import type { Call, Job } from "./job.ts";

/** So many numbers are tried in one transaction; each costs about a hundred thousand gas at most. */
const ATTEMPTS_AT_ONCE = 16n;

/** Books the vault's yield before a round ends, closes it, asks for its randomness, draws it, or rolls its prize over. */
export function lotteryJob(client: PublicClient, lottery: Address, vault: Address): Job {
  const pool = { address: lottery, abi: lotteryPoolAbi } as const;
  const toPool = (data: Call["data"]) => ({ to: lottery, data });
  const calls: Record<Step, Call[]> = {
    close: [
      { to: vault, data: encodeFunctionData({ abi: khipuVaultAbi, functionName: "report" }) },
      toPool(encodeFunctionData({ ...pool, functionName: "closeRound" })),
    ],
    request: [toPool(encodeFunctionData({ ...pool, functionName: "requestDraw" }))],
    finalize: [
      toPool(
        encodeFunctionData({ ...pool, functionName: "finalizeDraw", args: [ATTEMPTS_AT_ONCE] }),
      ),
    ],
    rollOver: [toPool(encodeFunctionData({ ...pool, functionName: "rollOver" }))],
  };
  return {
    async due() {
      const current = await client.readContract({ ...pool, functionName: "currentRound" });
      const round = (roundId: bigint) =>
        client.readContract({ ...pool, functionName: "roundOf", args: [roundId] });
      const [rules, open, last, { timestamp }] = await Promise.all([
        client.readContract({ ...pool, functionName: "rules" }),
        round(current),
        round(current - 1n),
        client.getBlock(),
      ]);
      const step = dueStep({ current, open, last, now: timestamp, rules });
      return step && { what: `round ${step.roundId}: ${step.step}`, calls: calls[step.step] };
    },
  };
}
