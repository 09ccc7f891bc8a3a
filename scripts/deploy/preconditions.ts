import { type Address, erc20Abi, erc4626Abi, type Hex, parseAbi, type PublicClient } from "viem";
import { Failure } from "../command.ts";

// What has to be so on the chain before the first transaction is sent.

export interface Asset {
  address: Address;
  name: string;
  symbol: string;
  decimals: number;
}

const coordinatorAbi = parseAbi([
  "function s_provingKeys(bytes32) view returns (bool exists, uint64 maxGas)",
  "function s_config() view returns (uint16 minimumRequestConfirmations, uint32 maxGasLimit, bool reentrancyLock, uint32 stalenessSeconds, uint32 gasAfterPaymentCalculation, uint32 fulfillmentFlatFeeNativePPM, uint32 fulfillmentFlatFeeLinkDiscountPPM, uint8 nativePremiumPercentage, uint8 linkPremiumPercentage)",
]);

const feedAbi = parseAbi([
  "function decimals() view returns (uint8)",
  "function latestRoundData() view returns (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn)",
  "function aggregator() view returns (address)",
]);

/** The token to be saved. */
export async function readAsset(chain: PublicClient, address: Address): Promise<Asset> {
  await requireCode(chain, address, "--asset");
  const token = { address, abi: erc20Abi } as const;
  const [name, symbol, decimals] = await Promise.all([
    chain.readContract({ ...token, functionName: "name" }),
    chain.readContract({ ...token, functionName: "symbol" }),
    chain.readContract({ ...token, functionName: "decimals" }),
    chain.readContract({ ...token, functionName: "totalSupply" }),
  ]).catch(() => {
    throw new Failure(`--asset ${address} is no ERC-20 with a name, a symbol and decimals.`);
  });
  if (decimals > 18) {
    throw new Failure(
      `--asset ${address} has ${decimals} decimals: amounts of more than 18 do not fit.`,
    );
  }
  return { address, name, symbol, decimals };
}

/** Strategies must save the asset, and each be named once. */
export async function requireStrategies(
  chain: PublicClient,
  asset: Address,
  strategies: readonly Address[],
): Promise<void> {
  const seen = new Set<string>();
  for (const address of strategies) {
    if (seen.has(address.toLowerCase())) {
      throw new Failure(`--strategy ${address} is named twice.`);
    }
    seen.add(address.toLowerCase());
    await requireCode(chain, address, "--strategy");
    const vault = { address, abi: erc4626Abi } as const;
    const [saved] = await Promise.all([
      chain.readContract({ ...vault, functionName: "asset" }),
      chain.readContract({ ...vault, functionName: "convertToAssets", args: [1n] }),
      chain.readContract({ ...vault, functionName: "maxDeposit", args: [asset] }),
    ]).catch(() => {
      throw new Failure(`--strategy ${address} is no ERC-4626 vault.`);
    });
    if (saved.toLowerCase() !== asset.toLowerCase()) {
      throw new Failure(`--strategy ${address} saves ${saved}, not the asset ${asset}.`);
    }
  }
}

/** The seed is taken from the deployer. */
export async function requireSeed(
  chain: PublicClient,
  asset: Asset,
  deployer: Address,
  seed: bigint,
): Promise<void> {
  const owned = await chain.readContract({
    address: asset.address,
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [deployer],
  });
  if (owned >= seed) return;
  throw new Failure(
    `The deployer ${deployer} has ${owned} of the smallest units of ${asset.symbol}, and the vault's seed is ${seed}: send it some, or set the parameter seed.`,
  );
}

export async function requireGasMoney(chain: PublicClient, deployer: Address): Promise<void> {
  if ((await chain.getBalance({ address: deployer })) > 0n) return;
  throw new Failure(`The deployer ${deployer} has nothing to pay gas with: send it some.`);
}

/** Lottery and circles would never get an answer from a coordinator that is none, or for a key that it does not have. */
export async function requireCoordinator(
  chain: PublicClient,
  section: string,
  values: Record<string, unknown>,
): Promise<void> {
  const address = values["coordinator"] as Address;
  const keyHash = values["keyHash"] as Hex;
  await requireCode(chain, address, `${section}.coordinator`);
  const coordinator = { address, abi: coordinatorAbi } as const;
  const [[exists], [minimumConfirmations, maxGas]] = await Promise.all([
    chain.readContract({ ...coordinator, functionName: "s_provingKeys", args: [keyHash] }),
    chain.readContract({ ...coordinator, functionName: "s_config" }),
  ]).catch(() => {
    throw new Failure(`${section}.coordinator ${address} is no VRF v2.5 coordinator.`);
  });
  if (!exists) {
    throw new Failure(`${section}.keyHash ${keyHash} is no key of the coordinator ${address}.`);
  }
  if (BigInt(values["confirmations"] as number) < BigInt(minimumConfirmations)) {
    throw new Failure(
      `${section}.confirmations is below the ${minimumConfirmations} that the coordinator asks for.`,
    );
  }
  if (BigInt(values["callbackGas"] as number) > BigInt(maxGas)) {
    throw new Failure(`${section}.callbackGas is above the ${maxGas} that the coordinator allows.`);
  }
}

/** A feed must have answered, and be the aggregator itself: the events are the aggregator's. */
export async function requirePriceFeed(chain: PublicClient, address: Address): Promise<void> {
  await requireCode(chain, address, "--price-feed");
  const feed = { address, abi: feedAbi } as const;
  const [, round] = await Promise.all([
    chain.readContract({ ...feed, functionName: "decimals" }),
    chain.readContract({ ...feed, functionName: "latestRoundData" }),
  ]).catch(() => {
    throw new Failure(`--price-feed ${address} is no Chainlink aggregator that has a price.`);
  });
  if (round[1] <= 0n) throw new Failure(`--price-feed ${address} has no price above 0.`);
  const behind = await chain
    .readContract({ ...feed, functionName: "aggregator" })
    .catch(() => undefined);
  if (behind !== undefined) {
    throw new Failure(
      `--price-feed ${address} is a proxy, which emits no prices: name the aggregator behind it, ${behind}.`,
    );
  }
}

async function requireCode(chain: PublicClient, address: Address, what: string): Promise<void> {
  const code = await chain.getCode({ address });
  if (code === undefined) throw new Failure(`${what} ${address} has no code on this chain.`);
}
