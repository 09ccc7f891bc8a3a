import { parseEther } from "viem";
import { describe, expect, it } from "vitest";
import { DAY, is, usd } from "../world.ts";
import {
  ANSWER_TIME,
  CIRCLE,
  type CirclesWorld,
  circlesWorld,
  deployCircles,
  DRAW_FEE,
  ORDER,
  REASON,
  STATE,
} from "./circles.ts";

const START_DELAY = DAY;
const LEAST_GAS = 70_000;

/** Ana, Beto and Carla are in a circle whose order is to be drawn. */
async function fullWorld(): Promise<CirclesWorld> {
  const world = await circlesWorld();
  await world.create({ order: ORDER.random });
  await world.join(world.beto);
  await world.join(world.carla);
  return world;
}

const request = ({ circles, ana }: CirclesWorld) =>
  circles.write.requestOrder([CIRCLE], { account: ana, value: DRAW_FEE });

describe("RotatingPools.requestOrder", () => {
  it("asks Chainlink, answers with a real proof start the circle in the order that follows", async () => {
    const world = await fullWorld();
    const { circles, coordinator, subscription, networkHelpers, answer, members, settle, pay } =
      world;
    const [, before] = await coordinator.read.getSubscription([subscription]);
    await request(world);
    const [, funded] = await coordinator.read.getSubscription([subscription]);
    expect(funded - before).toBe(DRAW_FEE);
    const [requested] = await circles.getEvents.OrderRequested();
    expect(requested?.args.deadline).toBe((await world.now()) + BigInt(ANSWER_TIME));
    await networkHelpers.mine(3);
    await (await answer()).send();
    const [answered] = await circles.getEvents.OrderAnswered();
    expect(answered?.args).toMatchObject({ requestId: requested?.args.requestId });
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.answered);
    const start = (await world.now()) + BigInt(START_DELAY);
    expect(answered?.args.start).toBe(start);
    await circles.write.start([CIRCLE]);
    const [started] = await circles.getEvents.CircleStarted();
    expect(started?.args.start).toBe(start);
    const order = await circles.read.queueOf([CIRCLE]);
    expect(started?.args.order).toEqual(order);
    expect(order.map((member) => member.toLowerCase()).sort()).toEqual(
      members.map(({ address }) => address).sort(),
    );
    for (const account of members) await pay(account);
    await settle();
    const [first] = order;
    if (!first) throw new Error("nobody is in the queue");
    expect((await world.member({ address: first })).claimable).toBe(usd("300"));
  });

  it("is for full circles with a random order, in time, and costs the fee", async () => {
    const world = await circlesWorld();
    const { circles, ana, beto, carla, create, join, assertions, networkHelpers } = world;
    await create();
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.requestOrder([CIRCLE], { account: ana, value: DRAW_FEE }),
      circles,
      "OrderNotRandom",
      [CIRCLE],
    );
    await create({ order: ORDER.random });
    const ask = (value: bigint) => circles.write.requestOrder([2n], { account: ana, value });
    await join(beto, 2n);
    await assertions.revertWithCustomErrorWithArgs(ask(DRAW_FEE), circles, "WrongState", [
      2n,
      STATE.forming,
      STATE.full,
    ]);
    await join(carla, 2n);
    await assertions.revertWithCustomErrorWithArgs(ask(DRAW_FEE - 1n), circles, "DrawFeeTooLow", [
      DRAW_FEE - 1n,
      DRAW_FEE,
    ]);
    const { deadline } = await circles.read.admissionOf([2n]);
    await networkHelpers.time.increaseTo(deadline + 1);
    await assertions.revertWithCustomErrorWithArgs(ask(DRAW_FEE), circles, "GettingReadyOver", [
      2n,
      BigInt(deadline),
    ]);
    await circles.write.abort([2n]);
    const [aborted] = await circles.getEvents.CircleAborted();
    expect(aborted?.args).toMatchObject({ reason: REASON.notReady, memberCount: 3n });
  });

  it("binds all: nobody leaves and nobody asks again once the word is on its way", async () => {
    const world = await fullWorld();
    const { circles, ana, assertions } = world;
    await request(world);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.leave([CIRCLE, ana.address, 0n], { account: ana }),
      circles,
      "WrongState",
      [CIRCLE, STATE.requested, STATE.forming],
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.requestOrder([CIRCLE], { account: ana, value: DRAW_FEE }),
      circles,
      "WrongState",
      [CIRCLE, STATE.requested, STATE.full],
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.start([CIRCLE]),
      circles,
      "WrongState",
      [CIRCLE, STATE.requested, STATE.full],
    );
  });

  it("can be asked for in three days from when the circle is full, in which nobody leaves", async () => {
    const world = await circlesWorld();
    const { circles, ana, beto, carla, create, join, now, networkHelpers, assertions } = world;
    await create({ order: ORDER.random });
    await join(beto);
    // The last place is taken in the last second.
    const { joinBy } = await circles.read.admissionOf([CIRCLE]);
    await networkHelpers.time.setNextBlockTimestamp(joinBy);
    await join(carla);
    const deadline = (await now()) + BigInt(3 * DAY);
    const [filled] = await circles.getEvents.CircleFilled();
    expect(filled?.args.deadline).toBe(deadline);
    for (const account of [ana, beto, carla]) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.leave([CIRCLE, account.address, 0n], { account }),
        circles,
        "WrongState",
        [CIRCLE, STATE.full, STATE.forming],
      );
    }
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.start([CIRCLE]),
      circles,
      "OrderNotDrawn",
      [CIRCLE],
    );
    await networkHelpers.time.increaseTo(deadline - 10n);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.abort([CIRCLE]),
      circles,
      "TooEarlyToAbort",
      [CIRCLE, deadline],
    );
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await request(world);
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.requested);
  });

  it("begins when the answer said, whoever acts first and however late", async () => {
    for (const later of [0, 500 * DAY]) {
      const world = await fullWorld();
      const { circles, ana, answer, networkHelpers, wait } = world;
      await request(world);
      await networkHelpers.mine(3);
      await (await answer()).send();
      const { start } = await circles.read.circleOf([CIRCLE]);
      if (later > 0) await wait(later);
      // No call to start: paying, or settling, does it.
      if (later === 0) await world.pay(ana);
      else await circles.write.settle([CIRCLE, 10n]);
      const [started] = await circles.getEvents.CircleStarted();
      expect(started?.args.start).toBe(BigInt(start));
      await networkHelpers.time.increaseTo(start + 500 * DAY);
      if (later === 0) await circles.write.settle([CIRCLE, 10n]);
      expect((await circles.read.circleOf([CIRCLE])).settled).toBe(3);
    }
  });

  it("costs a fee that covers what answers cost: none at all, or LINK for it, is refused at deployment", async () => {
    const world = await circlesWorld();
    const { circles, vault, vrf, client, assertions } = world;
    const { baseFeePerGas } = await client.getBlock();
    if (baseFeePerGas === null) throw new Error("the chain has no base fee");
    await assertions.revertWithCustomError(
      deployCircles(world, vault.address, vrf, { drawFee: 0n }),
      circles,
      "DrawFeeTooLow",
    );
    await assertions.revertWithCustomError(
      deployCircles(world, vault.address, vrf, { drawFee: baseFeePerGas * 300_000n }),
      circles,
      "DrawFeeTooLow",
    );
    await assertions.revertWithCustomError(
      deployCircles(world, vault.address, vrf, { nativePayment: false }),
      circles,
      "NativePaymentNeeded",
    );
  });

  it("is asked from a coordinator that can answer, which is looked at when the contract is deployed", async () => {
    const world = await circlesWorld();
    const { circles, vault, vrf, assertions, coordinator, answer, networkHelpers } = world;
    const most = await coordinator.read.MAX_REQUEST_CONFIRMATIONS();
    const nobodys = `0x${"11".repeat(32)}` as const;
    const refused = [
      [{ confirmations: 2 }, "ConfirmationsOutOfRange", [2n, 3n, BigInt(most)]],
      [{ confirmations: most + 1 }, "ConfirmationsOutOfRange", [BigInt(most) + 1n, 3n, 200n]],
      [{ callbackGas: LEAST_GAS - 1 }, "CallbackGasOutOfRange", [69_999n, 70_000n, 2_500_000n]],
      [{ callbackGas: 2_500_001 }, "CallbackGasOutOfRange", [2_500_001n, 70_000n, 2_500_000n]],
      [{ keyHash: nobodys }, "KeyHashUnknown", [nobodys]],
    ] as const;
    for (const [changes, error, args] of refused) {
      await assertions.revertWithCustomErrorWithArgs(
        deployCircles(world, vault.address, { ...vrf, ...changes }),
        circles,
        error,
        [...args],
      );
    }
    // With the least gas that is taken an answer is heard.
    const frugal = await deployCircles(world, vault.address, { ...vrf, callbackGas: LEAST_GAS });
    const { ana, beto, carla, terms, asset } = world;
    await coordinator.write.fundSubscriptionWithNative([await frugal.read.subscription()], {
      value: parseEther("10"),
    });
    await frugal.write.createCircle([await terms({ order: ORDER.random }), false]);
    const hash = await frugal.read.termsHashOf([CIRCLE]);
    for (const account of [ana, beto, carla]) {
      await asset.write.approve([frugal.address, usd("1000")], { account });
      await frugal.write.join([CIRCLE, hash], { account });
    }
    await frugal.write.requestOrder([CIRCLE], { value: DRAW_FEE });
    await networkHelpers.mine(3);
    await (await answer()).send();
    expect((await frugal.read.circleOf([CIRCLE])).state).toBe(STATE.answered);
  });

  it("ends in refunds without an answer in time, and a late answer changes nothing", async () => {
    const world = await fullWorld();
    const { circles, ana, beto, carla, answer, networkHelpers, balanceOf } = world;
    await request(world);
    const late = await answer();
    const { deadline } = await circles.read.admissionOf([CIRCLE]);
    await networkHelpers.time.increaseTo(deadline + 1);
    await late.send();
    const [ignored] = await circles.getEvents.AnswerIgnored();
    expect(ignored).toBeDefined();
    await circles.write.abort([CIRCLE]);
    const [aborted] = await circles.getEvents.CircleAborted();
    expect(aborted?.args).toMatchObject({ reason: REASON.noAnswer, memberCount: 3n });
    for (const account of [ana, beto, carla]) {
      await circles.write.claim([CIRCLE, account.address, 0n], { account });
      expect(await balanceOf(account)).toBe(usd("1010000"));
    }
  });

  it("hears nobody but the coordinator", async () => {
    const world = await fullWorld();
    const { circles, coordinator, ana, assertions } = world;
    await request(world);
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.rawFulfillRandomWords([1n, [1n]], { account: ana }),
      circles,
      "OnlyCoordinator",
      [is(ana), is(coordinator)],
    );
  });
});
