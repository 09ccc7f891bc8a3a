import type { Address, Hex } from "viem";
import { parseEther } from "viem";
import { circleState } from "../../../protocol/circle.ts";
import { deployChainlink } from "../chainlink.ts";
import { DAY, deployWorld, UINT256_MAX, usd, type World } from "../world.ts";

export const CIRCLE = 1n;
export const PERIOD = 27 * DAY;
export const GRACE = 3 * DAY;
export const ROUND = PERIOD + GRACE;
export const ANSWER_TIME = DAY;
export const DRAW_FEE = parseEther("0.01");

/** The numbers of IRotatingPools.Order, State and Reason. */
export const ORDER = { joining: 0, random: 1, bids: 2 } as const;
export const STATE = circleState;
export const REASON = { notFilled: 0, noAnswer: 1, notReady: 2 } as const;

/** All that one of `members` could owe to others, with a contribution of 100 and a penalty of a tenth. */
export const fullCollateral = (members: number) => BigInt(members - 1) * usd("110");

/** A collateralised circle of three: 100 a round, in 27 days and 3 more, a tenth for being late, without the vault. */
export const TERMS = {
  name: "Junta de la cuadra",
  contribution: usd("100"),
  collateral: fullCollateral(3),
  period: PERIOD,
  joinBy: 0,
  bidDeposit: 0n,
  grace: GRACE,
  penaltyBps: 1_000,
  members: 3,
  open: true,
  invested: false,
  order: ORDER.joining as number,
};

export type Terms = typeof TERMS;

/** By invitation, without collateral. */
export const TRUSTED = { collateral: 0n, open: false };
export const BY_BIDS = { order: ORDER.bids, bidDeposit: usd("200") };

/** Circles over a vault, with the libraries that they are linked to. */
export async function deployCircles(
  { viem }: World,
  vault: Address,
  vrf: Awaited<ReturnType<typeof deployChainlink>>["vrf"],
  { drawFee = DRAW_FEE, answerTime = ANSWER_TIME, nativePayment = true } = {},
) {
  const forming = await viem.deployContract("CircleForming");
  const settlement = await viem.deployContract("RoundSettlement");
  return viem.deployContract(
    "RotatingPools",
    [vault, { ...vrf, nativePayment }, drawFee, BigInt(answerTime)],
    {
      libraries: {
        "project/contracts/circles/CircleForming.sol:CircleForming": forming.address,
        "project/contracts/circles/RoundSettlement.sol:RoundSettlement": settlement.address,
      },
    },
  );
}

/** The protocol without a fee, the circles, and Chainlink's own coordinator with an oracle's key. */
export async function circlesWorld({ savers = 3 } = {}) {
  const world = await deployWorld({ feeBps: 0n });
  const { viem, vault, asset, networkHelpers } = world;
  const { coordinator, vrf, answer } = await deployChainlink(world);
  const circles = await deployCircles(world, vault.address, vrf);
  const subscription = await circles.read.subscription();
  await coordinator.write.fundSubscriptionWithNative([subscription], { value: parseEther("10") });
  const client = await viem.getPublicClient();

  // Ana, Beto and Carla are the first of them.
  const wallets = await viem.getWalletClients();
  const people = wallets.slice(1, 4).concat(wallets.slice(5, 2 + savers));
  const members = people.slice(0, savers).map(({ account }) => account);
  for (const account of members) {
    await asset.write.mint([account.address, usd("1000000")]);
    await asset.write.approve([circles.address, UINT256_MAX], { account });
  }

  const terms = async (changes: Partial<Terms> = {}) => ({
    ...TERMS,
    joinBy: Number(await world.now()) + 7 * DAY,
    ...changes,
  });

  const now = world.now;

  const runningRound = async (circleId = CIRCLE) => {
    const { start, members } = await circles.read.circleOf([circleId]);
    const round = Math.floor((Number(await now()) + 1 - start) / ROUND);
    return BigInt(Math.max(0, Math.min(members - 1, round)));
  };

  return {
    ...world,
    answer,
    circles,
    coordinator,
    subscription,
    client,
    members,
    terms,
    vrf,

    /** Ana creates a circle and is in it. */
    create: async (changes: Partial<Terms> = {}) => {
      await circles.write.createCircle([await terms(changes), true], { account: world.ana });
      return circles.read.circleCount();
    },

    join: async (account: { address: Address }, circleId = CIRCLE) =>
      circles.write.join([circleId, await circles.read.termsHashOf([circleId])], {
        account: account.address,
      }),

    /** Pays what is due, for oneself. */
    pay: async (account: { address: Address }, amount = "100", circleId = CIRCLE) =>
      circles.write.contribute(
        [circleId, account.address, await runningRound(circleId), usd(amount), UINT256_MAX],
        { account: account.address },
      ),

    /** The round that runs by the clock, settled or not. */
    runningRound,

    /** Pays so much for rounds up to the last. */
    payAhead: (account: { address: Address }, amount: string, circleId = CIRCLE) =>
      circles.write.contribute([circleId, account.address, 2n, usd(amount), UINT256_MAX], {
        account: account.address,
      }),

    /** To the moment at which the running round can be settled, and less. */
    toRoundsEnd: async (secondsBefore = 0, circleId = CIRCLE) => {
      const { start, settled } = await circles.read.circleOf([circleId]);
      const end = start + (settled + 1) * ROUND - secondsBefore;
      if ((await now()) < BigInt(end)) await networkHelpers.time.increaseTo(end);
    },

    settle: async (circleId = CIRCLE) => {
      const { start, settled } = await circles.read.circleOf([circleId]);
      const end = start + (settled + 1) * ROUND;
      if ((await now()) < BigInt(end)) await networkHelpers.time.increaseTo(end);
      return circles.write.settle([circleId, 1n]);
    },

    member: (account: { address: Address }, circleId = CIRCLE) =>
      circles.read.memberOf([circleId, account.address]),

    gasOf: async (hash: Promise<Hex> | Hex) =>
      Number((await client.waitForTransactionReceipt({ hash: await hash })).gasUsed),
  };
}

export type CirclesWorld = Awaited<ReturnType<typeof circlesWorld>>;

/** Ana, Beto and Carla are in a circle that runs, in this order. */
export async function runningWorld(changes: Partial<Terms> = {}): Promise<CirclesWorld> {
  const world = await circlesWorld();
  const { circles, ana, beto, carla, create, join } = world;
  await create(changes);
  for (const account of [beto, carla]) {
    if (changes.open === false) {
      await circles.write.joinWithInvitation(await invitationFor(world, account), { account });
    } else await join(account);
  }
  if ((await circles.read.admissionOf([CIRCLE])).creator.toLowerCase() !== ana.address) {
    throw new Error("the circle is not Ana's");
  }
  return world;
}

/** What `joinWithInvitation` takes for somebody whom Ana has invited. */
export async function invitationFor(
  { circles, viem, ana }: CirclesWorld,
  invitee: { address: Address },
  { circleId = CIRCLE, epoch = 0, deadline = 10_000_000_000n, by = ana } = {},
) {
  const wallet = await viem.getWalletClient(by.address);
  const client = await viem.getPublicClient();
  const signature = await wallet.signTypedData({
    domain: {
      name: "RotatingPools",
      version: "1",
      chainId: await client.getChainId(),
      verifyingContract: circles.address,
    },
    types: {
      Invitation: [
        { name: "circleId", type: "uint256" },
        { name: "invitee", type: "address" },
        { name: "epoch", type: "uint32" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Invitation",
    message: { circleId, invitee: invitee.address, epoch, deadline },
  });
  const termsHash = await circles.read.termsHashOf([circleId]);
  return [circleId, termsHash, deadline, signature] as const;
}
