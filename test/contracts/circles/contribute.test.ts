import { describe, expect, it } from "vitest";
import { signPermit } from "../permits.ts";
import { is, UINT256_MAX, usd } from "../world.ts";
import {
  CIRCLE,
  circlesWorld,
  deployCircles,
  fullCollateral,
  GRACE,
  runningWorld,
  STATE,
  TRUSTED,
} from "./circles.ts";
import { encodeFunctionData } from "viem";

const NO_PENALTY = 0n;

describe("RotatingPools.contribute", () => {
  it("says what it was for and what everything is then", async () => {
    const { circles, ana, pay } = await runningWorld();
    await pay(ana, "40");
    await pay(ana, "60");
    const [made] = await circles.getEvents.ContributionMade();
    expect(made?.args.contribution).toEqual({
      round: 0n,
      arrears: 0n,
      due: usd("60"),
      ahead: 0n,
      penalty: 0n,
      paidAfter: usd("100"),
      circleCashAfter: usd("100") + 3n * fullCollateral(3),
    });
  });

  it("takes no more than is due, so that nobody can get in the way by paying a little first", async () => {
    const { circles, ana, beto, balanceOf, assertions } = await runningWorld();
    const before = await balanceOf(ana);
    await circles.write.contribute([CIRCLE, ana.address, 0n, 1n, NO_PENALTY], { account: beto });
    await circles.write.contribute([CIRCLE, ana.address, 0n, usd("100"), NO_PENALTY], {
      account: ana,
    });
    expect(before - (await balanceOf(ana))).toBe(usd("100") - 1n);
    for (const assets of [usd("1"), 0n]) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.contribute([CIRCLE, ana.address, 0n, assets, NO_PENALTY], { account: ana }),
        circles,
        "NothingToPay",
        [CIRCLE, is(ana)],
      );
    }
    expect(await circles.read.dueOf([CIRCLE, ana.address])).toEqual([0n, 0n, 0n]);
  });

  it("costs a penalty in the grace, for the one whose turn it is", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, toRoundsEnd, settle, member, assertions } = world;
    await pay(ana);
    await pay(beto, "50");
    await toRoundsEnd(GRACE - 10);
    expect(await circles.read.dueOf([CIRCLE, beto.address])).toEqual([0n, usd("50"), usd("5")]);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.contribute([CIRCLE, beto.address, 0n, usd("50"), usd("5") - 1n], {
        account: beto,
      }),
      circles,
      "PenaltyTooHigh",
      [usd("5"), usd("5") - 1n],
    );
    await pay(beto);
    await pay(carla);
    expect((await circles.read.roundOf([CIRCLE]))[3]).toBe(usd("15"));
    await settle();
    expect((await member(ana)).claimable).toBe(usd("315"));
    expect((await member(beto)).defaulted).toBe(false);
  });

  it("is in time up to the last second of the period", async () => {
    const { circles, ana, toRoundsEnd, networkHelpers } = await runningWorld();
    await toRoundsEnd(GRACE + 100);
    const { start } = await circles.read.circleOf([CIRCLE]);
    await networkHelpers.time.setNextBlockTimestamp(start + 27 * 24 * 3600);
    await circles.write.contribute([CIRCLE, ana.address, 0n, usd("100"), NO_PENALTY], {
      account: ana,
    });
  });

  it("first pays those who were left short, with the penalty, and restores the member", async () => {
    const world = await runningWorld(TRUSTED);
    const { circles, ana, beto, carla, pay, settle, member } = world;
    for (const account of [ana, beto]) await pay(account);
    await settle();
    for (const account of [ana, beto]) await pay(account);
    await settle();
    expect(await circles.read.dueOf([CIRCLE, carla.address])).toEqual([
      usd("200"),
      usd("100"),
      usd("20"),
    ]);
    await pay(carla, "150");
    expect((await member(ana)).claimable).toBe(usd("310"));
    expect((await member(beto)).claimable).toBe(usd("255"));
    expect((await member(carla)).defaulted).toBe(true);
    await pay(carla, "150");
    const paid = await circles.getEvents.ArrearsPaid();
    expect(paid[0]?.args).toMatchObject({
      round: 1n,
      assets: usd("50"),
      cash: usd("55"),
      shares: 0n,
      recipientClaimableAfter: usd("310"),
    });
    expect(await circles.getEvents.MemberRestored()).toHaveLength(1);
    expect(await member(carla)).toMatchObject({ defaulted: false, paid: usd("300") });
  });

  it("settles what is due before, so that who is late cannot slip in first", async () => {
    const { circles, ana, beto, pay, toRoundsEnd, member } = await runningWorld();
    await pay(ana);
    await pay(beto);
    await toRoundsEnd();
    await pay(ana);
    expect(await circles.getEvents.RoundCompleted()).toHaveLength(1);
    expect((await member(ana)).paid).toBe(usd("200"));
  });

  it("can be signed: a permit and the payment in one transaction", async () => {
    const world = await runningWorld();
    const { circles, asset, ana } = world;
    await asset.write.approve([circles.address, 0n], { account: ana });
    const deadline = 10_000_000_000n;
    const { v, r, s } = await signPermit(world, ana, {
      spender: circles.address,
      value: usd("100"),
      deadline,
    });
    const { abi } = circles;
    await circles.write.multicall(
      [
        [
          encodeFunctionData({
            abi,
            functionName: "usePermit",
            args: [usd("100"), deadline, v, r, s],
          }),
          encodeFunctionData({
            abi,
            functionName: "contribute",
            args: [CIRCLE, ana.address, 0n, usd("100"), NO_PENALTY],
          }),
        ],
      ],
      { account: ana },
    );
    expect(await circles.read.dueOf([CIRCLE, ana.address])).toEqual([0n, 0n, 0n]);
  });

  it("is for members of circles that have begun", async () => {
    const { circles, ana, carla, create, assertions } = await circlesWorld();
    await create();
    for (const [account, error, args] of [
      [carla, "NotMember", [CIRCLE, is(carla)]],
      [ana, "NothingToPay", [CIRCLE, is(ana)]],
    ] as const) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.contribute([CIRCLE, account.address, 0n, 1n, NO_PENALTY], { account: ana }),
        circles,
        error,
        [...args],
      );
    }
  });

  it("refuses an asset that keeps a fee, also where the vault is not asked", async () => {
    const world = await circlesWorld();
    const { viem, vrf, manager, roles, ana, terms, assertions } = world;
    const toll = await viem.deployContract("TollToken");
    const vault = await viem.deployContract("KhipuVault", [
      toll.address,
      "Toll",
      "T",
      manager.address,
      roles.address,
      1n,
    ]);
    const tollCircles = await deployCircles(world, vault.address, vrf);
    await toll.write.mint([ana.address, usd("1000")]);
    await toll.write.approve([tollCircles.address, UINT256_MAX], { account: ana });
    const collateral = fullCollateral(3);
    await assertions.revertWithCustomErrorWithArgs(
      tollCircles.write.createCircle([await terms(), true], { account: ana }),
      tollCircles,
      "AssetTookFee",
      [collateral, collateral - collateral / 100n],
    );
  });
});

describe("RotatingPools.contribute for later rounds", () => {
  it("is plain money in any circle, which then needs nobody's hand and fills those pots in money", async () => {
    for (const invested of [false, true]) {
      const world = await runningWorld({ invested });
      const { circles, ana, beto, carla, pay, payAhead, settle, member } = world;
      await payAhead(carla, "1000");
      const [made] = await circles.getEvents.ContributionMade();
      expect(made?.args.contribution).toMatchObject({
        round: 0n,
        due: usd("100"),
        ahead: usd("200"),
        paidAfter: usd("300"),
      });
      for (const recipient of [ana, beto]) {
        for (const account of [ana, beto]) await pay(account);
        await settle();
        expect((await member(recipient)).claimable).toBe(usd("300"));
      }
      for (const account of [ana, beto]) await pay(account);
      await settle();
      expect(await member(carla)).toMatchObject({
        defaulted: false,
        paid: usd("300"),
        claimable: usd("300"),
      });
      expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.completed);
    }
  });

  it("pays the rounds before first, up to the last, while the circle runs", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, payAhead, settle, assertions } = world;
    await payAhead(ana, "250");
    expect(await circles.read.dueOf([CIRCLE, ana.address])).toEqual([0n, 0n, 0n]);
    await payAhead(ana, "250");
    const again = () => payAhead(ana, "0.000001");
    await assertions.revertWithCustomErrorWithArgs(again(), circles, "NothingToPay", [
      CIRCLE,
      is(ana),
    ]);
    for (let round = 0; round < 3; round++) {
      for (const account of [beto, carla]) await pay(account);
      await settle();
    }
    await assertions.revertWithCustomErrorWithArgs(again(), circles, "NothingToPay", [
      CIRCLE,
      is(ana),
    ]);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.contribute([CIRCLE, ana.address, 3n, 1n, NO_PENALTY], { account: ana }),
      circles,
      "RoundUnknown",
      [CIRCLE, 3n],
    );
  });

  it("leaves nobody who paid what was asked in default, whoever paid a unit for them, when the vault falls", async () => {
    const world = await runningWorld({ invested: true });
    const { circles, vault, first, second, asset, ana, beto, carla, keeper } = world;
    const { pay, payAhead, settle, member } = world;
    await asset.write.mint([keeper.address, usd("1")]);
    await asset.write.approve([circles.address, usd("1")], { account: keeper });
    await circles.write.contribute([CIRCLE, beto.address, 1n, usd("100") + 1n, 0n], {
      account: beto,
    });
    await payAhead(carla, "300");
    await vault.write.rebalance();
    for (const strategy of [first, second]) {
      const held = await asset.read.balanceOf([strategy.address]);
      await strategy.write.lose([held / 1_000_000n + 1n]);
    }
    await pay(ana);
    await settle();
    await circles.write.contribute([CIRCLE, beto.address, 1n, 1n, 0n], { account: keeper });
    await pay(ana);
    await pay(beto);
    await settle();
    for (const account of [ana, beto]) await pay(account);
    await settle();
    for (const account of [ana, beto, carla]) {
      expect(await member(account)).toMatchObject({ defaulted: false, used: 0n });
    }
  });

  it("counts for the round it names: late, it pays that one late, and never the next", async () => {
    const world = await runningWorld(TRUSTED);
    const { circles, ana, beto, carla, pay, settle, member, assertions } = world;
    for (const account of [ana, beto]) await pay(account);
    await settle();
    const forTheFirst = (maxPenalty: bigint) =>
      circles.write.contribute([CIRCLE, carla.address, 0n, usd("100"), maxPenalty], {
        account: carla,
      });
    await assertions.revertWithCustomErrorWithArgs(forTheFirst(0n), circles, "PenaltyTooHigh", [
      usd("10"),
      0n,
    ]);
    await forTheFirst(usd("10"));
    expect((await member(ana)).claimable).toBe(usd("310"));
    await assertions.revertWithCustomErrorWithArgs(
      forTheFirst(usd("10")),
      circles,
      "NothingToPay",
      [CIRCLE, is(carla)],
    );
    expect(await circles.read.dueOf([CIRCLE, carla.address])).toEqual([0n, usd("100"), 0n]);
  });

  it("is in time in the last second of a period without a grace", async () => {
    const world = await runningWorld({ grace: 0 });
    const { circles, ana, beto, carla, networkHelpers, member } = world;
    const { start, period } = await circles.read.circleOf([CIRCLE]);
    for (const account of [ana, beto]) {
      await circles.write.contribute([CIRCLE, account.address, 0n, usd("100"), 0n], { account });
    }
    await networkHelpers.time.setNextBlockTimestamp(start + period);
    await circles.write.contribute([CIRCLE, carla.address, 0n, usd("100"), 0n], { account: carla });
    expect(await circles.getEvents.RoundCompleted()).toHaveLength(0);
    await networkHelpers.time.setNextBlockTimestamp(start + period + 1);
    await circles.write.settle([CIRCLE, 1n]);
    expect((await member(ana)).claimable).toBe(usd("300"));
    expect((await member(carla)).defaulted).toBe(false);
    const [started] = await circles.getEvents.RoundStarted();
    expect(started?.args).toMatchObject({ start: BigInt(start + period), round: 1n });
  });
});

describe("RotatingPools.restoreCollateral", () => {
  it("does not need the vault: stopped deposits keep nobody in default", async () => {
    const world = await runningWorld({ invested: true });
    const { circles, vault, carla, ana, beto, pay, settle, member } = world;
    for (const account of [ana, beto]) await pay(account);
    await settle();
    await vault.write.stopDeposits();
    await circles.write.restoreCollateral([CIRCLE, carla.address, usd("100")], { account: carla });
    expect(await member(carla)).toMatchObject({ defaulted: false, collateral: usd("100") });
  });

  it("brings a member back into good standing", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, member, assertions } = world;
    for (const account of [ana, beto]) await pay(account);
    await settle();
    expect(await member(carla)).toMatchObject({
      defaulted: true,
      used: usd("100"),
      paid: usd("100"),
      collateral: fullCollateral(3) - usd("110"),
    });
    await circles.write.restoreCollateral([CIRCLE, carla.address, usd("60")], { account: ana });
    const [restored] = await circles.getEvents.CollateralRestored();
    expect(restored?.args).toMatchObject({
      assets: usd("60"),
      usedAfter: usd("40"),
      collateralAfter: fullCollateral(3) - usd("50"),
      circleCashAfter: usd("260") + 3n * fullCollateral(3),
    });
    expect((await member(carla)).defaulted).toBe(true);
    await circles.write.restoreCollateral([CIRCLE, carla.address, usd("60")], { account: carla });
    expect(await member(carla)).toMatchObject({ defaulted: false, used: 0n });
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.restoreCollateral([CIRCLE, carla.address, 1n], { account: carla }),
      circles,
      "NothingToPay",
      [CIRCLE, is(carla)],
    );
  });
});
