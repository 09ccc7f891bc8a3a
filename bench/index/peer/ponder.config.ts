import { readFileSync } from "node:fs";
import { createConfig } from "ponder";
import { khipuVaultAbi, lotteryPoolAbi, savingsPoolAbi } from "../../../protocol/abis.generated.ts";
import { deployedAt, parseDeployment } from "../../../protocol/deployment.ts";

const {
  PEER_DEPLOYMENT = "",
  PEER_RPC_URL = "",
  PEER_DATABASE_URL = "",
  PEER_INDEX_DIR = "",
} = process.env;
const deployment = parseDeployment(
  JSON.parse(readFileSync(PEER_DEPLOYMENT, "utf8")),
  PEER_DEPLOYMENT,
);

export default createConfig({
  database:
    PEER_DATABASE_URL === ""
      ? { kind: "pglite", directory: PEER_INDEX_DIR }
      : { kind: "postgres", connectionString: PEER_DATABASE_URL },
  chains: {
    // Ponder allows each URL few requests a second at first.
    main: { id: deployment.chainId, rpc: Array<string>(25).fill(PEER_RPC_URL) },
  },
  contracts: {
    KhipuVault: { chain: "main", abi: khipuVaultAbi, ...deployedAt(deployment, "KhipuVault") },
    SavingsPool: { chain: "main", abi: savingsPoolAbi, ...deployedAt(deployment, "SavingsPool") },
    LotteryPool: { chain: "main", abi: lotteryPoolAbi, ...deployedAt(deployment, "LotteryPool") },
  },
});
