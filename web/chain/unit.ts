import { useQuery } from "@tanstack/react-query";
import { deployedAt } from "../../protocol/deployment.ts";
import { useConfig } from "../config/context.tsx";
import type { Unit } from "../language/amounts.ts";

/**
 * The asset's symbol and decimals, which never change; undefined until they are known, so that no amount is ever shown in a
 * guessed unit. viem comes along only when they are read.
 */
export function useUnit(): Unit | undefined {
  const { rpcUrl, deployment } = useConfig();
  const { address } = deployedAt(deployment, "Asset");
  const { data } = useQuery({
    queryKey: ["unit", deployment.genesisHash, address],
    staleTime: Infinity,
    gcTime: Infinity,
    retry: true,
    queryFn: async () => {
      const { readUnit } = await import("./reads.ts");
      return readUnit(rpcUrl, address);
    },
  });
  return data;
}
