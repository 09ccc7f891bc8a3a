import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import hre from "hardhat";
import { type Address, createPublicClient, custom, isAddress, type PublicClient } from "viem";
import Circles from "../ignition/modules/Circles.ts";
import { localModule } from "../ignition/modules/Local.ts";
import Lottery from "../ignition/modules/Lottery.ts";
import { protocolModule } from "../ignition/modules/Protocol.ts";
import { holdersAmong, ROLES } from "../ignition/modules/roles.ts";
import { testnetModule } from "../ignition/modules/Testnet.ts";
import {
  DEFAULTS,
  defaultsFor,
  faultIn,
  missingFrom,
  type Parameters,
  SECTIONS,
  type SectionName,
} from "../ignition/parameters.ts";
import {
  type Deployment,
  isLocalChain,
  isOnChain,
  parseDeployment,
} from "../protocol/deployment.ts";
import { Failure, parseOptions, reasonOf, runScript } from "./command.ts";
import {
  type Asset,
  readAsset,
  requireCoordinator,
  requireGasMoney,
  requirePriceFeed,
  requireSeed,
  requireStrategies,
} from "./deploy/preconditions.ts";
import { compiledCodeAt, differencesOf } from "./deploy/read-back.ts";
import { compile, sourceOf } from "./deploy/source.ts";
import { root, writeWhole } from "./paths.ts";

const networks = Object.entries(hre.config.networks)
  .filter(([, { type }]) => type === "http")
  .map(([name]) => name);

const help = `Usage: npm run deploy -- --network <name> [options]

Compiles the contracts, deploys them with Hardhat Ignition, reads them back and writes where they are to
protocol/deployments/<name>.json, which indexer, web app and scripts read. Everything is checked before the first
transaction. A deployment that was interrupted goes on where it stopped, and one that is there already is only added to.

  --network <name>     one of: ${networks.join(", ")}
  --name <name>        this deployment's name; a second one on the same network needs one of its own (default: the network's)
  --asset <address>    what is saved; without it play money with a faucet is deployed (test networks only)
  --strategy <address> an ERC-4626 that the vault's money may work in from the start; goes with --asset, up to 8 times
  --price-feed <address>
                       the Chainlink aggregator (not its proxy) that tells what the asset is worth in US dollars
  --parameters <file>  parameters (JSON or JSON5): role holders, delays, caps, fee; see docs/operators.md
  --allow-changes      deploy sources that are not as the commit has them, also where money may be real
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
} as const satisfies Record<keyof ReturnType<typeof localModule>["results"], string>;

/** What this project compiles; the others may be somebody else's. */
const OWN_CONTRACTS = [
  "AccessManager",
  "KhipuVault",
  "SavingsPool",
  "FeeTreasury",
  "CooperativePools",
  "LotteryPool",
  "RotatingPools",
];

const MOST_STRATEGIES = 8;
const PRIVATE_KEY = /^(0x)?[0-9a-fA-F]{64}$/;

await runScript(async () => {
  const options = parseOptions(help, {
    network: { type: "string" },
    name: { type: "string" },
    asset: { type: "string" },
    strategy: { type: "string", multiple: true, default: [] },
    "price-feed": { type: "string" },
    parameters: { type: "string" },
    "allow-changes": { type: "boolean" },
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
  const name = options.name ?? network;
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(name)) {
    throw new Failure(`--name is "${name}": it must be letters, digits and hyphens.`);
  }
  const assetAddress = addressOption("--asset", options.asset);
  const strategies = options.strategy.map((value) => addressOption("--strategy", value));
  if ((assetAddress === undefined) !== (strategies.length === 0)) {
    throw new Failure("--asset and --strategy go together: give both, or neither for play money.");
  }
  if (strategies.length > MOST_STRATEGIES) {
    throw new Failure(
      `--strategy is given ${strategies.length} times: at most ${MOST_STRATEGIES}.`,
    );
  }
  const priceFeed = addressOption("--price-feed", options["price-feed"]);
  const given = options.parameters === undefined ? {} : await readParameters(options.parameters);
  await requirePrivateKeys(network);
  const output = resolve(options.output ?? join(root, "protocol", "deployments", `${name}.json`));

  const connection = await connect(network);
  const chain = createPublicClient({ transport: custom(connection.provider) });
  const chainId = await chain.getChainId().catch((error: unknown) => {
    throw new Failure(`The RPC of network ${network} does not answer: ${reasonOf(error)}`);
  });
  const isLocal = isLocalChain(chainId);
  const isReal = assetAddress !== undefined;

  // Which sections count depends on what is deployed; a section that nobody reads is a mistake.
  const base: SectionName = isReal ? "Protocol" : "Testnet";
  const sections: SectionName[] = isReal
    ? [base, "Lottery", "Circles"]
    : isLocal
      ? [base, "TestnetKit", "Local"]
      : [base, "TestnetKit", "Lottery", "Circles"];
  const fault = faultIn(given, sections);
  if (fault !== undefined) throw new Failure(`${options.parameters ?? ""}: ${fault}`);
  const accounts = await connection.viem.getWalletClients();
  const deployer = accounts[0]?.account.address;
  if (deployer === undefined)
    throw new Failure(`Network ${network} has no account to deploy with.`);

  const source = sourceOf(root);
  if (source.changed) {
    const told = `The contracts' sources ${source.commit === null ? "are in no commit" : `are not as commit ${source.commit.slice(0, 12)} has them`}`;
    if (!isLocal && options["allow-changes"] !== true) {
      throw new Failure(`${told}: commit them first, or give --allow-changes.`);
    }
    process.stdout.write(`${told}.\n`);
  }
  const genesis = await chain.getBlock({ blockNumber: 0n });
  // Local chains and forks come and go: what Ignition remembers of one must never be taken for another of the same number.
  const deploymentId = `${isLocal ? "local" : `chain-${chainId}`}-${genesis.hash.slice(2, 14)}-${name}`;
  const existing = await existingDeployment(output, chain, isLocal);
  if (existing && !existsSync(journalFolder(deploymentId))) {
    throw new Failure(
      `${relative(process.cwd(), output)} is of a deployment on this chain that ended well: give this one a --name of its own${isLocal ? "" : `, or bring back ${relative(root, journalFolder(deploymentId))} to add to it`}.`,
    );
  }

  const asset: Omit<Asset, "address"> =
    assetAddress === undefined ? playMoney(given) : await readAsset(chain, assetAddress);
  const parameters = completed();
  requireAllGiven();
  requireSaneRoles();
  if (assetAddress !== undefined) {
    await requireStrategies(chain, assetAddress, strategies);
    const known = existing?.contracts["Asset"]?.address;
    if (known !== undefined && known.toLowerCase() !== assetAddress.toLowerCase()) {
      throw new Failure(
        `${relative(process.cwd(), output)} is of a deployment over ${known}: give this one a --name of its own.`,
      );
    }
    if (existing === undefined) {
      const seed = parameters.base["seed"] as bigint | number;
      await requireSeed(chain, { ...asset, address: assetAddress }, deployer, BigInt(seed));
    }
  } else if (existing && existing.contracts["YieldSource"] === undefined) {
    throw new Failure(
      `${relative(process.cwd(), output)} is of a deployment over a real asset: give this one a --name of its own.`,
    );
  }
  if (priceFeed !== undefined) {
    await requirePriceFeed(chain, priceFeed);
    const known = existing?.contracts["PriceFeed"]?.address;
    if (known !== undefined && known.toLowerCase() !== priceFeed.toLowerCase()) {
      throw new Failure(
        `${relative(process.cwd(), output)} names the price feed ${known}: change it there and index anew.`,
      );
    }
  }
  for (const section of ["Lottery", "Circles"] as const) {
    const values = parameters[section];
    if (values) await requireCoordinator(chain, section, values);
  }
  await requireGasMoney(chain, deployer);
  await compile();

  const startBlock = await rememberStartBlock(deploymentId, () => chain.getBlockNumber());
  const deployed = await deploy().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    throw new Failure(
      /reconciliation/i.test(text)
        ? `The deployment ${name} was begun with other parameters or other contracts; give the same ones again, or another --name.\n${text}`
        : `The deployment stopped: ${text}\nThe same command goes on where it stopped.`,
    );
  });

  const contracts: Deployment["contracts"] = { ...existing?.contracts };
  for (const [key, { address }] of Object.entries(deployed)) {
    const contract = contractNames[key as keyof typeof contractNames];
    const known = contracts[contract];
    if (known === undefined) contracts[contract] = { address, startBlock };
    else if (known.address.toLowerCase() !== address.toLowerCase()) {
      throw new Failure(
        `${contract} was deployed at ${address}, but ${relative(process.cwd(), output)} has it at ${known.address}.`,
      );
    }
  }
  contracts["Asset"] = {
    ...(contracts["Asset"] ?? { address: deployed.asset.address, startBlock }),
    decimals: asset.decimals,
  };
  const differences: string[] = [];
  for (const contract of OWN_CONTRACTS) {
    const entry = contracts[contract];
    if (entry === undefined || entry.codeHash !== undefined) continue;
    const code = await compiledCodeAt(chain, entry.address, contract);
    if (code === undefined) differences.push(`the code of ${contract} is not what was compiled`);
    else Object.assign(entry, code);
  }
  const head = await chain.getBlock();
  const deployment: Deployment = {
    chainId,
    network,
    genesisHash: genesis.hash,
    ...(isLocal && { block: { number: Number(head.number), hash: head.hash } }),
    source,
    contracts,
  };
  // What was deployed earlier may have been changed since, by those who may.
  if (existing === undefined) {
    differences.push(
      ...(await differencesOf(chain, {
        contracts,
        asset: deployed.asset.address,
        strategies: isReal ? strategies : [contracts["YieldSource"]?.address ?? "0x"],
        vault: parameters.base,
        lottery: parameters.Lottery,
        circles: parameters.Circles,
        startBlock,
      })),
    );
  }
  if (differences.length > 0) {
    throw new Failure(
      `What is on the chain is not what was asked for: ${differences.join("; ")}. Do not use this deployment.`,
    );
  }
  mkdirSync(dirname(output), { recursive: true });
  writeWhole(output, `${JSON.stringify(deployment, null, 2)}\n`);
  if (isLocal) forget(deploymentId);
  await connection.close();

  for (const [contract, { address }] of Object.entries(contracts)) {
    process.stdout.write(`${contract.padEnd(16)} ${address}\n`);
  }
  process.stdout.write(`Written to ${relative(process.cwd(), output)}\n`);

  /** What was given, and the defaults for the rest: nothing is left to a module. */
  function completed() {
    const fromAsset = defaultsFor(asset);
    const holders = isLocal
      ? holdersAmong(accounts.map(({ account }) => account.address))
      : undefined;
    const vaultDefaults: Record<string, unknown> = { ...DEFAULTS, ...fromAsset.vault, ...holders };
    delete vaultDefaults["strategyAbsoluteCap"];
    if (!isReal) vaultDefaults["strategyAbsoluteCap"] = fromAsset.strategyAbsoluteCap;
    const poolDefaults = { ...DEFAULTS, ...fromAsset.lottery };
    const section = (name: SectionName, defaults: Record<string, unknown>) => ({
      ...only(SECTIONS[name], defaults),
      ...given[name],
    });
    return {
      base: section(base, vaultDefaults),
      TestnetKit: section("TestnetKit", { ...DEFAULTS, ...fromAsset.playMoney }),
      Local: section("Local", poolDefaults),
      Lottery: given["Lottery"] && section("Lottery", poolDefaults),
      Circles: given["Circles"] && section("Circles", poolDefaults),
    };
  }

  function requireAllGiven(): void {
    const wanted = {
      [base]: parameters.base,
      Lottery: parameters.Lottery,
      Circles: parameters.Circles,
    };
    for (const [section, values] of Object.entries(wanted)) {
      if (values === undefined) continue;
      const missing = missingFrom(section as SectionName, values);
      if (isReal && section === base && !("strategyAbsoluteCap" in values)) {
        missing.push("strategyAbsoluteCap");
      }
      if (missing.length === 0) continue;
      throw new Failure(
        `The section ${section} needs ${missing.join(", ")}: name them in --parameters (docs/operators.md).`,
      );
    }
  }

  function requireSaneRoles(): void {
    const { adminDelay, curatorDelay } = parameters.base;
    if (Number(adminDelay) >= Number(curatorDelay)) {
      throw new Failure(
        `${base}.adminDelay is ${String(adminDelay)}: it must be below the curatorDelay of ${String(curatorDelay)}, or a stolen curator could not be revoked in time.`,
      );
    }
    if (assetAddress === undefined) return;
    for (const role of Object.keys(ROLES)) {
      const holder = String(parameters.base[role]).toLowerCase();
      const parts = [assetAddress, ...strategies].map((address) => address.toLowerCase());
      if (parts.includes(holder)) {
        throw new Failure(
          `${base}.${role} is the asset or a strategy: name who is to hold the role.`,
        );
      }
    }
  }

  async function deploy() {
    const ignitionOptions = {
      deploymentId,
      displayUi: !isLocal,
      ...(isLocal && { config: { requiredConfirmations: 1, blockPollingInterval: 25 } }),
    };
    const deployerIsAdmin =
      String(parameters.base["admin"]).toLowerCase() === deployer?.toLowerCase();
    const forIgnition = (all: Record<string, unknown>) => all as never;
    const { ignition } = connection;
    const base =
      assetAddress === undefined ? await deployPlayMoney() : await deployReal(assetAddress);
    // Elsewhere lottery and circles need a coordinator of Chainlink's, which the parameters name.
    const vault = base.vault.address;
    const lottery =
      parameters.Lottery &&
      (await ignition.deploy(Lottery, {
        ...ignitionOptions,
        parameters: forIgnition({ Lottery: { ...parameters.Lottery, vault } }),
      }));
    const circles =
      parameters.Circles &&
      (await ignition.deploy(Circles, {
        ...ignitionOptions,
        parameters: forIgnition({ Circles: { ...parameters.Circles, vault } }),
      }));
    return {
      ...base,
      ...lottery,
      ...circles,
      ...(priceFeed && { priceFeed: { address: priceFeed } }),
    };

    async function deployPlayMoney() {
      const { TestnetKit } = parameters;
      const options = {
        ...ignitionOptions,
        parameters: forIgnition({ Testnet: parameters.base, TestnetKit, Local: parameters.Local }),
      };
      if (isLocal) return ignition.deploy(localModule(deployerIsAdmin), options);
      return ignition.deploy(testnetModule(deployerIsAdmin), options);
    }

    async function deployReal(address: Address) {
      const named = Object.fromEntries(
        strategies.map((strategy, index) => [`strategy${index + 1}`, strategy]),
      );
      return ignition.deploy(protocolModule(strategies.length, deployerIsAdmin), {
        ...ignitionOptions,
        parameters: forIgnition({ Protocol: { ...parameters.base, ...named, asset: address } }),
      });
    }
  }
});

async function connect(network: string) {
  try {
    return await hre.network.create(network);
  } catch (error) {
    throw new Failure(`Network ${network} cannot be used: ${reasonOf(error)}`);
  }
}

/** Otherwise the first transaction says that it cannot be signed, if one is lucky. */
async function requirePrivateKeys(network: string): Promise<void> {
  const accounts = hre.config.networks[network]?.accounts;
  if (!Array.isArray(accounts)) return;
  for (const account of accounts) {
    if (!("get" in account)) continue;
    // One that is not there is named when the network is connected to.
    const key = await account.get().catch(() => undefined);
    if (key === undefined) return;
    if (PRIVATE_KEY.test(key)) continue;
    throw new Failure(
      `The key of network ${network} (DEPLOYER_PRIVATE_KEY) is no private key: it must be 0x and 64 hex digits.`,
    );
  }
}

function addressOption(name: string, value: string): Address;
function addressOption(name: string, value: string | undefined): Address | undefined;
function addressOption(name: string, value: string | undefined): Address | undefined {
  if (value === undefined || isAddress(value)) return value;
  throw new Failure(
    `${name} is "${value}": it must be an address, 0x and 40 hex digits with a right checksum.`,
  );
}

async function readParameters(file: string): Promise<Parameters> {
  if (!existsSync(file)) throw new Failure(`There is no parameter file ${file}.`);
  try {
    return await readDeploymentParameters(file);
  } catch (error) {
    throw new Failure(`${file} does not hold Ignition parameters: ${reasonOf(error)}`);
  }
}

/** The deployment that the file tells of, when it is on this chain; a local chain that is no more is no hindrance. */
async function existingDeployment(
  file: string,
  chain: PublicClient,
  isLocal: boolean,
): Promise<Deployment | undefined> {
  if (!existsSync(file)) return undefined;
  const shown = relative(process.cwd(), file);
  let deployment: Deployment;
  try {
    deployment = parseDeployment(JSON.parse(readFileSync(file, "utf8")), shown);
  } catch (error) {
    throw new Failure(`${shown} cannot be added to: ${reasonOf(error)}`);
  }
  const isHere =
    deployment.chainId === (await chain.getChainId()) && (await isOnChain(deployment, chain));
  if (!isHere) {
    if (isLocal && isLocalChain(deployment.chainId)) return undefined;
    throw new Failure(`${shown} is of another chain: give this deployment a --name of its own.`);
  }
  for (const [contract, { address }] of Object.entries(deployment.contracts)) {
    if ((await chain.getCode({ address })) !== undefined) continue;
    throw new Failure(
      `${shown} has ${contract} at ${address}, where this chain has no code (is it a fork?): give this deployment a --name of its own.`,
    );
  }
  return deployment;
}

/** What play money will be, as the parameters say. */
function playMoney(given: Parameters): Omit<Asset, "address"> {
  const { name, symbol, decimals } = { ...DEFAULTS, ...given["TestnetKit"] };
  return { name, symbol, decimals };
}

/** Of `values` those that `section` knows. */
function only(section: object, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in section));
}

/** The block before the first transaction, also for a deployment that goes on after an interruption. */
async function rememberStartBlock(
  deploymentId: string,
  head: () => Promise<bigint>,
): Promise<number> {
  const file = startBlockFile(deploymentId);
  if (existsSync(file)) {
    const block = Number(readFileSync(file, "utf8"));
    if (Number.isSafeInteger(block) && block >= 0) return block;
    throw new Failure(`${relative(root, file)} is damaged: it must hold a block's number.`);
  }
  const block = Number(await head());
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, String(block));
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
