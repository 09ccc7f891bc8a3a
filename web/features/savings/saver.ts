import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Address } from "viem";
import { readContract } from "viem/actions";
import { deployedAt } from "../../../protocol/deployment.ts";
import { assetAbi, poolAbi } from "../../chain/abis.ts";
import { useReader } from "../../chain/reader.ts";
import { useConfig } from "../../config/context.tsx";
import { useLive, useLiveBus } from "../../live/context.tsx";
import { useLedger } from "../../transactions/context.tsx";

/** What one saver has, straight from the chain: right even when the index is not there. */
export interface Saver {
  /** vault shares */
  shares: bigint;
  principal: bigint;
  value: bigint;
  yield: bigint;
  /** in the wallet, not yet saved */
  balance: bigint;
  /** the most that the pool takes now */
  maxDeposit: bigint;
  minimumDeposit: bigint;
}

/** How often it is read, in milliseconds, while nobody tells us of changes; and while somebody does, to be sure. */
const readAlone = 12_000;
const readWhileLive = 600_000;

export function useSaver(address: Address) {
  const { deployment } = useConfig();
  const reader = useReader();
  const bus = useLiveBus();
  const { connection } = useLive();
  const ledger = useLedger();
  const queries = useQueryClient();
  const pool = { address: deployedAt(deployment, "SavingsPool").address, abi: poolAbi };
  const asset = { address: deployedAt(deployment, "Asset").address, abi: assetAbi };

  useEffect(() => {
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
    refetchInterval: ({ state }) =>
      connection.status === "open" && state.status === "success" ? readWhileLive : readAlone,
    queryFn: async (): Promise<Saver> => {
      const [[shares, principal, value, earned], balance, maxDeposit, minimumDeposit] =
        await Promise.all([
          readContract(reader, { ...pool, functionName: "positionOf", args: [address] }),
          readContract(reader, { ...asset, functionName: "balanceOf", args: [address] }),
          readContract(reader, { ...pool, functionName: "maxDeposit", args: [address] }),
          readContract(reader, { ...pool, functionName: "minimumDeposit" }),
        ]);
      return { shares, principal, value, yield: earned, balance, maxDeposit, minimumDeposit };
    },
  });
}
