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
      rounding: 0n,
      shares: 0n,
      paidAfter: usd("100"),
      aheadAfter: 0n,
      sharesAfter: fullCollateral(3),
      circleCashAfter: usd("100"),
      circleSharesAfter: 3n * fullCollateral(3),
    });
  });

  it("takes no more than is due, so that nobody can get in the way by paying a little first", async () => {
    const { circles, ana, beto, balanceOf, assertions } = await runningWorld();
    const before = await balanceOf(ana);
    await circles.write.contribute([CIRCLE, ana.address, 1n, NO_PENALTY], { account: beto });
    await circles.write.contribute([CIRCLE, ana.address, usd("100"), NO_PENALTY], { account: ana });
    expect(before - (await balanceOf(ana))).toBe(usd("100") - 1n);
    for (const assets of [usd("1"), 0n]) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.contribute([CIRCLE, ana.address, assets, NO_PENALTY], { account: ana }),
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
      circles.write.contribute([CIRCLE, beto.address, usd("50"), usd("5") - 1n], { account: beto }),
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
    await circles.write.contribute([CIRCLE, ana.address, usd("100"), NO_PENALTY], { account: ana });
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
            args: [CIRCLE, ana.address, usd("100"), NO_PENALTY],
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
        circles.write.contribute([CIRCLE, account.address, 1n, NO_PENALTY], { account: ana }),
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

describe("RotatingPools.contributeAhead", () => {
  it("pays for later rounds, which then need nobody's hand", async () => {
    const world = await runningWorld({ invested: true });
    const { circles, ana, beto, carla, pay, settle, member } = world;
    await pay(carla);
    await circles.write.contributeAhead([CIRCLE, carla.address, usd("1000")], { account: carla });
    const [made] = await circles.getEvents.ContributionMade();
    expect(made?.args.contribution).toMatchObject({
      due: 0n,
      ahead: usd("200"),
      shares: usd("200") * 1_000_000n,
      paidAfter: usd("300"),
      aheadAfter: usd("200"),
    });
    for (const recipient of [ana, beto]) {
      for (const account of [ana, beto]) await pay(account);
      await settle();
      expect((await member(recipient)).claimable).toBe(usd(recipient === ana ? "300" : "200"));
    }
    const [used] = await circles.getEvents.AheadUsed();
    expect(used?.args).toMatchObject({
      round: 1n,
      assets: usd("100"),
      shares: usd("100") * 1_000_000n,
      paidAfter: usd("200"),
      aheadAfter: usd("100"),
    });
    // Beto's pot came partly in shares, on top of his collateral.
    expect((await member(beto)).shares).toBe((fullCollateral(3) + usd("100")) * 1_000_000n);
    for (const account of [ana, beto]) await pay(account);
    await settle();
    expect(await member(carla)).toMatchObject({ defaulted: false, ahead: 0n, paid: usd("300") });
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.completed);
  });

  it("comes after what is due, up to the last round, while the circle runs", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, assertions } = world;
    const ahead = (assets: bigint) =>
      circles.write.contributeAhead([CIRCLE, ana.address, assets], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(ahead(1n), circles, "PayDueFirst", [
      CIRCLE,
      is(ana),
      usd("100"),
    ]);
    await pay(ana);
    await ahead(usd("150"));
    await ahead(usd("150"));
    await assertions.revertWithCustomErrorWithArgs(ahead(1n), circles, "NothingToPay", [
      CIRCLE,
      is(ana),
    ]);
    for (let round = 0; round < 3; round++) {
      for (const account of [beto, carla]) await pay(account);
      await settle();
    }
    await assertions.revertWithCustomErrorWithArgs(ahead(1n), circles, "WrongState", [
      CIRCLE,
      STATE.completed,
      STATE.running,
    ]);
  });

  it("is worth what it counts, at any price of the vault's shares", async () => {
    const world = await runningWorld({ invested: true });
    const { circles, vault, ana, pay, earn, member } = world;
    await vault.write.rebalance();
    await earn("3.333333");
    await pay(ana);
    const { shares } = await member(ana);
    await circles.write.contributeAhead([CIRCLE, ana.address, usd("7.000001")], { account: ana });
    const bought = (await member(ana)).shares - shares;
    expect(await vault.read.convertToAssets([bought])).toBeGreaterThanOrEqual(usd("7.000001"));
    const [made] = await circles.getEvents.ContributionMade();
    expect(made?.args.contribution?.rounding).toBeLessThanOrEqual(1n);
  });
});

describe("RotatingPools.restoreCollateral", () => {
  it("brings a member back into good standing", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, member, assertions } = world;
    for (const account of [ana, beto]) await pay(account);
    await settle();
    expect(await member(carla)).toMatchObject({
      defaulted: true,
      used: usd("100"),
      paid: usd("100"),
      shares: fullCollateral(3) - usd("110"),
    });
    await circles.write.restoreCollateral([CIRCLE, carla.address, usd("60")], { account: ana });
    const [restored] = await circles.getEvents.CollateralRestored();
    expect(restored?.args).toMatchObject({
      assets: usd("60"),
      cost: usd("60"),
      shares: usd("60"),
      usedAfter: usd("40"),
      sharesAfter: fullCollateral(3) - usd("50"),
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
