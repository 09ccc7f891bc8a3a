import { describe, expect, it, vi } from "vitest";
import { circlesJob } from "../../scripts/keeper/circles-job.ts";
import { circlesWorld, DRAW_FEE, ORDER, STATE } from "../contracts/circles/circles.ts";

/** A keeper of circles that does at once what is due, and how often it has asked for a circle since the last look. */
async function keeperWorld() {
  const world = await circlesWorld();
  const { circles, client, keeper, viem } = world;
  const wallet = await viem.getWalletClient(keeper.address);
  const job = circlesJob(client, circles.address);
  const read = vi.spyOn(client, "readContract");
  return {
    ...world,
    look: async () => {
      read.mockClear();
      const done: string[] = [];
      for (let task = await job.due(); task; task = await job.due()) {
        for (const call of task.calls) {
          await client.waitForTransactionReceipt({ hash: await wallet.sendTransaction(call) });
        }
        done.push(task.what);
      }
      return done;
    },
    readings: () =>
      read.mock.calls.filter(([{ functionName }]) => functionName === "circleOf").length,
  };
}

describe("The keeper of circles", () => {
  it("settles each round when it is over, and not a second before", async () => {
    const { circles, beto, carla, create, join, toRoundsEnd, look } = await keeperWorld();
    await create();
    expect(await look()).toEqual([]);
    await join(beto);
    await join(carla);
    for (let round = 0; round < 3; round++) {
      await toRoundsEnd(1);
      expect(await look()).toEqual([]);
      await toRoundsEnd();
      expect(await look()).toEqual(["circle 1: settle"]);
    }
    expect((await circles.read.circleOf([1n])).state).toBe(STATE.completed);
    expect(await look()).toEqual([]);
  });

  it("catches up round by round when it comes late", async () => {
    const { beto, carla, create, join, wait, look } = await keeperWorld();
    await create();
    await join(beto);
    await join(carla);
    await wait(1_000 * 24 * 3600);
    expect(await look()).toEqual(Array(3).fill("circle 1: settle"));
  });

  it("reads a circle that runs once a round, and one that is over never again", async () => {
    const { beto, carla, create, join, toRoundsEnd, wait, look, readings } = await keeperWorld();
    await create();
    await join(beto);
    await join(carla);
    await look();
    expect(readings()).toBe(1);
    await toRoundsEnd(100);
    await look();
    expect(readings()).toBe(0);
    await toRoundsEnd();
    await look();
    // Before settling, and once more for the next round.
    expect(readings()).toBe(2);
    await wait(1_000 * 24 * 3600);
    await look();
    await look();
    expect(readings()).toBe(0);
  });

  it("starts a circle whose order has come, and ends one that did not fill", async () => {
    const { circles, ana, beto, carla, create, join, answer, networkHelpers, look } =
      await keeperWorld();
    await create({ order: ORDER.random });
    await join(beto);
    await join(carla);
    await create();
    await circles.write.requestOrder([1n], { account: ana, value: DRAW_FEE });
    expect(await look()).toEqual([]);
    await networkHelpers.mine(3);
    await (await answer()).send();
    expect(await look()).toEqual(["circle 1: start"]);
    const { deadline } = await circles.read.admissionOf([2n]);
    await networkHelpers.time.increaseTo(deadline + 1);
    expect(await look()).toEqual(["circle 2: abort"]);
  });
});
