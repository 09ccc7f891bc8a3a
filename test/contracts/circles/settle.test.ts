import { describe, expect, it } from "vitest";
import { is, DAY, UINT256_MAX, usd } from "../world.ts";
import {
  CIRCLE,
  circlesWorld,
  fullCollateral,
  invitationFor,
  runningWorld,
  STATE,
  TRUSTED,
} from "./circles.ts";

describe("RotatingPools.settle", () => {
  it("gives each member the pot once, and everybody their collateral back in the end", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, balanceOf, member } = world;
    for (const recipient of [ana, beto, carla]) {
      for (const account of [ana, beto, carla]) await pay(account);
      await settle();
      expect((await member(recipient)).claimable).toBe(usd("300"));
      await circles.write.claim([CIRCLE, recipient.address, 0n], { account: recipient });
    }
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.completed);
    for (const account of [ana, beto]) {
      await circles.write.claim([CIRCLE, account.address, 0n], { account });
    }
    for (const account of [ana, beto, carla]) expect(await balanceOf(account)).toBe(usd("1010000"));
    expect(await circles.read.holdingsOf([CIRCLE])).toEqual([0n, 0n]);
  });

  it("says what each round brought, and when the last is done", async () => {
    const { circles, ana, beto, carla, pay, settle } = await runningWorld();
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    const [payout] = await circles.getEvents.PayoutExecuted();
    expect(payout?.args).toMatchObject({ circleId: CIRCLE, round: 0n });
    expect(payout?.args.payout).toEqual({
      cash: usd("300"),
      shares: 0n,
      assets: usd("300"),
      penalties: 0n,
      discount: 0n,
      arrears: 0n,
      own: 0n,
      missing: 0n,
      claimableAfter: usd("300"),
      claimableSharesAfter: 0n,
      paidAfter: usd("100"),
    });
    const [completed] = await circles.getEvents.RoundCompleted();
    expect(completed?.args).toMatchObject({ collected: usd("300"), missing: 0n, roundsLeft: 2n });
    const [started] = await circles.getEvents.RoundStarted();
    const { start } = await circles.read.circleOf([CIRCLE]);
    expect(started?.args).toMatchObject({ round: 1n, start: BigInt(start + 30 * DAY) });
    await settle();
    await settle();
    const [over] = await circles.getEvents.CircleCompleted();
    expect(over?.args).toMatchObject({ circleCash: usd("960"), circleShares: 0n });
  });

  it("waits for the end of the grace, then takes as many rounds as asked for, by anybody", async () => {
    const { circles, keeper, assertions, toRoundsEnd, networkHelpers } = await runningWorld();
    const { start } = await circles.read.circleOf([CIRCLE]);
    await toRoundsEnd(10);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.settle([CIRCLE, 1n], { account: keeper }),
      circles,
      "RoundRunning",
      [CIRCLE, 0n, BigInt(start + 30 * DAY)],
    );
    await networkHelpers.time.increaseTo(start + 90 * DAY);
    const { result } = await circles.simulate.settle([CIRCLE, 2n], {
      account: keeper.address,
    });
    expect(result).toBe(2n);
    await circles.write.settle([CIRCLE, 2n], { account: keeper });
    expect((await circles.read.circleOf([CIRCLE])).settled).toBe(2);
    await circles.write.settle([CIRCLE, UINT256_MAX], { account: keeper });
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.settle([CIRCLE, 1n]),
      circles,
      "WrongState",
      [CIRCLE, STATE.completed, STATE.running],
    );
  });

  it("fills every pot from collateral when nobody ever pays, and nothing is left", async () => {
    for (const invested of [false, true]) {
      const world = await runningWorld({ invested });
      const { circles, ana, beto, carla, settle, balanceOf } = world;
      for (let round = 0; round < 3; round++) {
        await settle();
        const [completed] = await circles.getEvents.RoundCompleted();
        expect(completed?.args.missing).toBe(0n);
      }
      let together = 0n;
      for (const account of [ana, beto, carla]) {
        await circles.write.claim([CIRCLE, account.address, 0n], { account });
        together += await balanceOf(account);
      }
      expect(together).toBe(3n * usd("1010000"));
      expect(await circles.read.holdingsOf([CIRCLE])).toEqual([0n, 0n]);
    }
  });

  it("flags who has not paid, takes their collateral with the penalty, and passes their turn on", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, member } = world;
    await pay(ana);
    await pay(carla);
    await settle();
    const [defaulted] = await circles.getEvents.MemberDefaulted();
    expect(defaulted?.args).toMatchObject({
      round: 0n,
      missing: usd("100"),
      covered: usd("100"),
      arrearsAfter: 0n,
    });
    const [slashed] = await circles.getEvents.CollateralSlashed();
    expect(slashed?.args.slash).toEqual({
      assets: usd("100"),
      penalty: usd("10"),
      cash: usd("110"),
      shares: 0n,
      paidAfter: usd("100"),
      collateralAfter: fullCollateral(3) - usd("110"),
      sharesAfter: 0n,
      usedAfter: usd("100"),
    });
    expect((await member(ana)).claimable).toBe(usd("310"));
    expect((await member(ana)).collateral).toBe(fullCollateral(3));
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    expect((await member(carla)).served).toBe(true);
    expect((await member(beto)).served).toBe(false);
    await settle();
    expect((await member(beto)).served).toBe(true);
  });

  it("takes a member's own missing contribution to their round from their pot", async () => {
    const { circles, ana, beto, carla, pay, settle, member } = await runningWorld();
    await pay(ana, "30");
    await pay(beto);
    await pay(carla);
    await settle();
    const [payout] = await circles.getEvents.PayoutExecuted();
    expect(payout?.args.payout).toMatchObject({ cash: usd("230"), own: usd("70"), missing: 0n });
    expect(await member(ana)).toMatchObject({ defaulted: false, paid: usd("100") });
  });

  it("leaves the last pot short by a unit where each collateral is short by a unit", async () => {
    const collateral = usd("200") - 1n;
    const world = await runningWorld({ ...TRUSTED, collateral, penaltyBps: 0 });
    const { circles, ana, beto, carla, pay, settle, member } = world;
    await settle();
    await circles.write.claim([CIRCLE, ana.address, 0n], { account: ana });
    for (let round = 0; round < 2; round++) {
      for (const account of [beto, carla]) await pay(account);
      await settle();
    }
    // Two contributions, and Ana's as far as her collateral goes.
    expect((await member(carla)).claimable).toBe(usd("300") - 1n);
    expect(await circles.read.dueOf([CIRCLE, ana.address])).toEqual([1n, 0n, 0n]);
  });

  it("uses what lies unclaimed before any collateral", async () => {
    const { circles, ana, beto, carla, pay, settle, member } = await runningWorld();
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    await pay(beto);
    await pay(carla);
    await settle();
    const [used] = await circles.getEvents.ClaimableUsed();
    expect(used?.args).toMatchObject({
      round: 1n,
      assets: usd("100"),
      shares: 0n,
      paidAfter: usd("200"),
      claimableAfter: usd("200"),
    });
    expect(await member(ana)).toMatchObject({ defaulted: false, collateral: fullCollateral(3) });
  });

  it("makes the pot smaller in a trusted circle, and a late payment reaches whom it was missing", async () => {
    const { circles, ana, beto, carla, pay, settle, member } = await runningWorld(TRUSTED);
    await pay(ana);
    await pay(beto);
    await settle();
    expect((await member(ana)).claimable).toBe(usd("200"));
    const [completed] = await circles.getEvents.RoundCompleted();
    expect(completed?.args).toMatchObject({ collected: usd("200"), missing: usd("100") });
    await pay(carla, "100");
    expect((await member(ana)).claimable).toBe(usd("310"));
    expect((await member(carla)).defaulted).toBe(false);
  });

  it("takes from a late pot first what its member owes to earlier ones", async () => {
    const world = await runningWorld(TRUSTED);
    const { circles, ana, beto, carla, pay, settle, member } = world;
    for (const account of [ana, beto]) await pay(account);
    await settle();
    for (const account of [ana, beto]) await pay(account);
    await settle();
    for (const account of [ana, beto]) await pay(account);
    await settle();
    const [payout] = await circles.getEvents.PayoutExecuted();
    expect(payout?.args.payout).toMatchObject({ arrears: usd("200"), own: usd("100"), cash: 0n });
    // Carla never paid and never got anything; Ana and Beto have what they paid in.
    expect((await member(carla)).claimable).toBe(0n);
    for (const account of [ana, beto]) expect((await member(account)).claimable).toBe(usd("300"));
  });

  it("bears a vault's loss where the money was: rounds stay whole, collateral is worth less", async () => {
    const world = await runningWorld({ invested: true });
    const { circles, vault, first, second, ana, beto, carla, pay, settle, member, balanceOf } =
      world;
    await vault.write.rebalance();
    for (const strategy of [first, second]) {
      await strategy.write.lose([(await world.asset.read.balanceOf([strategy.address])) / 10n]);
    }
    for (const recipient of [ana, beto, carla]) {
      for (const account of [ana, beto, carla]) await pay(account);
      await settle();
      expect((await member(recipient)).claimable).toBe(usd("300"));
      await circles.write.claim([CIRCLE, recipient.address, 0n], { account: recipient });
    }
    for (const account of [ana, beto]) {
      await circles.write.claim([CIRCLE, account.address, 0n], { account });
    }
    const lost = usd("1010000") - (await balanceOf(ana));
    expect(lost).toBeGreaterThan(usd("20"));
    expect(lost).toBeLessThan(usd("22"));
    expect(await balanceOf(beto)).toBe(await balanceOf(ana));
  });
});

describe("RotatingPools.claim", () => {
  it("takes out collateral as it is no longer needed, and what it earned", async () => {
    const world = await runningWorld({ invested: true });
    const { circles, vault, ana, beto, carla, pay, settle, earn, member } = world;
    await vault.write.rebalance();
    await earn("66");
    for (const account of [ana, beto, carla]) await pay(account);
    // 220 of collateral, and 22 of yield that is free at once.
    const [cash, shares] = await circles.read.claimableOf([CIRCLE, carla.address]);
    expect(cash).toBe(0n);
    const assets = await vault.read.convertToAssets([shares]);
    expect(assets).toBeGreaterThan(usd("21.9"));
    expect(assets).toBeLessThanOrEqual(usd("22"));
    await circles.write.claim([CIRCLE, carla.address, assets], { account: carla });
    const [claimed] = await circles.getEvents.PayoutClaimed();
    expect(claimed?.args.claim).toMatchObject({ cash: 0n, shares, assets });
    for (let round = 0; round < 2; round++) {
      await settle();
      for (const account of [ana, beto, carla]) await pay(account);
    }
    // One round is left, and it is paid.
    const before = (await member(carla)).shares;
    await circles.write.claimAsShares([CIRCLE, carla.address], { account: carla });
    expect((await member(carla)).shares).toBe(0n);
    expect(await vault.read.balanceOf([carla.address])).toBe(before);
  });

  it("pays first what the member owes, and may be asked to by anybody", async () => {
    const world = await runningWorld(TRUSTED);
    const { circles, ana, beto, keeper, pay, settle, member, assertions } = world;
    // Beto alone pays. Ana takes the first pot and goes; Carla's pot pays Ana for the first round.
    await pay(beto);
    await settle();
    await circles.write.claim([CIRCLE, ana.address, 0n], { account: ana });
    await pay(beto);
    await settle();
    await pay(beto);
    await settle();
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.completed);
    expect((await member(ana)).claimable).toBe(usd("100"));
    // That is Beto's, whom Ana owes.
    expect(await circles.read.claimableOf([CIRCLE, ana.address])).toEqual([0n, 0n]);
    const { result } = await circles.simulate.claim([CIRCLE, ana.address, 0n], {
      account: ana.address,
    });
    expect(result).toBe(0n);
    await circles.write.collectArrears([CIRCLE, ana.address], { account: keeper });
    expect((await member(ana)).claimable).toBe(0n);
    expect((await member(beto)).claimable).toBe(usd("200"));
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.collectArrears([CIRCLE, ana.address], { account: keeper }),
      circles,
      "NothingToPay",
      [CIRCLE, is(ana)],
    );
  });

  it("pays nobody while they owe, and one call collects all that there is", async () => {
    const world = await circlesWorld({ savers: 5 });
    const { circles, members, create, pay, settle, member } = world;
    const [, beto, carla, dora, elsa] = members;
    if (!beto || !carla || !dora || !elsa) throw new Error("too few savers");
    await create({ ...TRUSTED, members: 5 });
    for (const account of members.slice(1)) {
      await circles.write.joinWithInvitation(await invitationFor(world, account), { account });
    }
    // Dora never pays. The others pay three rounds and claim; then only Beto pays, and Carla when all is over.
    for (const recipient of members.slice(0, 3)) {
      for (const account of members) if (account !== dora) await pay(account);
      await settle();
      await circles.write.claim([CIRCLE, recipient.address, 0n], { account: recipient });
    }
    await settle();
    await pay(beto, "500");
    await settle();
    await pay(carla, "500");
    const [owed] = await circles.read.dueOf([CIRCLE, dora.address]);
    const { claimable } = await member(dora);
    expect(owed).toBeGreaterThan(0n);
    expect(claimable).toBeGreaterThan(0n);
    const free = claimable > owed ? claimable - owed : 0n;
    expect(await circles.read.claimableOf([CIRCLE, dora.address])).toEqual([free, 0n]);
    await circles.write.collectArrears([CIRCLE, dora.address]);
    expect((await member(dora)).claimable).toBe(free);
    const [left] = await circles.read.dueOf([CIRCLE, dora.address]);
    expect(left).toBe(owed - (claimable - free));
  });

  it("gives the collateral's own money as it is needed no more, and the pot beside it", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, balanceOf } = world;
    const claimAsShares = async (account: typeof ana) => {
      const before = await balanceOf(account);
      const { result } = await circles.simulate.claimAsShares([CIRCLE, account.address], {
        account: account.address,
      });
      await circles.write.claimAsShares([CIRCLE, account.address], { account });
      expect((await balanceOf(account)) - before).toBe(result[0]);
      return result;
    };
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    // 110 of the collateral are for each of the two rounds that are left.
    expect(await claimAsShares(ana)).toEqual([usd("300"), 0n]);
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    expect(await claimAsShares(ana)).toEqual([usd("110"), 0n]);
  });

  it("has nothing for strangers, nor before the first round", async () => {
    const { circles, ana, keeper, create } = await circlesWorld();
    await create();
    for (const account of [ana, keeper]) {
      expect(await circles.read.claimableOf([CIRCLE, account.address])).toEqual([0n, 0n]);
    }
  });

  it("pays no less than the member accepts, and not twice, and members only", async () => {
    const { circles, ana, beto, carla, keeper, pay, settle, assertions } = await runningWorld();
    for (const account of [ana, beto, carla]) await pay(account);
    await settle();
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.claim([CIRCLE, ana.address, usd("300") + 1n], { account: ana }),
      circles,
      "TooFewAssets",
      [usd("300"), usd("300") + 1n],
    );
    await circles.write.claim([CIRCLE, beto.address, usd("300")], { account: ana });
    for (const [account, error] of [
      [ana, "NothingToClaim"],
      [keeper, "NotMember"],
    ] as const) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.claim([CIRCLE, account.address, 0n], { account }),
        circles,
        error,
        [CIRCLE, is(account)],
      );
    }
  });

  it("of others goes on when somebody can neither pay nor be paid", async () => {
    const world = await circlesWorld();
    const { circles, asset, ana, beto, carla, create, join, pay, settle, member } = world;
    await create();
    await join(beto);
    await join(carla);
    await asset.write.approve([circles.address, 0n], { account: carla });
    for (const recipient of [ana, beto]) {
      for (const account of [ana, beto]) await pay(account);
      await settle();
      expect((await member(recipient)).served).toBe(true);
      await circles.write.claim([CIRCLE, recipient.address, 0n], { account: recipient });
    }
  });
});
