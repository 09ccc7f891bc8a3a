import type { Address } from "viem";
import { parseEther } from "viem";
import { deployChainlink } from "../chainlink.ts";
import { deployWorld, UINT256_MAX, usd } from "../world.ts";

export const WEEK = 7 * 24 * 3600;
export const ANSWER_TIME = 24 * 3600;

/** The order of ILotteryPool.State. */
export const STATE = {
  unknown: 0,
  open: 1,
  closed: 2,
  requested: 3,
  answered: 4,
  drawn: 5,
  rolledOver: 6,
} as const;

/** The order of ILotteryPool.Reason. */
export const REASON = { nothingToWin: 0, nobodyToWin: 1, noAnswer: 2, woundDown: 3 } as const;

export const TIERS = [
  { winners: 1, shareBps: 7_000 },
  { winners: 3, shareBps: 3_000 },
];

interface Options {
  tiers?: { winners: number; shareBps: number }[];
  minimumPrize?: bigint;
  /** Whether the subscription has money. */
  funded?: boolean;
  /** Whether the oracle is paid in the chain's own coin, or else in LINK. */
  nativePayment?: boolean;
  answerTime?: number;
}

/** The lottery over the vault of `deployWorld` without fee, and Chainlink's own coordinator with an oracle's key. */
export async function lotteryWorld({
  tiers = TIERS,
  minimumPrize = usd("1"),
  funded = true,
  nativePayment = true,
  answerTime = ANSWER_TIME,
}: Options = {}) {
  const world = await deployWorld({ feeBps: 0n });
  const { viem, vault, asset, networkHelpers } = world;
  const { coordinator, vrf, answer } = await deployChainlink(world);
  const lottery = await viem.deployContract("LotteryPool", [
    vault.address,
    { roundDuration: WEEK, answerTime, minimumPurchase: usd("1"), minimumPrize },
    tiers,
    { ...vrf, nativePayment },
  ]);
  const subscription = await lottery.read.subscription();
  if (funded) {
    await coordinator.write.fundSubscriptionWithNative([subscription], { value: parseEther("10") });
  }
  for (const account of [world.ana, world.beto, world.carla]) {
    await asset.write.approve([lottery.address, UINT256_MAX], { account });
  }
  const client = await viem.getPublicClient();

  const buy = async (account: { address: Address }, amount: string) => {
    await lottery.write.buyTickets([usd(amount), account.address, 0n], {
      account: account.address,
    });
    return lottery.read.entryCount();
  };

  const close = async () => {
    const round = await lottery.read.roundOf([await lottery.read.currentRound()]);
    const due = round.start + WEEK;
    if ((await networkHelpers.time.latest()) < due) await networkHelpers.time.increaseTo(due);
    await lottery.write.closeRound();
  };

  return {
    ...world,
    client,
    lottery,
    coordinator,
    subscription,
    buy,
    answer,
    close,

    /** Closes the round, asks, and has Chainlink answer. */
    async closeAndAnswer() {
      await close();
      await lottery.write.requestDraw();
      await networkHelpers.mine(vrf.confirmations);
      await (await answer()).send();
    },

    /** So many rounds are closed and rolled over without an answer, as many as it takes to wind down by default. */
    async passUnanswered(rounds?: number) {
      const all = rounds ?? Number(await lottery.read.roundsToWindDown());
      for (let round = 0; round < all; round++) {
        await close();
        await networkHelpers.time.increase(answerTime + 1);
        await lottery.write.rollOver();
      }
    },

    /** The yield of so much is booked and released. */
    async earnAtWork(amount: string) {
      await vault.write.rebalance();
      await world.earn(amount);
    },
  };
}

export type LotteryWorld = Awaited<ReturnType<typeof lotteryWorld>>;
