import hre from "hardhat";
import {
  type Abi,
  type AbiParameter,
  encodeFunctionData,
  type Hex,
  toFunctionSelector,
} from "viem";
import { describe, expect, it } from "vitest";
import {
  cooperativePoolsAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  rotatingPoolsAbi,
  savingsPoolAbi,
} from "../../protocol/abis.generated.ts";
import { keyHashOf } from "../../protocol/vrf.ts";
import { DAY, UINT128_MAX, UINT256_MAX, usd } from "./world.ts";

const REFUSED = toFunctionSelector("ReentrancyGuardReentrantCall()");

const ORACLE = [1n, 2n] as const;

/** Everything over a token that calls whoever its tokens come from, with a contract that makes use of it. */
async function callbackWorld() {
  const { viem, networkHelpers } = await hre.network.create();
  const asset = await viem.deployContract("CallbackToken");
  const attacker = await viem.deployContract("Reentrant", [asset.address]);
  const manager = await viem.deployContract("AccessManager", [attacker.address]);
  const vault = await viem.deployContract("KhipuVault", [
    asset.address,
    "Vault",
    "V",
    manager.address,
    attacker.address,
    BigInt(DAY),
  ]);
  const savings = await viem.deployContract("SavingsPool", [
    vault.address,
    manager.address,
    1n,
    UINT128_MAX,
    UINT128_MAX,
    0n,
  ]);
  const cooperatives = await viem.deployContract("CooperativePools", [vault.address]);
  const hashes = await viem.deployContract("BlockhashStore");
  const coordinator = await viem.deployContract("VRFCoordinatorV2_5", [hashes.address]);
  await coordinator.write.setConfig([3, 2_500_000, 86_400, 33_285, 10n ** 15n, 0, 0, 24, 20]);
  await coordinator.write.registerProvingKey([ORACLE, 10n ** 12n]);
  const vrf = {
    coordinator: coordinator.address,
    keyHash: keyHashOf(ORACLE),
    confirmations: 3,
    callbackGas: 100_000,
    nativePayment: true,
  };
  const lottery = await viem.deployContract("LotteryPool", [
    vault.address,
    { roundDuration: 7 * DAY, answerTime: DAY, minimumPurchase: 1n, minimumPrize: 1n },
    [{ winners: 1, shareBps: 10_000 }],
    vrf,
  ]);
  const forming = await viem.deployContract("CircleForming");
  const settlement = await viem.deployContract("RoundSettlement");
  const circles = await viem.deployContract(
    "RotatingPools",
    [vault.address, vrf, 10n ** 16n, BigInt(DAY)],
    { libraries: { CircleForming: forming.address, RoundSettlement: settlement.address } },
  );
  await asset.write.mint([attacker.address, usd("1000000")]);
  for (const spender of [vault, savings, cooperatives, lottery, circles]) {
    const data = encodeFunctionData({
      abi: asset.abi,
      functionName: "approve",
      args: [spender.address, UINT256_MAX],
    });
    await attacker.write.act([asset.address, data]);
  }
  const untouched = await networkHelpers.takeSnapshot();
  return { attacker, vault, savings, cooperatives, lottery, circles, untouched, networkHelpers };
}

describe("While a token calls back", () => {
  it("the vault can be entered by no door that moves money", async () => {
    const world = await callbackWorld();
    const { attacker, vault } = world;
    const deposit = encodeFunctionData({
      abi: khipuVaultAbi,
      functionName: "deposit",
      args: [usd("1"), attacker.address],
    });
    expect(await doorsOpenDuring(deposit, world, vault.address, khipuVaultAbi)).toEqual([
      "approve",
      // these four the vault only takes from itself
      "drainFrom",
      "drawFrom",
      "handOver",
      "multicall",
      "setAuthority",
      "supplyTo",
      "transfer",
      "transferFrom",
      "usePermit",
    ]);
  });

  it("the savings pool can be entered by no door that moves money", async () => {
    const world = await callbackWorld();
    const { attacker, savings } = world;
    const deposit = encodeFunctionData({
      abi: savingsPoolAbi,
      functionName: "deposit",
      args: [usd("1"), attacker.address, 0n],
    });
    expect(await doorsOpenDuring(deposit, world, savings.address, savingsPoolAbi)).toEqual([
      "lowerLimits",
      "multicall",
      "raiseLimits",
      "setAuthority",
      "usePermit",
    ]);
  });

  it("the cooperative pools can be entered by no door that moves money", async () => {
    const world = await callbackWorld();
    const { cooperatives } = world;
    const create = encodeFunctionData({
      abi: cooperativePoolsAbi,
      functionName: "createPool",
      args: [
        { name: "Pool", minimum: 1n, maximum: usd("1000"), maxMembers: 9, open: true },
        usd("1"),
        0n,
      ],
    });
    expect(await doorsOpenDuring(create, world, cooperatives.address, cooperativePoolsAbi)).toEqual(
      ["closePool", "multicall", "revokeInvitations", "usePermit"],
    );
  });

  it("the books of savings and cooperatives, which are written after the money has moved, tell nothing", async () => {
    const world = await callbackWorld();
    const { attacker, savings, cooperatives } = world;
    const deposit = encodeFunctionData({
      abi: savingsPoolAbi,
      functionName: "deposit",
      args: [usd("1"), attacker.address, 0n],
    });
    expect(await viewsRefusedDuring(deposit, world, savings.address, savingsPoolAbi)).toEqual([
      "maxDeposit",
      "positionOf",
      "referralReserve",
      "totals",
    ]);
    const create = encodeFunctionData({
      abi: cooperativePoolsAbi,
      functionName: "createPool",
      args: [
        { name: "Pool", minimum: 1n, maximum: usd("1000"), maxMembers: 9, open: true },
        usd("1"),
        0n,
      ],
    });
    expect(
      await viewsRefusedDuring(create, world, cooperatives.address, cooperativePoolsAbi),
    ).toEqual(["isMember", "maxContribution", "poolOf", "positionOf", "totalsOf"]);
  });

  it("the lottery can be entered by no door that moves money", async () => {
    const world = await callbackWorld();
    const { attacker, lottery } = world;
    const buy = encodeFunctionData({
      abi: lotteryPoolAbi,
      functionName: "buyTickets",
      args: [usd("1"), attacker.address, 0n],
    });
    expect(await doorsOpenDuring(buy, world, lottery.address, lotteryPoolAbi)).toEqual([
      "multicall",
      // only from the coordinator, and only stored
      "rawFulfillRandomWords",
      "usePermit",
    ]);
  });

  it("the circles can be entered by no door that moves money", async () => {
    const world = await callbackWorld();
    const { circles, networkHelpers } = world;
    const terms = {
      name: "Circle",
      contribution: 1_000n,
      collateral: 1_000n,
      period: DAY,
      joinBy: (await networkHelpers.time.latest()) + DAY,
      bidDeposit: 0n,
      grace: 0,
      penaltyBps: 0,
      members: 2,
      open: true,
      invested: false,
      order: 0,
    };
    const create = encodeFunctionData({
      abi: rotatingPoolsAbi,
      functionName: "createCircle",
      args: [terms, true],
    });
    expect(await doorsOpenDuring(create, world, circles.address, rotatingPoolsAbi)).toEqual([
      "multicall",
      // only from the coordinator, and only stored
      "rawFulfillRandomWords",
      "revokeInvitations",
      "usePermit",
    ]);
  });
});

type World = Awaited<ReturnType<typeof callbackWorld>>;

/** The functions that did something else than refuse to be called in the middle of `outer`. */
async function doorsOpenDuring(outer: Hex, world: Doors, target: Hex, abi: Abi) {
  const refusals = await refusalsDuring(outer, world, target, abi, ["nonpayable", "payable"]);
  return [...refusals].flatMap(([name, refusal]) => (refusal === REFUSED ? [] : [name])).sort();
}

/** The views that refused to be asked in the middle of `outer`. */
async function viewsRefusedDuring(outer: Hex, world: Doors, target: Hex, abi: Abi) {
  const refusals = await refusalsDuring(outer, world, target, abi, ["view"]);
  return [...refusals].flatMap(([name, refusal]) => (refusal === REFUSED ? [name] : [])).sort();
}

type Doors = Pick<World, "attacker" | "untouched">;

async function refusalsDuring(
  outer: Hex,
  { attacker, untouched }: Doors,
  target: Hex,
  abi: Abi,
  kinds: string[],
) {
  const refusals = new Map<string, Hex>();
  for (const door of abi) {
    if (door.type !== "function" || !kinds.includes(door.stateMutability)) continue;
    await untouched.restore();
    const inner = encodeFunctionData({ abi: [door], args: door.inputs.map(someOf) });
    await attacker.write.actTwice([target, outer, inner]);
    expect(await attacker.read.attempts(), "the token did not call").toBeGreaterThan(0n);
    const refusal = await attacker.read.refusal();
    if (refusals.get(door.name) === undefined || refusal !== REFUSED)
      refusals.set(door.name, refusal);
  }
  return refusals;
}

/** Some value of a type; the guard comes before anybody looks at it. Limits of the highest number forbid nothing. */
function someOf(parameter: AbiParameter): unknown {
  const { type } = parameter;
  if (type.endsWith("[]")) return [];
  if (type === "tuple" && "components" in parameter) return parameter.components.map(someOf);
  if (type === "address") return `0x${"00".repeat(20)}`;
  if (type === "bool") return false;
  if (type === "string") return "";
  if (type === "bytes") return "0x";
  if (type.startsWith("bytes")) return `0x${"00".repeat(Number(type.slice(5)))}`;
  const bits = Number(type.replace(/^u?int/, ""));
  return bits <= 48 ? 2 ** bits - 1 : 2n ** BigInt(bits) - 1n;
}
