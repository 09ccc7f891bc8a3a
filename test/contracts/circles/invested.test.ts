import { describe, expect, it } from "vitest";
import { DAY, is, mood, usd } from "../world.ts";
import {
  CIRCLE,
  type CirclesWorld,
  circlesWorld,
  fullCollateral,
  ORDER,
  runningWorld,
  STATE,
  type Terms,
} from "./circles.ts";

const FULL = fullCollateral(3);

/** The vault's money is in its strategies, and each loses so much of it. */
async function lose(world: CirclesWorld, percent: bigint): Promise<void> {
  const { vault, first, second, asset } = world;
  await vault.write.rebalance();
  for (const strategy of [first, second]) {
    await strategy.write.lose([
      ((await asset.read.balanceOf([strategy.address])) * percent) / 100n,
    ]);
  }
}

/** A running circle with its collateral in the vault, where others have money too. */
async function investedWorld(changes: Partial<Terms> = {}): Promise<CirclesWorld> {
  const world = await runningWorld({ invested: true, ...changes });
  await world.vault.write.deposit([usd("1000"), world.ana.address], { account: world.ana });
  await world.vault.write.rebalance();
  return world;
}

/** The last place of an invested circle is free, and the vault has lost half since the others joined. */
async function fallenWorld(changes: Partial<Terms> = {}): Promise<CirclesWorld> {
  const world = await circlesWorld();
  await world.create({ invested: true, ...changes });
  await world.join(world.beto);
  await lose(world, 50n);
  return world;
}

const worthOf = async ({ vault }: CirclesWorld, shares: bigint) =>
  vault.read.convertToAssets([shares]);

describe("Collateral in the vault, before the first round", () => {
  it("is valued for all at once: who is short tops up, and nobody gains by having joined earlier", async () => {
    const world = await fallenWorld();
    const { circles, ana, beto, carla, join, assertions, now, member, balanceOf } = world;
    await join(carla);
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.full);
    const missing = await circles.read.shortageOf([CIRCLE, ana.address]);
    expect(missing).toBeGreaterThan(usd("100"));
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.start([CIRCLE]),
      circles,
      "CollateralShort",
      [CIRCLE, is(ana), missing],
    );
    for (const account of [ana, beto]) {
      const owed = await circles.read.shortageOf([CIRCLE, account.address]);
      await circles.write.restoreCollateral([CIRCLE, account.address, usd("1000")], { account });
      expect((await member(account)).collateral).toBe(owed);
    }
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.restoreCollateral([CIRCLE, carla.address, 1n], { account: carla }),
      circles,
      "NothingToPay",
      [CIRCLE, is(carla)],
    );
    await circles.write.start([CIRCLE]);
    const [started] = await circles.getEvents.CircleStarted();
    expect(started?.args.start).toBe((await now()) + BigInt(DAY));
    // Nobody ever pays. Carla, who joined last, loses nothing but penalties to others, and every pot is full.
    for (let round = 0; round < 3; round++) {
      await world.settle();
      const [completed] = await circles.getEvents.RoundCompleted();
      expect(completed?.args.missing).toBe(0n);
    }
    await circles.write.claim([CIRCLE, carla.address, 0n], { account: carla });
    expect(await balanceOf(carla)).toBeGreaterThan(usd("1010000") - usd("30"));
  });

  it("strikes out in time who did not make up for it; their places can be taken, and nothing of theirs is lost", async () => {
    const world = await fallenWorld();
    const { circles, ana, beto, carla, join, networkHelpers, member, assertions } = world;
    await join(carla);
    const { deadline } = await circles.read.admissionOf([CIRCLE]);
    await circles.write.restoreCollateral([CIRCLE, beto.address, usd("1000")], { account: beto });
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.abort([CIRCLE]),
      circles,
      "TooEarlyToAbort",
      [CIRCLE, BigInt(deadline)],
    );
    const before = await member(ana);
    await networkHelpers.time.increaseTo(deadline + 1);
    await circles.write.abort([CIRCLE]);
    const struckOut = await circles.getEvents.MemberStruckOut();
    expect(struckOut).toHaveLength(1);
    expect(struckOut[0]?.args).toMatchObject({
      claimableAfter: 0n,
      claimableSharesAfter: before.shares,
      memberCountAfter: 2n,
    });
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.forming);
    expect(await circles.read.claimableOf([CIRCLE, ana.address])).toEqual([0n, before.shares]);
    await join(ana);
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.running);
    await circles.write.claim([CIRCLE, ana.address, 0n], { account: ana });
    expect((await member(ana)).claimableShares).toBe(0n);
    expect(await worthOf(world, (await member(ana)).shares)).toBeGreaterThanOrEqual(FULL);
  });

  it("asks nothing of who was struck out: what is theirs pays no round of the others", async () => {
    const world = await fallenWorld();
    const { asset, circles, ana, beto, carla, keeper, join, networkHelpers, member } = world;
    await join(carla);
    const { deadline } = await circles.read.admissionOf([CIRCLE]);
    await circles.write.restoreCollateral([CIRCLE, beto.address, usd("1000")], { account: beto });
    const { shares } = await member(ana);
    await networkHelpers.time.increaseTo(deadline + 1);
    await circles.write.abort([CIRCLE]);
    // somebody else takes the place, and nobody ever pays
    await asset.write.mint([keeper.address, usd("10000")]);
    await asset.write.approve([circles.address, usd("10000")], { account: keeper });
    await join(keeper);
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.running);
    for (let round = 0; round < 3; round++) await world.settle();
    expect(await circles.read.claimableOf([CIRCLE, ana.address])).toEqual([0n, shares]);
    const before = await world.vault.read.balanceOf([ana.address]);
    await circles.write.claim([CIRCLE, ana.address, 0n], { account: ana });
    expect((await member(ana)).claimableShares).toBe(0n);
    expect(await world.vault.read.balanceOf([ana.address])).toBeGreaterThanOrEqual(before);
  });

  it("ends a full circle that is not ready when nobody may join any more", async () => {
    const world = await fallenWorld();
    const { circles, carla, join, networkHelpers } = world;
    const { joinBy } = await circles.read.admissionOf([CIRCLE]);
    await networkHelpers.time.setNextBlockTimestamp(joinBy);
    await join(carla);
    const { deadline } = await circles.read.admissionOf([CIRCLE]);
    await networkHelpers.time.increaseTo(deadline + 1);
    await circles.write.abort([CIRCLE]);
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.aborted);
    await circles.write.claim([CIRCLE, carla.address, 0n], { account: carla });
  });

  it("is valued when the order is asked for, and not while a strategy cannot be read", async () => {
    const world = await fallenWorld({ order: ORDER.random });
    const { circles, first, ana, beto, carla, join, assertions } = world;
    await join(carla);
    const ask = () => circles.write.requestOrder([CIRCLE], { value: 10n ** 17n });
    await assertions.revertWithCustomErrorWithArgs(ask(), circles, "CollateralShort", [
      CIRCLE,
      is(ana),
      await circles.read.shortageOf([CIRCLE, ana.address]),
    ]);
    for (const account of [ana, beto]) {
      await circles.write.restoreCollateral([CIRCLE, account.address, usd("1000")], { account });
    }
    await first.write.setMood([mood("RevertsOnReading")]);
    await assertions.revertWithCustomErrorWithArgs(ask(), circles, "PriceUncertain", [CIRCLE]);
    await first.write.setMood([mood("Good")]);
    await ask();
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.requested);
  });
});

describe("RotatingPools.divest", () => {
  it("turns a member's own collateral into plain money, alone and in any state, and the vault cannot touch it then", async () => {
    const world = await circlesWorld();
    const { circles, vault, ana, beto, carla, create, join, member, settle } = world;
    await vault.write.deposit([usd("1000"), ana.address], { account: ana });
    const divest = (account: typeof ana, shares = 2n ** 128n) =>
      circles.write.divest([CIRCLE, shares, 0n], { account });
    await create({ invested: true, order: ORDER.random });
    const half = (await member(ana)).shares / 2n;
    await divest(ana, half);
    expect((await member(ana)).collateral).toBe(FULL / 2n);
    await join(beto);
    await join(carla);
    await divest(ana);
    await circles.write.requestOrder([CIRCLE], { value: 10n ** 17n });
    await divest(beto);
    await world.networkHelpers.mine(3);
    await (await world.answer()).send();
    await circles.write.start([CIRCLE]);
    await divest(carla);
    const [divested] = await circles.getEvents.CollateralDivested();
    expect(divested?.args).toMatchObject({
      assets: FULL,
      collateralAfter: FULL,
      sharesAfter: 0n,
      circleCashAfter: 3n * FULL,
      circleSharesAfter: 0n,
    });
    await lose(world, 100n);
    // Nobody ever pays, and the vault is empty.
    for (let round = 0; round < 3; round++) {
      await settle();
      const [completed] = await circles.getEvents.RoundCompleted();
      expect(completed?.args.missing).toBe(0n);
    }
  });

  it("goes on in default, when a round waits, and when all is over; and gives no less than the member accepts", async () => {
    const world = await investedWorld();
    const { circles, ana, beto, pay, settle, member, assertions } = world;
    await pay(ana);
    await settle();
    expect((await member(beto)).defaulted).toBe(true);
    const { shares } = await member(beto);
    const assets = await worthOf(world, shares);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.divest([CIRCLE, shares, assets + 1n], { account: beto }),
      circles,
      "TooFewAssets",
      [assets, assets + 1n],
    );
    await circles.write.divest([CIRCLE, shares, assets], { account: beto });
    expect((await member(beto)).collateral).toBe(assets);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.divest([CIRCLE, shares, 0n], { account: beto }),
      circles,
      "NothingToClaim",
      [CIRCLE, is(beto)],
    );
    await settle();
    await settle();
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.completed);
    await circles.write.divest([CIRCLE, 2n ** 128n, 0n], { account: ana });
    expect((await member(ana)).shares).toBe(0n);
  });
});

describe("A default while a strategy cannot be read", () => {
  it("waits until it can, and pays in full: nobody is paid in shares for more than they are worth", async () => {
    const world = await investedWorld();
    const { circles, first, ana, beto, carla, pay, toRoundsEnd, member, assertions } = world;
    await pay(ana);
    await pay(beto);
    await first.write.setMood([mood("RevertsOnReading")]);
    await toRoundsEnd();
    const { start } = await circles.read.circleOf([CIRCLE]);
    const until = BigInt(start + 30 * DAY + 7 * DAY);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.settle([CIRCLE, 1n]),
      circles,
      "SettlementWaits",
      [CIRCLE, 0n, until],
    );
    // Who has not paid is not paid meanwhile, and can pay; who has paid is not kept waiting.
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.claim([CIRCLE, carla.address, 0n], { account: carla }),
      circles,
      "PayDueFirst",
      [CIRCLE, is(carla), 0n],
    );
    expect(await circles.read.claimableOf([CIRCLE, carla.address])).toEqual([0n, 0n]);
    await circles.write.contribute([CIRCLE, ana.address, 1n, usd("100"), 0n], { account: ana });
    await first.write.setMood([mood("Good")]);
    await circles.write.settle([CIRCLE, 1n]);
    expect(await worthOf(world, (await member(ana)).claimableShares)).toBe(usd("110"));
  });

  it("needs no waiting where money pays: what somebody can claim, has paid late, or has divested", async () => {
    const world = await investedWorld();
    const { circles, first, ana, beto, carla, pay, toRoundsEnd, member } = world;
    await circles.write.divest([CIRCLE, 2n ** 128n, 0n], { account: carla });
    await first.write.setMood([mood("RevertsOnReading")]);
    await pay(ana);
    await toRoundsEnd();
    // Late, and better than never.
    await circles.write.contribute([CIRCLE, beto.address, 0n, usd("100"), usd("10")], {
      account: beto,
    });
    await circles.write.settle([CIRCLE, 1n]);
    expect((await member(ana)).claimable).toBe(usd("320"));
    expect((await member(beto)).defaulted).toBe(false);
  });

  it("goes on after half a period or a week, for what shares are certainly worth", async () => {
    const world = await investedWorld();
    const { circles, vault, first, ana, beto, carla, pay, toRoundsEnd, member, wait } = world;
    await pay(ana);
    await pay(beto);
    const whole = await vault.read.sharePrice();
    await first.write.setMood([mood("RevertsOnReading")]);
    await toRoundsEnd();
    await wait(7 * DAY);
    const [certain] = await vault.read.certainPrice();
    const { shares: collateral } = await member(carla);
    await circles.write.settle([CIRCLE, 1n]);
    const { claimableShares } = await member(ana);
    // What is owed at that price, or all that there is.
    const owed = (usd("100") * certain.shares) / certain.assets;
    // Of all that there is, what is not worth a unit stays.
    const all = collateral - certain.shares / certain.assets - 1n;
    expect(claimableShares).toBeGreaterThanOrEqual(owed < all ? owed : all);
    expect(certain.assets * whole.shares).toBeLessThanOrEqual(whole.assets * certain.shares);
  });
});

describe("After a loss of the vault", () => {
  it("contributions come before penalties: the last pot is not short while penalties are paid", async () => {
    const world = await circlesWorld({ savers: 5 });
    const { circles, vault, members, create, join, settle } = world;
    const [ana] = members;
    if (!ana) throw new Error("nobody saves");
    const collateral = usd("480");
    await create({ members: 5, penaltyBps: 2_000, collateral, invested: true });
    await vault.write.deposit([usd("1000"), ana.address], { account: ana });
    for (const account of members.slice(1)) await join(account);
    await lose(world, 10n);
    for (let round = 0; round < 5; round++) {
      await settle();
      const [completed] = await circles.getEvents.RoundCompleted();
      expect(completed?.args.missing).toBe(0n);
    }
  });

  it("what came out of others' collateral is free at once, and does not refill one's own", async () => {
    const world = await investedWorld();
    const { circles, vault, ana, settle, member } = world;
    await lose(world, 20n);
    await settle();
    const { claimableShares, shares } = await member(ana);
    expect(await worthOf(world, claimableShares)).toBeGreaterThanOrEqual(usd("200"));
    expect(await circles.read.claimableOf([CIRCLE, ana.address])).toEqual([0n, claimableShares]);
    await circles.write.claimAsShares([CIRCLE, ana.address], { account: ana });
    expect((await member(ana)).shares).toBe(shares);
    expect(await vault.read.balanceOf([ana.address])).toBeGreaterThanOrEqual(claimableShares);
  });

  it("what can be claimed is paid, to the unit, whatever is owed and however prices are", async () => {
    const world = await investedWorld({ open: false, collateral: usd("70") });
    const { circles, ana, beto, carla, settle, earn, balanceOf } = world;
    for (let round = 0; round < 3; round++) {
      await settle();
      await earn("3.333333");
      for (const account of [ana, beto, carla]) {
        const [cash, shares] = await circles.read.claimableOf([CIRCLE, account.address]);
        const worth = await worthOf(world, shares);
        const before = await balanceOf(account);
        const snapshot = await world.networkHelpers.takeSnapshot();
        const claim = circles.write.claim([CIRCLE, account.address, cash + worth], { account });
        if (cash + shares === 0n) await claim.catch(() => undefined);
        else await claim;
        expect((await balanceOf(account)) - before).toBe(cash + worth);
        await snapshot.restore();
      }
    }
  });
});
