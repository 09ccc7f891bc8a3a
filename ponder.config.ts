import { createConfig } from "ponder";
import {
  accessManagerAbi,
  cooperativePoolsAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  rotatingPoolsAbi,
  savingsPoolAbi,
  testnetPriceFeedAbi,
} from "./protocol/abis.generated.ts";
import { chainsOf, placesOf } from "./indexer/chains.ts";
import { rowsDigest } from "./indexer/digest.ts";
import { databaseFrom } from "./indexer/environment.ts";
import { readDeployments } from "./indexer/deployments.ts";

const deployments = readDeployments(process.env);
const at = (name: string) => ({ chain: placesOf(deployments, name) });

/** By Ponder's contents an index of other sources is another one; what it does not know is part of the contents too. */
const madeBy = { madeBy: rowsDigest() };

export default createConfig({
  // Otherwise a reorganisation of one chain takes back what other chains wrote since, final or not.
  ordering: deployments.length > 1 ? "experimental_isolated" : "multichain",
  database: databaseFrom(process.env),
  chains: chainsOf(deployments, process.env),
  contracts: {
    AccessManager: { abi: accessManagerAbi, ...at("AccessManager"), ...madeBy },
    KhipuVault: { abi: khipuVaultAbi, ...at("KhipuVault") },
    SavingsPool: { abi: savingsPoolAbi, ...at("SavingsPool") },
    CooperativePools: { abi: cooperativePoolsAbi, ...at("CooperativePools") },
    LotteryPool: { abi: lotteryPoolAbi, ...at("LotteryPool") },
    RotatingPools: { abi: rotatingPoolsAbi, ...at("RotatingPools") },
    FeeTreasury: { abi: feeTreasuryAbi, ...at("FeeTreasury") },
    PriceFeed: { abi: testnetPriceFeedAbi, ...at("PriceFeed") },
  },
});
