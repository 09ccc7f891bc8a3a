import { type Address, encodeFunctionData, type PublicClient } from "viem";
import { savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { inStretches, type Stretch } from "../block-stretches.ts";
import type { Job } from "./job.ts";

/** About 13,000 gas each. */
const SAVERS_AT_ONCE = 100;

/** Turns savers' yield into principal, once it is worth the gas. Who saves is read from the chain's own log. */
export function savingsJob(
  client: PublicClient,
  address: Address,
  startBlock: bigint,
  least: bigint,
): Job {
  const pool = { address, abi: savingsPoolAbi } as const;
  const savers = new Set<Address>();
  let readUpTo = startBlock - 1n;

  const readSavers = async () => {
    const head = await client.getBlockNumber({ cacheTime: 0 });
    const made = { ...pool, eventName: "DepositMade", strict: true } as const;
    const find = (stretch: Stretch) => client.getContractEvents({ ...made, ...stretch });
    for await (const { found: deposits, toBlock } of inStretches(readUpTo + 1n, head, find)) {
      for (const { args } of deposits) savers.add(args.saver);
      readUpTo = toBlock;
    }
  };

  return {
    async due() {
      await readSavers();
      const worthIt: Address[] = [];
      for (const saver of savers) {
        const [, , , earned] = await client.readContract({
          ...pool,
          functionName: "positionOf",
          args: [saver],
        });
        if (earned >= least) worthIt.push(saver);
        if (worthIt.length === SAVERS_AT_ONCE) break;
      }
      if (worthIt.length === 0) return undefined;
      const data = encodeFunctionData({ ...pool, functionName: "compound", args: [worthIt] });
      return { what: `savings: compound ${worthIt.length}`, calls: [{ to: address, data }] };
    },
  };
}
