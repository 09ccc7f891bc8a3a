import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createConfig } from "ponder";
import {
  cooperativePoolsAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  savingsPoolAbi,
} from "./protocol/abis.generated.ts";
import { deployedAt, parseDeployment } from "./protocol/deployment.ts";
import { chainEndpoints, databaseFrom } from "./indexer/environment.ts";

const file = resolve(process.env["KHIPU_DEPLOYMENT"] ?? ".khipu/world/deployment.json");
const deployment = parseDeployment(JSON.parse(readFileSync(file, "utf8")), file);

export default createConfig({
  database: databaseFrom(process.env),
  chains: {
    main: { id: deployment.chainId, ...chainEndpoints(process.env) },
  },
  contracts: {
    KhipuVault: { chain: "main", abi: khipuVaultAbi, ...deployedAt(deployment, "KhipuVault") },
    CooperativePools: {
      chain: "main",
      abi: cooperativePoolsAbi,
      ...deployedAt(deployment, "CooperativePools"),
    },
    FeeTreasury: { chain: "main", abi: feeTreasuryAbi, ...deployedAt(deployment, "FeeTreasury") },
    SavingsPool: { chain: "main", abi: savingsPoolAbi, ...deployedAt(deployment, "SavingsPool") },
  },
});
