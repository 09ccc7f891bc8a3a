import { createPublicClient, custom, encodeFunctionData, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import { circlesJob } from "../../scripts/keeper/circles-job.ts";
import { Keeper } from "../../scripts/keeper/keeper.ts";
import { circlesWorld, DRAW_FEE, ORDER, STATE } from "../contracts/circles/circles.ts";

const nothingRests = () => false;

/** A keeper of circles, and how often it has asked the node since the last look. */
async function keeperWorld() {
  const world = await circlesWorld();
  const { circles, client, keeper, viem } = world;
  const wallet = await viem.getWalletClient(keeper.address);
  const asked: string[] = [];
  const request = (call: { method: string }) => {
    asked.push(call.method);
    return client.request(call as never);
  };
  const counting = createPublicClient({ transport: custom({ request }), cacheTime: 0 });
  const job = circlesJob(counting, circles.address);
  const done: string[] = [];
  let clock = 0;
  const tends = new Keeper([job], {
    say: (sentence) => {
      if (sentence.includes("failed")) throw new Error(sentence);
    },
    now: () => clock,
    simulate: async ({ to, data }) => {
      await client.call({ account: keeper, to, data });
    },
    send: async ({ what, to, data }) => {
      const hash = await wallet.sendTransaction({ to, data });
      await client.waitForTransactionReceipt({ hash });
      done.push(what);
      return hash;
    },
  });
  return {
    ...world,
    job,
    look: async () => {
      done.length = 0;
      clock += 1_000;
      await tends.look();
      return [...done];
    },
    /** What a look costs that finds nothing to do. */
    costOfLook: async () => {
      asked.length = 0;
      expect(await job.due(nothingRests)).toBeUndefined();
      return [...asked];
    },
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

  it("reads a circle only when something has happened in it, or when its time has come", async () => {
    const { beto, carla, create, join, toRoundsEnd, networkHelpers, costOfLook } =
      await keeperWorld();
    await create();
    await join(beto);
    await join(carla);
    expect(await costOfLook()).toContain("eth_call");
    // A block in which nothing happens is asked for its logs, and none at all for nothing.
    await networkHelpers.mine(1);
    expect(await costOfLook()).toEqual([
      "eth_getBlockByNumber",
      "eth_getBlockByNumber",
      "eth_getLogs",
    ]);
    expect(await costOfLook()).toEqual(["eth_getBlockByNumber"]);
    await toRoundsEnd(100);
    expect(await costOfLook()).not.toContain("eth_call");
    await create();
    expect(await costOfLook()).toContain("eth_call");
  });

  it("does not forget what a reorganisation has undone", async () => {
    const { beto, carla, create, join, toRoundsEnd, networkHelpers, look } = await keeperWorld();
    await create();
    await join(beto);
    await join(carla);
    await toRoundsEnd();
    await look();
    await toRoundsEnd();
    const before = await networkHelpers.takeSnapshot();
    expect(await look()).toEqual(["circle 1: settle"]);
    await before.restore();
    await networkHelpers.mine(2);
    expect(await look()).toEqual(["circle 1: settle"]);
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

  it("serves a round that is over before any number of circles that never began", async () => {
    const { circles, ana, beto, carla, create, join, toRoundsEnd, terms, look } =
      await keeperWorld();
    await create();
    await join(beto);
    await join(carla);
    const [one] = [await terms({ collateral: 0n, open: false })];
    const created = encodeFunctionData({
      abi: circles.abi,
      functionName: "createCircle",
      args: [one, false],
    });
    await circles.write.multicall([Array<Hex>(40).fill(created)], { account: ana });
    await toRoundsEnd();
    const done = await look();
    expect(done[0]).toBe("circle 1: settle");
    // And a look has an end.
    expect(done).toHaveLength(16);
    expect(await look()).toHaveLength(16);
  });

  it.skipIf(process.env["KHIPU_PROPERTIES"] !== "deep")(
    "costs as much at 10,000 circles as at 300",
    async () => {
      const { circles, ana, terms, networkHelpers, job, costOfLook, wait } = await keeperWorld();
      const args = [await terms({ collateral: 0n, open: false }), false] as const;
      const created = encodeFunctionData({ abi: circles.abi, functionName: "createCircle", args });
      const costs: Record<string, unknown> = {};
      let count = 0;
      for (const size of [300, 10_000]) {
        for (; count < size; count += 50) {
          await circles.write.multicall([Array<Hex>(50).fill(created)], { account: ana });
        }
        let looks = 0;
        let requests = 0;
        do {
          requests += (await costOfLook()).length;
          looks++;
        } while (job.isBehind?.());
        await networkHelpers.mine(1);
        costs[size] = { looks, requests, afterwards: (await costOfLook()).length };
      }
      process.stdout.write(`${JSON.stringify(costs)}\n`);
      await wait(8 * 24 * 3600);
      await job.due(nothingRests);
    },
    600_000,
  );
});
