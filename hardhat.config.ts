import { createRequire } from "node:module";
import hardhatToolboxViem from "@nomicfoundation/hardhat-toolbox-viem";
import { configVariable, defineConfig } from "hardhat/config";
import { CAMPAIGNS, testSolidity } from "./scripts/campaigns.ts";

const require = createRequire(import.meta.url);

// `npm test` runs the properties for seconds and always alike; the deep profile (KHIPU_PROPERTIES=deep) for as long as a
// release is worth, each time with another seed (KHIPU_SEED).
const isDeep = process.env["KHIPU_PROPERTIES"] === "deep";
const properties = isDeep
  ? {
      fuzz: 10_000,
      invariant: { runs: Number(process.env["KHIPU_CAMPAIGNS"] ?? 1_000), depth: 500 },
    }
  : { fuzz: 256, invariant: { runs: 24, depth: 128 } };

const seed = process.env["KHIPU_SEED"] ?? (isDeep ? undefined : "0x1");

// The compilers come from npm packages, so that building needs no download.
// Optimised a little for size: the vault and its two parts have to fit into one creation (EIP-3860).
export const optimizer = { enabled: true, runs: 50 };

export default defineConfig({
  plugins: [hardhatToolboxViem],
  tasks: [testSolidity],
  paths: {
    sources: ["./contracts", "./test/doubles"],
    tests: { solidity: "./test/properties" },
  },
  solidity: {
    splitTestsCompilation: true,
    compilers: [
      {
        version: "0.8.30",
        path: require.resolve("solc/soljson.js"),
        settings: { optimizer, evmVersion: "cancun" },
      },
      {
        // Chainlink pins its VRF coordinator and blockhash store to this version.
        version: "0.8.19",
        path: require.resolve("solc-0819/soljson.js"),
        settings: { optimizer },
      },
    ],
    npmFilesToBuild: [
      "@chainlink/contracts/src/v0.8/vrf/dev/VRFCoordinatorV2_5.sol",
      "@chainlink/contracts/src/v0.8/vrf/dev/BlockhashStore.sol",
      "@chainlink/contracts/src/v0.8/shared/token/ERC677/LinkToken.sol",
      "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol",
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
      // A real asset's; nothing of it is deployed.
      "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol",
    ],
  },
  test: {
    solidity: {
      fuzz: { runs: properties.fuzz, ...(seed === undefined ? {} : { seed }) },
      fsPermissions: { dangerouslyReadWriteDirectory: [CAMPAIGNS] },
      invariant: { ...properties.invariant, failOnRevert: true },
    },
  },
  coverage: { skipFiles: ["test/**"] },
  networks: {
    local: {
      type: "http",
      chainType: "l1",
      url: process.env["KHIPU_RPC_URL"] ?? "http://127.0.0.1:8545",
    },
    sepolia: {
      type: "http",
      chainType: "l1",
      url: configVariable("SEPOLIA_RPC_URL"),
      accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
    },
  },
});
