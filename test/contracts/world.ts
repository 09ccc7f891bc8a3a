import hre from "hardhat";
import type { Address } from "viem";
import { parseUnits } from "viem";

export const UINT128_MAX = 2n ** 128n - 1n;
export const UINT256_MAX = 2n ** 256n - 1n;
export const DAY = 24 * 3600;

/** What can go wrong with a MoodyStrategy, in the order of its enum. */
const MOODS = [
  "Good",
  "RevertsOnReading",
  "AnswersShort",
  "AnswersNonsense",
  "BurnsGasOnReading",
  "RevertsOnLimits",
  "RevertsOnWithdrawal",
  "BurnsGasOnWithdrawal",
  "PaysLess",
  "BurnsTooMany",
  "RevertsOnDeposit",
  "KeepsEntryFee",
  "TakesLess",
  "RevertsOnTransfer",
  "RevertsOnEverything",
  "BurnsGasOnEverything",
] as const;

export const mood = (name: (typeof MOODS)[number]) => MOODS.indexOf(name);

/** Whether an address in an event or error is this account's. */
export const is = (account: { address: string }) => (address: string) =>
  address.toLowerCase() === account.address.toLowerCase();

/** So many units of the six-decimals asset. */
export const usd = (amount: string) => parseUnits(amount, 6);

/** The virtual part of the share price: so many shares for the smallest unit of the asset. */
export const VIRTUAL_SHARES = 10n ** 12n;

/** The vault shares that so many units buy in an empty vault. */
export const sharesFor = (amount: string) => usd(amount) * VIRTUAL_SHARES;

/**
 * The protocol over two strategies that can go wrong, on a chain of its own. `roles` may do all that a role may do,
 * without delay; the savers have 10,000 units each and have approved everything.
 */
export async function deployWorld({
  feeBps = 1_000n,
  idleBufferBps = 500n,
  allowBlocksWithSameTimestamp = false,
} = {}) {
  const { viem, networkHelpers } = await hre.network.create({
    override: { allowBlocksWithSameTimestamp },
  });
  const [roles, ana, beto, carla, keeper] = await viem.getWalletClients();
  if (!roles || !ana || !beto || !carla || !keeper)
    throw new Error("the chain has too few accounts");
  const asset = await viem.deployContract("FaucetToken", ["Test USD", "tUSD", 6, usd("1000")]);
  const manager = await viem.deployContract("AccessManager", [roles.account.address]);
  const vault = await viem.deployContract("KhipuVault", [
    asset.address,
    "Khipu Vault Test USD",
    "kvtUSD",
    manager.address,
    roles.account.address,
    BigInt(DAY),
  ]);
  const savings = await viem.deployContract("SavingsPool", [
    vault.address,
    manager.address,
    usd("1"),
    UINT128_MAX,
    UINT128_MAX,
    2_000n,
  ]);
  const treasury = await viem.getContractAt("FeeTreasury", await savings.read.treasury());
  const cooperatives = await viem.deployContract("CooperativePools", [vault.address]);
  const first = await viem.deployContract("MoodyStrategy", [asset.address]);
  const second = await viem.deployContract("MoodyStrategy", [asset.address]);
  await vault.write.setFeeRecipient([treasury.address]);
  await vault.write.raiseFee([feeBps]);
  await vault.write.setIdleBuffer([idleBufferBps]);
  await vault.write.addStrategy([first.address, { absolute: UINT128_MAX, relativeBps: 6_000 }]);
  await vault.write.addStrategy([second.address, { absolute: UINT128_MAX, relativeBps: 10_000 }]);
  for (const { account } of [ana, beto, carla]) {
    await asset.write.mint([account.address, usd("10000")]);
    for (const spender of [vault, savings, cooperatives]) {
      await asset.write.approve([spender.address, UINT256_MAX], { account });
    }
  }

  return {
    asset,
    manager,
    vault,
    savings,
    treasury,
    cooperatives,
    first,
    second,
    viem,
    networkHelpers,
    assertions: viem.assertions,
    roles: roles.account,
    ana: ana.account,
    beto: beto.account,
    carla: carla.account,
    keeper: keeper.account,

    /** A gain of a strategy, booked and fully unlocked, so that savers have yield. */
    earn: async (amount: string) => {
      await asset.write.mint([first.address, usd(amount)]);
      await vault.write.report();
      await networkHelpers.time.increase(DAY);
    },

    wait: async (seconds: number) => {
      await networkHelpers.time.increase(seconds);
    },

    now: async () => BigInt(await networkHelpers.time.latest()),

    balanceOf: (account: { address: Address }) => asset.read.balanceOf([account.address]),
  };
}

export type World = Awaited<ReturnType<typeof deployWorld>>;
