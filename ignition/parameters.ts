import { isAddress, maxUint128, zeroAddress } from "viem";

// Every parameter of a deployment: what it means, what it may be, and whether it can be changed later. The modules take
// their defaults from here, and `npm run deploy` refuses what is not in this table before it sends anything.

const HOUR = 3_600;
const DAY = 24 * HOUR;
const MAX_UINT96 = 2n ** 96n - 1n;

/** What holds when a parameter is not given. Amounts are of an asset with six decimals: see `defaultsFor`. */
export const DEFAULTS = {
  adminDelay: DAY,
  curatorDelay: 3 * DAY,
  vaultName: "Khipu Vault Test USD",
  vaultSymbol: "kvtUSD",
  seed: 1_000_000n,
  feeBps: 1_000,
  idleBufferBps: 500,
  unlockPeriod: DAY,
  minimumDeposit: 1_000_000n,
  perSaverLimit: maxUint128,
  totalLimit: maxUint128,
  referralShareBps: 2_000,
  strategyAbsoluteCap: 10n ** 18n,
  strategyRelativeCapBps: 10_000,
  roundDuration: 7 * DAY,
  answerTime: DAY,
  minimumPurchase: 1_000_000n,
  minimumPrize: 1_000_000n,
  confirmations: 3,
  callbackGas: 100_000,
  nativePayment: true,
  drawFee: 10n ** 16n,
  name: "Test USD",
  symbol: "tUSD",
  decimals: 6,
  dripAmount: 1_000_000_000n,
  // about 5 % a year
  ratePerSecond: 1_585_489_599n,
  price: 100_000_000n,
};

export interface Parameter {
  meaning: string;
  unit: string;
  /** As the documentation shows it; without one the parameter must be given. */
  default?: string;
  /** A number's bounds. */
  from?: bigint;
  to?: bigint;
  /** Who can change it after the deployment, and how. */
  later: string;
}

type Section = Record<string, Parameter>;

const role = (meaning: string): Parameter => ({
  meaning,
  unit: "address",
  later: "the admin's `grantRole` and `revokeRole`",
});

const ASSET_UNITS = "smallest units of the asset";
const NEVER = "never";

const vault: Section = {
  admin: role("gives and takes the roles; the deployer may stay it"),
  curator: role("raises risk, after its delay"),
  guardian: role("lowers risk at once and cancels what the curator has scheduled"),
  allocator: role("steers what neither raises nor lowers risk"),
  treasurer: role("takes the protocol's part of the fee"),
  curatorDelay: {
    meaning:
      "how long what raises risk has to wait; so do a new holder of any role and a function's new role (from five days after the deployment on)",
    unit: "seconds",
    default: "259,200 (3 days)",
    from: BigInt(HOUR),
    to: BigInt(30 * DAY),
    later: "the admin's `grantRole`, `setGrantDelay`, `setTargetAdminDelay`",
  },
  adminDelay: {
    meaning:
      "how long an act of the admin has to wait: less than the curator's, so that a stolen curator is revoked in time",
    unit: "seconds",
    default: "86,400 (1 day)",
    from: 0n,
    to: BigInt(30 * DAY),
    later: "the admin's `grantRole`",
  },
  vaultName: {
    meaning: "name of the vault's shares",
    unit: "text",
    default: "Khipu Vault and the asset's name",
    later: NEVER,
  },
  vaultSymbol: {
    meaning: "symbol of the vault's shares",
    unit: "text",
    default: "kv and the asset's symbol",
    later: NEVER,
  },
  seed: {
    meaning:
      "what the deployer pays into the vault for nobody, so that no first depositor sets the price; play money is minted for it",
    unit: ASSET_UNITS,
    default: "1 whole unit",
    from: 1n,
    to: maxUint128,
    later: NEVER,
  },
  feeBps: {
    meaning: "performance fee on new profit",
    unit: "basis points",
    default: "1,000",
    from: 0n,
    to: 2_000n,
    later: "the curator's `raiseFee`, the allocator's `lowerFee`",
  },
  idleBufferBps: {
    meaning: "part of the assets that is left idle for withdrawals",
    unit: "basis points",
    default: "500",
    from: 0n,
    to: 10_000n,
    later: "the allocator's `setIdleBuffer`",
  },
  unlockPeriod: {
    meaning: "over how long booked profit is released",
    unit: "seconds",
    default: "86,400 (1 day)",
    from: 1n,
    to: BigInt(30 * DAY),
    later: NEVER,
  },
  minimumDeposit: {
    meaning: "smallest deposit of a saver",
    unit: ASSET_UNITS,
    default: "1 whole unit",
    from: 0n,
    to: maxUint128,
    later: NEVER,
  },
  perSaverLimit: {
    meaning: "most principal that a deposit may take a saver to",
    unit: ASSET_UNITS,
    default: "none",
    from: 0n,
    to: maxUint128,
    later: "the curator's `raiseLimits`, the guardian's `lowerLimits`",
  },
  totalLimit: {
    meaning: "most principal that a deposit may take all savers to",
    unit: ASSET_UNITS,
    default: "none",
    from: 0n,
    to: maxUint128,
    later: "the curator's `raiseLimits`, the guardian's `lowerLimits`",
  },
  referralShareBps: {
    meaning: "part of the fee that a referrer earns",
    unit: "basis points",
    default: "2,000",
    from: 0n,
    to: 10_000n,
    later: NEVER,
  },
  strategyAbsoluteCap: {
    meaning:
      "most that each of the first strategies may hold; a strategy that fails takes no more than that",
    unit: ASSET_UNITS,
    default: "10^12 whole units of play money; must be given for a real asset",
    from: 1n,
    to: maxUint128 - 1n,
    later: "the curator's `raiseCaps`, the guardian's `lowerCaps`",
  },
  strategyRelativeCapBps: {
    meaning: "most that each of the first strategies may hold, as a part of all assets",
    unit: "basis points",
    default: "10,000",
    from: 1n,
    to: 10_000n,
    later: "the curator's `raiseCaps`, the guardian's `lowerCaps`",
  },
};

const answerTime: Section = {
  answerTime: {
    meaning: "how long an answer may take; after that there is no draw",
    unit: "seconds",
    default: "86,400 (1 day)",
    from: 60n,
    to: BigInt(30 * DAY),
    later: NEVER,
  },
};

const randomness: Section = {
  confirmations: {
    meaning: "after how many blocks the coordinator answers; at least what it asks for itself",
    unit: "blocks",
    default: "3",
    from: 0n,
    to: 200n,
    later: NEVER,
  },
  callbackGas: {
    meaning: "gas for the answer; at most what the coordinator allows",
    unit: "gas",
    default: "100,000",
    from: 70_000n,
    to: 2_500_000n,
    later: NEVER,
  },
  nativePayment: {
    meaning: "whether answers are paid in the chain's coin (`true`) or in LINK (`false`)",
    unit: "true or false",
    default: "true",
    later: NEVER,
  },
  ...answerTime,
};

const coordinator: Section = {
  coordinator: { meaning: "Chainlink's VRF v2.5 coordinator", unit: "address", later: NEVER },
  keyHash: { meaning: "the coordinator's key to use", unit: "hash", later: NEVER },
};

const lottery: Section = {
  roundDuration: {
    meaning: "how long a round takes at least",
    unit: "seconds",
    default: "604,800 (7 days)",
    from: 60n,
    to: BigInt(365 * DAY),
    later: NEVER,
  },
  minimumPurchase: {
    meaning: "smallest purchase of tickets",
    unit: ASSET_UNITS,
    default: "1 whole unit",
    from: 1n,
    to: MAX_UINT96,
    later: NEVER,
  },
  minimumPrize: {
    meaning: "smallest prize that is drawn; a smaller one rolls over",
    unit: ASSET_UNITS,
    default: "1 whole unit",
    from: 0n,
    to: maxUint128,
    later: NEVER,
  },
};

const circles: Section = {
  drawFee: {
    meaning:
      "what whoever asks for a circle's order pays into the subscription; above what an answer costs at the key's highest gas price",
    unit: "wei",
    default: "0.01 coins",
    from: 1n,
    to: maxUint128,
    later: NEVER,
  },
};

const kit: Section = {
  name: { meaning: "name of the play money", unit: "text", default: "Test USD", later: NEVER },
  symbol: { meaning: "its symbol", unit: "text", default: "tUSD", later: NEVER },
  decimals: {
    meaning: "its decimals",
    unit: "decimals",
    default: "6",
    from: 0n,
    to: 18n,
    later: NEVER,
  },
  dripAmount: {
    meaning: "what its faucet gives at once",
    unit: ASSET_UNITS,
    default: "1,000 whole units",
    from: 1n,
    to: maxUint128,
    later: NEVER,
  },
  ratePerSecond: {
    meaning: "what the play yield source earns in a second",
    unit: "10^-18",
    default: "1,585,489,599 (about 5 % a year)",
    from: 0n,
    to: 10n ** 18n,
    later: "anybody's `setRate`",
  },
};

const price: Section = {
  price: {
    meaning: "what the local play money is worth",
    unit: "10^-8 US dollars",
    default: "100,000,000",
    from: 1n,
    to: 10n ** 18n,
    later: "anybody's `setPrice`",
  },
};

/** The sections of a parameter file: each is an Ignition module's. */
export const SECTIONS = {
  Protocol: vault,
  Testnet: vault,
  TestnetKit: kit,
  Lottery: { ...coordinator, ...randomness, ...lottery },
  Circles: { ...coordinator, ...randomness, ...circles },
  Local: { ...randomness, ...lottery, ...circles, ...price },
} as const satisfies Record<string, Section>;

export type SectionName = keyof typeof SECTIONS;

export type Parameters = Partial<Record<string, Record<string, unknown>>>;

/** What of the defaults depends on the asset. */
export function defaultsFor(asset: { name: string; symbol: string; decimals: number }) {
  const unit = 10n ** BigInt(asset.decimals);
  return {
    vault: {
      vaultName: `Khipu Vault ${asset.name}`,
      vaultSymbol: `kv${asset.symbol}`,
      seed: unit,
      minimumDeposit: unit,
    },
    lottery: { minimumPurchase: unit, minimumPrize: unit },
    playMoney: { dripAmount: 1_000n * unit },
    strategyAbsoluteCap: 10n ** 12n * unit,
  };
}

/** The first thing that is wrong with a file's parameters, as a sentence; `used` are the sections that this deployment reads. */
export function faultIn(given: unknown, used: readonly SectionName[]): string | undefined {
  if (!isRecord(given)) return "The parameters must be an object with a section for each module.";
  for (const [section, values] of Object.entries(given)) {
    if (!used.includes(section as SectionName)) {
      return `There is no section "${section}" in this deployment. There are: ${used.join(", ")}.`;
    }
    const known: Section = SECTIONS[section as SectionName];
    if (!isRecord(values)) return `${section} must be an object with parameters.`;
    for (const [name, value] of Object.entries(values)) {
      const parameter = known[name];
      if (parameter === undefined) {
        return `There is no parameter ${section}.${name}. There are: ${Object.keys(known).join(", ")}.`;
      }
      const fault = faultOf(parameter, value);
      if (fault !== undefined) return `${section}.${name} is ${shown(value)}: it must be ${fault}.`;
    }
  }
  return undefined;
}

/** The parameters of a section that have no default and are not given. */
export function missingFrom(section: SectionName, values: Record<string, unknown> = {}): string[] {
  return Object.entries<Parameter>(SECTIONS[section])
    .filter(([name, parameter]) => parameter.default === undefined && !(name in values))
    .map(([name]) => name);
}

function faultOf({ unit, from, to }: Parameter, value: unknown): string | undefined {
  if (unit === "address") {
    if (typeof value === "string" && isAddress(value) && value !== zeroAddress) return undefined;
    return "an address, 0x and 40 hex digits with a right checksum, and not zero";
  }
  if (unit === "hash") {
    if (typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value)) return undefined;
    return "0x and 64 hex digits";
  }
  if (unit === "text") {
    if (typeof value === "string" && value.trim() === value && value !== "" && value.length <= 64)
      return undefined;
    return "text of 1 to 64 characters, without spaces around it";
  }
  if (unit === "true or false") return typeof value === "boolean" ? undefined : unit;
  const bounds = `a whole number from ${from ?? 0n} to ${to ?? 0n} (${unit}), above 2^53 as text with an n behind it`;
  if (typeof value !== "bigint" && !Number.isSafeInteger(value)) return bounds;
  const number = BigInt(value as bigint | number);
  return number >= (from ?? 0n) && number <= (to ?? 0n) ? undefined : bounds;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}
