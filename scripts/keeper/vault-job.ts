import { type Address, decodeFunctionResult, encodeFunctionData, type PublicClient } from "viem";
import { khipuVaultAbi } from "../../protocol/abis.generated.ts";
import type { Job } from "./job.ts";
import { readTogether } from "../read-together.ts";

/** Puts idle money to work and books gains and losses, once they are worth the gas. */
export function vaultJob(client: PublicClient, address: Address, least: bigint): Job {
  const vault = { address, abi: khipuVaultAbi } as const;
  const report = encodeFunctionData({ ...vault, functionName: "report" });
  const rebalance = encodeFunctionData({ ...vault, functionName: "rebalance" });
  const readIdle = encodeFunctionData({ ...vault, functionName: "idle" });

  /** How much would move, into strategies or out of them: what they refuse and what is left idle does not. */
  const movedByRebalance = async (): Promise<bigint> => {
    const [before = "0x", , after = "0x"] = await readTogether(client, address, [
      readIdle,
      rebalance,
      readIdle,
    ]);
    const idle = (data: `0x${string}`) =>
      decodeFunctionResult({ ...vault, functionName: "idle", data });
    const moved = idle(after) - idle(before);
    return moved < 0n ? -moved : moved;
  };

  return {
    name: "vault",
    async due(isResting) {
      if (!isResting("vault: report")) {
        const { result } = await client.simulateContract({ ...vault, functionName: "report" });
        const [profit, loss] = result;
        if (profit >= least || loss >= least) {
          const what = "vault: report";
          return { key: what, calls: [{ what, to: address, data: report }] };
        }
      }
      const what = "vault: rebalance";
      if (isResting(what) || (await movedByRebalance()) < least) return undefined;
      return { key: what, calls: [{ what, to: address, data: rebalance }] };
    },
  };
}
