import { encodeFunctionData } from "viem";
import { describe, expect, it } from "vitest";
import { is, DAY, usd } from "../world.ts";
import {
  CIRCLE,
  circlesWorld,
  fullCollateral,
  invitationFor,
  REASON,
  runningWorld,
  STATE,
  TRUSTED,
} from "./circles.ts";

const NO_TERMS = `0x${"00".repeat(32)}` as const;
const FOREVER = 10_000_000_000n;

describe("RotatingPools.join", () => {
  it("takes the collateral, and the last member starts the circle", async () => {
    const { circles, ana, beto, carla, create, join, balanceOf } = await circlesWorld();
    await create();
    await join(beto);
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.forming);
    await join(carla);
    expect(await balanceOf(carla)).toBe(usd("1010000") - fullCollateral(3));
    const { state, start } = await circles.read.circleOf([CIRCLE]);
    expect(state).toBe(STATE.running);
    const [started] = await circles.getEvents.CircleStarted();
    expect(started?.args).toMatchObject({ start: BigInt(start), end: BigInt(start + 90 * DAY) });
    expect(started?.args.order?.map((member) => member.toLowerCase())).toEqual(
      [ana, beto, carla].map(({ address }) => address),
    );
    const [round] = await circles.getEvents.RoundStarted();
    expect(round?.args).toMatchObject({
      round: 0n,
      start: BigInt(start),
      payBy: BigInt(start + 27 * DAY),
      settleFrom: BigInt(start + 30 * DAY),
    });
  });

  it("buys vault shares that are worth the collateral, to the unit", async () => {
    const world = await circlesWorld();
    const { circles, vault, ana, beto, create, join, earn, member } = world;
    await vault.write.deposit([usd("1000"), ana.address], { account: ana });
    await vault.write.rebalance();
    await earn("7.654321");
    await create({ invested: true });
    await join(beto);
    for (const account of [ana, beto]) {
      const { shares } = await member(account);
      expect(await vault.read.convertToAssets([shares])).toBeGreaterThanOrEqual(fullCollateral(3));
    }
    const [joined] = await circles.getEvents.UserJoined();
    expect(joined?.args.assets).toBeLessThanOrEqual(fullCollateral(3) + 1n);
  });

  it("is for those who agree to the terms as they are, in time, once, and while there is room", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, assertions, create, join, networkHelpers } = world;
    await assertions.revertWithCustomErrorWithArgs(join(beto), circles, "WrongState", [
      CIRCLE,
      STATE.running,
      STATE.forming,
    ]);
    await create();
    const hash = await circles.read.termsHashOf([2n]);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.join([2n, NO_TERMS], { account: beto }),
      circles,
      "TermsDiffer",
      [2n, hash],
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.join([3n, NO_TERMS], { account: beto }),
      circles,
      "CircleUnknown",
      [3n],
    );
    await assertions.revertWithCustomErrorWithArgs(join(ana, 2n), circles, "AlreadyMember", [
      2n,
      is(ana),
    ]);
    const { deadline } = await circles.read.admissionOf([2n]);
    await networkHelpers.time.increaseTo(deadline + 1);
    await assertions.revertWithCustomErrorWithArgs(join(beto, 2n), circles, "JoiningOver", [
      2n,
      BigInt(deadline),
    ]);
  });

  it("finds no room in a full circle that waits for its order", async () => {
    const { circles, create, join, members, assertions } = await circlesWorld({ savers: 4 });
    const [, beto, carla, dora] = members;
    if (!beto || !carla || !dora) throw new Error("too few savers");
    await create({ order: 1 });
    await join(beto);
    await join(carla);
    await assertions.revertWithCustomErrorWithArgs(join(dora), circles, "WrongState", [
      CIRCLE,
      STATE.full,
      STATE.forming,
    ]);
  });
});

describe("RotatingPools.joinWithInvitation", () => {
  it("is the only way into a trusted circle, for the invitee alone and until its deadline", async () => {
    const world = await circlesWorld();
    const { circles, ana, beto, carla, create, join, assertions, now } = world;
    await create(TRUSTED);
    await assertions.revertWithCustomErrorWithArgs(join(beto), circles, "InvitationNeeded", [
      CIRCLE,
    ]);
    const refused = [
      await invitationFor(world, carla),
      await invitationFor(world, beto, { circleId: 1n, epoch: 1 }),
      await invitationFor(world, beto, { by: carla }),
    ];
    for (const invitation of refused) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.joinWithInvitation(invitation, { account: beto }),
        circles,
        "InvitationInvalid",
        [CIRCLE, is(beto)],
      );
    }
    const deadline = (await now()) - 1n;
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.joinWithInvitation(await invitationFor(world, beto, { deadline }), {
        account: beto,
      }),
      circles,
      "InvitationExpired",
      [deadline],
    );
    await circles.write.joinWithInvitation(await invitationFor(world, beto), { account: beto });
    expect((await circles.read.memberOf([CIRCLE, beto.address])).joined).toBe(true);
    expect((await circles.read.admissionOf([CIRCLE])).creator.toLowerCase()).toBe(ana.address);
  });

  it("ends when the creator revokes it", async () => {
    const world = await circlesWorld();
    const { circles, ana, beto, create, assertions } = world;
    await create(TRUSTED);
    const invitation = await invitationFor(world, beto);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.revokeInvitations([CIRCLE], { account: beto }),
      circles,
      "NotCreator",
      [CIRCLE, is(beto)],
    );
    await circles.write.revokeInvitations([CIRCLE], { account: ana });
    const [revoked] = await circles.getEvents.InvitationsRevoked();
    expect(revoked?.args).toMatchObject({ circleId: CIRCLE, invitationEpoch: 1n });
    await assertions.revertWithCustomError(
      circles.write.joinWithInvitation(invitation, { account: beto }),
      circles,
      "InvitationInvalid",
    );
    await circles.write.joinWithInvitation(await invitationFor(world, beto, { epoch: 1 }), {
      account: beto,
    });
  });

  it("stays good when the account of who signed it gets code", async () => {
    const world = await circlesWorld();
    const { circles, asset, ana, beto, create, networkHelpers } = world;
    await create(TRUSTED);
    const invitation = await invitationFor(world, beto);
    // EIP-7702: to something that knows nothing of signatures.
    await networkHelpers.setCode(ana.address, `0xef0100${asset.address.slice(2)}`);
    await circles.write.joinWithInvitation(invitation, { account: beto });
    expect((await circles.read.memberOf([CIRCLE, beto.address])).joined).toBe(true);
  });

  it("can be signed by a creator that is a contract", async () => {
    const world = await circlesWorld();
    const { circles, viem, ana, beto, terms } = world;
    const wallet = await viem.deployContract("ContractWallet", [ana.address]);
    const create = encodeFunctionData({
      abi: circles.abi,
      functionName: "createCircle",
      args: [await terms(TRUSTED), false],
    });
    await wallet.write.execute([circles.address, create], { account: ana });
    const invitation = await invitationFor(world, beto, { deadline: FOREVER });
    await circles.write.joinWithInvitation(invitation, { account: beto });
    expect((await circles.read.memberOf([CIRCLE, beto.address])).joined).toBe(true);
  });
});

describe("RotatingPools.leave", () => {
  it("gives the collateral back and the place to the next, until the circle is full", async () => {
    const world = await circlesWorld();
    const { circles, ana, beto, carla, create, join, balanceOf, assertions } = world;
    await create();
    await join(beto);
    await circles.write.leave([CIRCLE, ana.address, fullCollateral(3)], { account: ana });
    const [left] = await circles.getEvents.UserLeft();
    expect(left?.args.leaving).toEqual({
      assets: fullCollateral(3),
      cash: fullCollateral(3),
      shares: 0n,
      memberCountAfter: 1n,
      circleCashAfter: fullCollateral(3),
      circleSharesAfter: 0n,
    });
    expect(await balanceOf(ana)).toBe(usd("1010000"));
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.leave([CIRCLE, ana.address, 0n], { account: ana }),
      circles,
      "NotMember",
      [CIRCLE, is(ana)],
    );
    await join(carla);
    await join(ana);
    expect((await circles.read.queueOf([CIRCLE])).map((member) => member.toLowerCase())).toEqual(
      [beto, carla, ana].map(({ address }) => address),
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.leave([CIRCLE, ana.address, 0n], { account: ana }),
      circles,
      "WrongState",
      [CIRCLE, STATE.running, STATE.forming],
    );
  });

  it("pays no less than the leaver accepts, or the vault shares themselves", async () => {
    const { circles, vault, ana, create, member, assertions } = await circlesWorld();
    await create({ invested: true });
    const assets = fullCollateral(3);
    const { shares } = await member(ana);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.leave([CIRCLE, ana.address, assets + 1n], { account: ana }),
      circles,
      "TooFewAssets",
      [assets, assets + 1n],
    );
    await circles.write.leaveAsShares([CIRCLE, ana.address], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(shares);
    expect(await circles.read.holdingsOf([CIRCLE])).toEqual([0n, 0n]);
  });
});

describe("RotatingPools.leaveAsShares", () => {
  it("moves up those behind, and gives nothing where nothing was left", async () => {
    const world = await circlesWorld({ savers: 4 });
    const { circles, members, ana, beto, create, balanceOf } = world;
    await create({ ...TRUSTED, members: 5 });
    for (const account of members.slice(1)) {
      await circles.write.joinWithInvitation(await invitationFor(world, account), { account });
    }
    await circles.write.leaveAsShares([CIRCLE, beto.address], { account: beto });
    const [left] = await circles.getEvents.UserLeft();
    expect(left?.args.leaving).toMatchObject({ assets: 0n, shares: 0n, memberCountAfter: 3n });
    expect(await balanceOf(beto)).toBe(usd("1010000"));
    expect((await circles.read.queueOf([CIRCLE])).map((member) => member.toLowerCase())).toEqual(
      [ana, ...members.slice(2)].map(({ address }) => address),
    );
  });

  it("gives money where the vault is not asked", async () => {
    const { circles, ana, create, balanceOf } = await circlesWorld();
    await create();
    await circles.write.leaveAsShares([CIRCLE, ana.address], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("1010000"));
  });
});

describe("RotatingPools.abort", () => {
  it("ends a circle that did not fill in time, and everybody takes their collateral back", async () => {
    const world = await circlesWorld();
    const { circles, ana, beto, create, join, balanceOf, networkHelpers, assertions } = world;
    await create();
    await join(beto);
    const { deadline } = await circles.read.admissionOf([CIRCLE]);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.abort([CIRCLE]),
      circles,
      "TooEarlyToAbort",
      [CIRCLE, BigInt(deadline)],
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.claim([CIRCLE, ana.address, 0n], { account: ana }),
      circles,
      "NothingToClaim",
      [CIRCLE, is(ana)],
    );
    await networkHelpers.time.increaseTo(deadline + 1);
    await circles.write.abort([CIRCLE]);
    const [aborted] = await circles.getEvents.CircleAborted();
    expect(aborted?.args).toMatchObject({
      reason: REASON.notFilled,
      memberCount: 2n,
      circleCash: 2n * fullCollateral(3),
      circleShares: 0n,
    });
    for (const account of [ana, beto]) {
      await circles.write.claim([CIRCLE, account.address, 0n], { account });
      expect(await balanceOf(account)).toBe(usd("1010000"));
    }
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.abort([CIRCLE]),
      circles,
      "WrongState",
      [CIRCLE, STATE.aborted, STATE.forming],
    );
  });

  it("never ends a circle that has started", async () => {
    const { circles, assertions } = await runningWorld();
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.abort([CIRCLE]),
      circles,
      "WrongState",
      [CIRCLE, STATE.running, STATE.forming],
    );
  });
});
