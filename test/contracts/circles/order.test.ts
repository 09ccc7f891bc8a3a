import { describe, expect, it } from "vitest";
import { is, usd } from "../world.ts";
import {
  ANSWER_TIME,
  CIRCLE,
  type CirclesWorld,
  circlesWorld,
  DRAW_FEE,
  ORDER,
  REASON,
  STATE,
} from "./circles.ts";

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
    await circles.write.start([CIRCLE]);
    const [started] = await circles.getEvents.CircleStarted();
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
    await assertions.revertWithCustomErrorWithArgs(ask(DRAW_FEE), circles, "CircleNotFull", [
      2n,
      2n,
      3n,
    ]);
    await join(carla, 2n);
    await assertions.revertWithCustomErrorWithArgs(ask(DRAW_FEE - 1n), circles, "DrawFeeTooLow", [
      DRAW_FEE - 1n,
      DRAW_FEE,
    ]);
    const { deadline } = await circles.read.admissionOf([2n]);
    await networkHelpers.time.increaseTo(deadline + 1);
    await assertions.revertWithCustomErrorWithArgs(ask(DRAW_FEE), circles, "JoiningOver", [
      2n,
      BigInt(deadline),
    ]);
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
      [CIRCLE, STATE.requested, STATE.forming],
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.start([CIRCLE]),
      circles,
      "WrongState",
      [CIRCLE, STATE.requested, STATE.answered],
    );
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
