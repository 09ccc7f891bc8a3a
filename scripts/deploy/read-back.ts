import hre from "hardhat";
import {
  type Abi,
  type Address,
  type Hex,
  keccak256,
  type PublicClient,
  parseEventLogs,
} from "viem";
import { functionRoles, ROLES } from "../../ignition/modules/roles.ts";
import {
  accessManagerAbi,
  cooperativePoolsAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  rotatingPoolsAbi,
  savingsPoolAbi,
} from "../../protocol/abis.generated.ts";
import { inStretches, type Stretch } from "../block-stretches.ts";

// After the last transaction: what is on the chain, against what was asked for.

const DEAD = "0x000000000000000000000000000000000000dEaD";

type Contracts = Record<string, { address: Address } | undefined>;
type Values = Record<string, unknown>;

export interface Asked {
  contracts: Contracts;
  asset: Address;
  strategies: readonly Address[];
  vault: Values;
  lottery: Values | undefined;
  circles: Values | undefined;
  /** The block before the first transaction. */
  startBlock: number;
}

/** What differs from what was asked for, each in a few words; nothing when all is well. */
export async function differencesOf(chain: PublicClient, asked: Asked): Promise<string[]> {
  const differences: string[] = [];
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (plain(actual) !== plain(expected)) {
      differences.push(`${what} is ${plain(actual)}, not ${plain(expected)}`);
    }
  };
  const at = (name: string): Address => {
    const address = asked.contracts[name]?.address;
    if (address === undefined) throw new Error(`${name} was not deployed`);
    return address;
  };
  const reader =
    (name: string, abi: Abi) =>
    (functionName: string, args: unknown[] = []) =>
      chain.readContract({ address: at(name), abi, functionName, args });
  const expectAll = async (
    name: string,
    abi: Abi,
    expected: Record<string, unknown>,
  ): Promise<void> => {
    const read = reader(name, abi);
    for (const [functionName, value] of Object.entries(expected)) {
      expect(`${name}.${functionName}`, await read(functionName), value);
    }
  };

  const { vault: values, strategies } = asked;
  const vault = at("KhipuVault");
  await expectAll("KhipuVault", khipuVaultAbi, {
    asset: asked.asset,
    authority: at("AccessManager"),
    name: values["vaultName"],
    symbol: values["vaultSymbol"],
    unlockPeriod: values["unlockPeriod"],
    feeBps: values["feeBps"],
    feeRecipient: at("FeeTreasury"),
    idleBufferBps: values["idleBufferBps"],
    supplyOrder: strategies,
  });
  const readVault = reader("KhipuVault", khipuVaultAbi);
  for (const strategy of strategies) {
    const [caps] = (await readVault("capsOf", [strategy])) as [
      { absolute: bigint; relativeBps: number },
    ];
    expect(`the absolute cap of ${strategy}`, caps.absolute, values["strategyAbsoluteCap"]);
    expect(`the relative cap of ${strategy}`, caps.relativeBps, values["strategyRelativeCapBps"]);
  }
  expect(
    "whether the vault is seeded",
    ((await readVault("balanceOf", [DEAD])) as bigint) > 0n,
    true,
  );
  await expectAll("SavingsPool", savingsPoolAbi, {
    vault,
    authority: at("AccessManager"),
    minimumDeposit: values["minimumDeposit"],
    referralShareBps: values["referralShareBps"],
    treasury: at("FeeTreasury"),
    limits: [values["perSaverLimit"], values["totalLimit"]],
  });
  await expectAll("FeeTreasury", feeTreasuryAbi, {
    savingsPool: at("SavingsPool"),
    authority: at("AccessManager"),
  });
  await expectAll("CooperativePools", cooperativePoolsAbi, { vault });
  await expectRoles();
  if (asked.lottery) {
    await expectConsumer("LotteryPool", lotteryPoolAbi, asked.lottery);
    const { roundDuration, answerTime, minimumPurchase, minimumPrize } = asked.lottery;
    const rules = { roundDuration, answerTime, minimumPurchase, minimumPrize };
    await expectAll("LotteryPool", lotteryPoolAbi, { rules });
  }
  if (asked.circles) {
    await expectConsumer("RotatingPools", rotatingPoolsAbi, asked.circles);
    const { drawFee, answerTime } = asked.circles;
    await expectAll("RotatingPools", rotatingPoolsAbi, { drawFee, answerTime });
  }
  return differences;

  async function expectConsumer(name: string, abi: Abi, section: Values): Promise<void> {
    const { coordinator, keyHash, confirmations, callbackGas, nativePayment } = section;
    const vrf = { coordinator, keyHash, confirmations, callbackGas, nativePayment };
    await expectAll(name, abi, { vault, ...vrf });
  }

  /** Nobody but those who were named holds a role, each with its delay, and each function is its role's. */
  async function expectRoles(): Promise<void> {
    const manager = { address: at("AccessManager"), abi: accessManagerAbi } as const;
    const find = async (stretch: Stretch) =>
      parseEventLogs({
        abi: accessManagerAbi,
        logs: await chain.getLogs({ address: manager.address, ...stretch }),
      });
    const logs: Awaited<ReturnType<typeof find>> = [];
    const head = await chain.getBlockNumber({ cacheTime: 0 });
    for await (const { found } of inStretches(BigInt(asked.startBlock), head, find)) {
      logs.push(...found);
    }
    const curatorDelay = Number(values["curatorDelay"]);
    const delays = { admin: Number(values["adminDelay"]), curator: curatorDelay };
    for (const [role, id] of Object.entries(ROLES)) {
      const accounts = new Set(
        logs.flatMap((log) =>
          log.eventName === "RoleGranted" && log.args.roleId === id ? [log.args.account] : [],
        ),
      );
      const members: string[] = [];
      for (const account of accounts) {
        const [isMember, delay] = await chain.readContract({
          ...manager,
          functionName: "hasRole",
          args: [id, account],
        });
        if (isMember) members.push(`${account} after ${delay} s`);
      }
      const delay = role in delays ? delays[role as keyof typeof delays] : 0;
      expect(`the holder of ${role}`, members, [`${String(values[role])} after ${delay} s`]);
      const grantDelay = logs.findLast(
        (log) => log.eventName === "RoleGrantDelayChanged" && log.args.roleId === id,
      );
      expect(
        `the delay of a new ${role}`,
        grantDelay && "delay" in grantDelay.args && grantDelay.args.delay,
        curatorDelay,
      );
    }
    for (const { contract, role, selectors } of functionRoles()) {
      for (const selector of selectors) {
        const args = [at(contract), selector] as const;
        const actual = await chain.readContract({
          ...manager,
          functionName: "getTargetFunctionRole",
          args,
        });
        expect(`the role for ${contract} ${selector}`, actual, ROLES[role]);
      }
    }
    for (const contract of new Set(functionRoles().map((entry) => entry.contract))) {
      const changed = logs.findLast(
        (log) =>
          log.eventName === "TargetAdminDelayUpdated" &&
          log.args.target.toLowerCase() === at(contract).toLowerCase(),
      );
      expect(
        `the delay of new roles in ${contract}`,
        changed && "delay" in changed.args && changed.args.delay,
        curatorDelay,
      );
    }
    const guardian = await chain.readContract({
      ...manager,
      functionName: "getRoleGuardian",
      args: [ROLES.curator],
    });
    expect("the guardian of the curator's role", guardian, ROLES.guardian);
  }
}

export interface Code {
  codeHash: Hex;
  compilerInput: string | undefined;
}

/** The code at an address; undefined when it is not what the sources compile to, immutables and libraries left out. */
export async function compiledCodeAt(
  chain: PublicClient,
  address: Address,
  contract: string,
): Promise<Code | undefined> {
  const artifact = await hre.artifacts.readArtifact(contract);
  const code = await chain.getCode({ address });
  if (code === undefined) return undefined;
  const holes = [
    ...Object.values(artifact.immutableReferences ?? {}).flat(),
    ...Object.values(artifact.deployedLinkReferences).flatMap((byName) =>
      Object.values(byName).flat(),
    ),
  ];
  // A library's code begins with its own address.
  const isLibrary = artifact.deployedBytecode.startsWith("0x73" + "00".repeat(20));
  if (isLibrary) holes.push({ start: 1, length: 20 });
  const blank = (bytes: string) =>
    holes.reduce(
      (text, { start, length }) =>
        text.slice(0, 2 + start * 2) +
        "0".repeat(length * 2) +
        text.slice(2 + (start + length) * 2),
      bytes.toLowerCase(),
    );
  if (blank(code) !== blank(artifact.deployedBytecode)) return undefined;
  return { codeHash: keccak256(code), compilerInput: artifact.buildInfoId };
}

/** Numbers of all kinds, addresses of all spellings and lists alike. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(", ")}]`;
  if (typeof value === "object" && value !== null) return plain(Object.values(value));
  const text = String(value);
  return /^0x[0-9a-fA-F]{40}\b/.test(text) ? text.toLowerCase() : text;
}
