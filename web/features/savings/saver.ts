import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Address } from "viem";
import { readContract } from "viem/actions";
import { deployedAt } from "../../../protocol/deployment.ts";
import { assetAbi, poolAbi } from "../../chain/abis.ts";
import { useReader } from "../../chain/reader.ts";
import { useConfig } from "../../config/context.tsx";
import { useLiveBus } from "../../live/context.tsx";
import { useLedger } from "../../transactions/context.tsx";

/** What one saver has, straight from the chain: right even when the index is not there. */
export interface Saver {
  principal: bigint;
  value: bigint;
  yield: bigint;
  /** in the wallet, not yet saved */
  balance: bigint;
  /** the most that the pool takes now */
  maxDeposit: bigint;
  minimumDeposit: bigint;
}

/** Between readings the page only shows growth that has been read, so this is also how far behind it may be. */
export const readEvery = 12_000;

export function useSaver(address: Address | undefined) {
  const { deployment } = useConfig();
  const reader = useReader();
  const bus = useLiveBus();
  const ledger = useLedger();
  const queries = useQueryClient();
  const pool = { address: deployedAt(deployment, "SavingsPool").address, abi: poolAbi };
  const asset = { address: deployedAt(deployment, "Asset").address, abi: assetAbi };

  useEffect(() => {
    if (!address) return;
    const refresh = () => void queries.invalidateQueries({ queryKey: ["saver", address] });
    const ends = [
      bus.onEvent(({ account, actor }) => {
        const own = [account, actor].some(
          (party) => party?.toLowerCase() === address.toLowerCase(),
        );
        if (own) refresh();
      }),
      bus.onTransaction((_, present) => {
        if (!present) refresh();
      }),
      ledger.onSettled(refresh),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [address, bus, ledger, queries]);

  return useQuery({
    queryKey: ["saver", address, deployment.genesisHash],
    enabled: address !== undefined,
    refetchInterval: readEvery,
    queryFn: async (): Promise<Saver> => {
      if (!address) throw new Error("There is no saver to read.");
      const [[, principal, value, earned], balance, maxDeposit, minimumDeposit] = await Promise.all(
        [
          readContract(reader, { ...pool, functionName: "positionOf", args: [address] }),
          readContract(reader, { ...asset, functionName: "balanceOf", args: [address] }),
          readContract(reader, { ...pool, functionName: "maxDeposit", args: [address] }),
          readContract(reader, { ...pool, functionName: "minimumDeposit" }),
        ],
      );
      return { principal, value, yield: earned, balance, maxDeposit, minimumDeposit };
    },
  });
}
