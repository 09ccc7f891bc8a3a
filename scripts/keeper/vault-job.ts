import { type Address, encodeFunctionData, type PublicClient } from "viem";
import { khipuVaultAbi } from "../../protocol/abis.generated.ts";
import type { Job } from "./job.ts";

const BPS = 10_000n;

/** Puts idle money to work and books gains and losses, once they are worth the gas. */
export function vaultJob(client: PublicClient, address: Address, least: bigint): Job {
  const vault = { address, abi: khipuVaultAbi } as const;
  /** What was idle after the last try: strategies that are full take no more of it. */
  let refused = 0n;
  return {
    async due() {
      const [idle, bufferBps, gross, outcome] = await Promise.all([
        client.readContract({ ...vault, functionName: "idle" }),
        client.readContract({ ...vault, functionName: "idleBufferBps" }),
        client.readContract({ ...vault, functionName: "grossAssets" }),
        client.simulateContract({ ...vault, functionName: "report" }),
      ]);
      const [profit, loss] = outcome.result;
      if (profit >= least || loss >= least) {
        const data = encodeFunctionData({ ...vault, functionName: "report" });
        return { what: "vault: report", calls: [{ to: address, data }] };
      }
      const spare = idle - (gross * bufferBps) / BPS;
      if (spare < least || spare <= refused) return undefined;
      refused = spare;
      const data = encodeFunctionData({ ...vault, functionName: "rebalance" });
      return { what: "vault: rebalance", calls: [{ to: address, data }] };
    },
  };
}
