import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import hre from "hardhat";
import { type Address, createPublicClient, custom, erc20Abi, isAddress } from "viem";
import Circles from "../ignition/modules/Circles.ts";
import Local from "../ignition/modules/Local.ts";
import Lottery from "../ignition/modules/Lottery.ts";
import Protocol from "../ignition/modules/Protocol.ts";
import { holdersAmong, ROLES } from "../ignition/modules/roles.ts";
import Testnet from "../ignition/modules/Testnet.ts";
import { type Deployment, isLocalChain } from "../protocol/deployment.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { root } from "./paths.ts";

const networks = Object.entries(hre.config.networks)
  .filter(([, { type }]) => type === "http")
  .map(([name]) => name);

const help = `Usage: npm run deploy -- --network <name> [options]

Deploys the contracts with Hardhat Ignition and writes where they are to protocol/deployments/<network>.json, which indexer,
web app and scripts read. A deployment that was interrupted goes on where it stopped.

  --network <name>     one of: ${networks.join(", ")}
  --asset <address>    what is saved; without it play money with a faucet is deployed (test networks only)
  --strategy <address> the first ERC-4626 that the vault's money works in; goes with --asset
  --price-feed <address>
                       the Chainlink aggregator (not its proxy) that tells what the asset is worth in US dollars
  --parameters <file>  Ignition parameters (JSON): role holders, delays, caps, fee; see docs/operators.md
  --output <file>      another place for the deployment file
  --help               this text
`;

/** The names under which the deployment file lists what the Ignition modules return. */
const contractNames = {
  asset: "Asset",
  yieldSource: "YieldSource",
  manager: "AccessManager",
  vault: "KhipuVault",
  savings: "SavingsPool",
  treasury: "FeeTreasury",
  cooperatives: "CooperativePools",
  lottery: "LotteryPool",
  circles: "RotatingPools",
  coordinator: "VRFCoordinator",
  blockhashStore: "BlockhashStore",
  priceFeed: "PriceFeed",
} as const satisfies Record<keyof (typeof Local)["results"], string>;

await runScript(async () => {
  const options = parseOptions(help, {
    network: { type: "string" },
    asset: { type: "string" },
    strategy: { type: "string" },
    "price-feed": { type: "string" },
    parameters: { type: "string" },
    output: { type: "string" },
  });
  if (options === undefined) return;
  const { network } = options;
  if (network === undefined)
    throw new Failure(`--network is needed: one of ${networks.join(", ")}.`);
  if (!networks.includes(network)) {
    throw new Failure(
      `There is no network "${network}". There are: ${networks.join(", ")} (hardhat.config.ts).`,
    );
  }
  const asset = addressOption("--asset", options.asset);
  const strategy = addressOption("--strategy", options.strategy);
  if ((asset === undefined) !== (strategy === undefined)) {
    throw new Failure("--asset and --strategy go together: give both, or neither for play money.");
  }
  const priceFeed = addressOption("--price-feed", options["price-feed"]);
  const parameters: DeploymentParameters =
    options.parameters === undefined ? {} : await readParameters(options.parameters);
  const output = resolve(
    options.output ?? join(root, "protocol", "deployments", `${network}.json`),
  );

  const connection = await connect(network);
  const chain = createPublicClient({ transport: custom(connection.provider) });
  const chainId = await chain.getChainId().catch((error: unknown) => {
    throw new Failure(`The RPC of network ${network} does not answer: ${firstLine(error)}`);
  });
  const genesis = await chain.getBlock({ blockNumber: 0n });

  // Local chains and forks come and go: what Ignition remembers of one must never be taken for another of the same number.
  const isLocal = isLocalChain(chainId);
  const deploymentId = `${isLocal ? "local" : `chain-${chainId}`}-${genesis.hash.slice(2, 14)}`;
  if (!isLocal) requireRoleHolders(parameters, asset === undefined ? "Testnet" : "Protocol");
  const startBlock = await rememberStartBlock(deploymentId, () => chain.getBlockNumber());

  const ignitionOptions = {
    deploymentId,
    displayUi: !isLocal,
    ...(isLocal && { config: { requiredConfirmations: 1, blockPollingInterval: 25 } }),
  };
  const deployLocally = async () => {
    const wallets = await connection.viem.getWalletClients();
    const holders = holdersAmong(wallets.map(({ account }) => account.address));
    return connection.ignition.deploy(Local, {
      ...ignitionOptions,
      parameters: { ...parameters, Testnet: { ...holders, ...parameters["Testnet"] } },
    });
  };
  const deployPlayMoney = async () =>
    isLocal
      ? deployLocally()
      : connection.ignition.deploy(Testnet, { ...ignitionOptions, parameters });
  const protocol =
    asset === undefined || strategy === undefined
      ? await deployPlayMoney()
      : await connection.ignition.deploy(Protocol, {
          ...ignitionOptions,
          parameters: { ...parameters, Protocol: { ...parameters["Protocol"], asset, strategy } },
        });
  // Elsewhere lottery and circles need a coordinator of Chainlink's, which the parameters name.
  const overVault = (section: "Lottery" | "Circles") => ({
    ...ignitionOptions,
    parameters: {
      ...parameters,
      [section]: { ...parameters[section], vault: protocol.vault.address },
    },
  });
  const lottery =
    parameters["Lottery"] && (await connection.ignition.deploy(Lottery, overVault("Lottery")));
  const circles =
    parameters["Circles"] && (await connection.ignition.deploy(Circles, overVault("Circles")));
  const deployed = {
    ...protocol,
    ...lottery,
    ...circles,
    ...(priceFeed && { priceFeed: { address: priceFeed } }),
  };

  const contracts: Deployment["contracts"] = {};
  for (const [key, { address }] of Object.entries(deployed)) {
    contracts[contractNames[key as keyof typeof contractNames]] = { address, startBlock };
  }
  const { address: assetAddress } = protocol.asset;
  const decimals = await chain.readContract({
    address: assetAddress,
    abi: erc20Abi,
    functionName: "decimals",
  });
  contracts[contractNames.asset] = { address: assetAddress, startBlock, decimals };
  const deployment: Deployment = { chainId, network, genesisHash: genesis.hash, contracts };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(deployment, null, 2)}\n`);
  if (isLocal) forget(deploymentId);
  await connection.close();

  for (const [name, { address }] of Object.entries(contracts)) {
    process.stdout.write(`${name.padEnd(14)} ${address}\n`);
  }
  process.stdout.write(`Written to ${relative(process.cwd(), output)}\n`);
});

async function connect(network: string) {
  try {
    return await hre.network.create(network);
  } catch (error) {
    throw new Failure(`Network ${network} cannot be used: ${firstLine(error)}`);
  }
}

function addressOption(name: string, value: string | undefined): Address | undefined {
  if (value === undefined || isAddress(value)) return value;
  throw new Failure(
    `${name} is "${value}": it must be an address, 0x and 40 hex digits with a right checksum.`,
  );
}

type DeploymentParameters = Awaited<ReturnType<typeof readDeploymentParameters>>;

async function readParameters(file: string): Promise<DeploymentParameters> {
  if (!existsSync(file)) throw new Failure(`There is no parameter file ${file}.`);
  try {
    return await readDeploymentParameters(file);
  } catch (error) {
    throw new Failure(`${file} does not hold Ignition parameters: ${firstLine(error)}`);
  }
}

/** On local chains the roles fall to the node's own accounts; elsewhere somebody has to hold them. */
function requireRoleHolders(parameters: DeploymentParameters, module: "Testnet" | "Protocol") {
  const named = { ...parameters["$global"], ...parameters[module] };
  const missing = Object.keys(ROLES).filter((role) => !(role in named));
  if (missing.length > 0) {
    throw new Failure(
      `The module ${module} needs an address for ${missing.join(", ")}: name them in --parameters (docs/operators.md).`,
    );
  }
}

/** The block before the first transaction, also for a deployment that goes on after an interruption. */
async function rememberStartBlock(
  deploymentId: string,
  head: () => Promise<bigint>,
): Promise<number> {
  const file = startBlockFile(deploymentId);
  if (existsSync(file)) return Number(readFileSync(file, "utf8"));
  const block = Number(await head());
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(block));
  return block;
}

function journalFolder(deploymentId: string): string {
  return join(root, "ignition", "deployments", deploymentId);
}

function startBlockFile(deploymentId: string): string {
  return `${journalFolder(deploymentId)}.start-block`;
}

function forget(deploymentId: string): void {
  rmSync(journalFolder(deploymentId), { recursive: true, force: true });
  rmSync(startBlockFile(deploymentId), { force: true });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}
