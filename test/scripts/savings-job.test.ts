import { type Address, createPublicClient, custom } from "viem";
import { describe, expect, it } from "vitest";
import { savingsJob } from "../../scripts/keeper/savings-job.ts";
import { deployWorld, UINT256_MAX, usd } from "../contracts/world.ts";

const nothingRests = () => false;

/** A keeper of savings, and what it has asked the node since. */
async function keptWorld() {
  const world = await deployWorld({ feeBps: 0n });
  const { viem, vault, savings, keeper } = world;
  const client = await viem.getPublicClient();
  const wallet = await viem.getWalletClient(keeper.address);
  const asked: string[] = [];
  const request = (call: { method: string }) => {
    asked.push(call.method);
    return client.request(call as never);
  };
  const counting = createPublicClient({ transport: custom({ request }), cacheTime: 0 });
  const job = savingsJob(counting, savings.address, vault.address, 0n, usd("1"));
  const due = async () => {
    asked.length = 0;
    return job.due(nothingRests);
  };
  return {
    ...world,
    asked,
    due,
    job,
    client,
    look: async () => {
      const done: string[] = [];
      for (let task = await due(); task; task = await due()) {
        for (const { what, to, data } of task.calls) {
          await client.waitForTransactionReceipt({
            hash: await wallet.sendTransaction({ to, data }),
          });
          done.push(what);
        }
      }
      return done;
    },
    yieldOf: async (account: { address: Address }) =>
      (await savings.read.positionOf([account.address]))[3],
  };
}

describe("The keeper of savings", () => {
  it("compounds those whose yield is worth it, and knows of everything that changes a position", async () => {
    const { vault, savings, ana, beto, carla, earn, look, yieldOf } = await keptWorld();
    await savings.write.deposit([usd("1000"), ana.address, 0n], { account: ana });
    await savings.write.deposit([usd("10"), beto.address, 0n], { account: beto });
    await savings.write.deposit([usd("1000"), carla.address, 0n], { account: carla });
    await vault.write.rebalance();
    expect(await look()).toEqual([]);
    await earn("100");
    await savings.write.takeOutShares([carla.address], { account: carla });
    expect(await look()).toEqual(["savings: compound 1"]);
    expect(await yieldOf(ana)).toBeLessThan(usd("0.01"));
    expect(await yieldOf(beto)).toBeGreaterThan(usd("0.4"));
    await savings.write.withdraw([usd("500"), ana.address, UINT256_MAX], { account: ana });
    expect(await look()).toEqual([]);
    await earn("100");
    expect(await look()).toEqual(["savings: compound 2"]);
  });

  it("asks the node as often for a thousand savers as for one", async () => {
    const { asset, vault, savings, viem, ana, due, asked, earn, look } = await keptWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await due();
    const forOne = [...asked];
    const crowd = await gather({ asset, savings, viem }, 1_000);
    await crowd(0, 1_000);
    await due();
    expect(asked.filter((method) => method !== "eth_getLogs")).toEqual(
      forOne.filter((method) => method !== "eth_getLogs"),
    );
    expect(asked.length).toBeLessThanOrEqual(6);
    await vault.write.rebalance();
    await earn("3000");
    expect((await look()).length).toBe(11);
  });

  it.skipIf(process.env["KHIPU_PROPERTIES"] !== "deep")(
    "costs as much at 100,000 savers",
    async () => {
      const { asset, savings, viem, due, asked, job, networkHelpers } = await keptWorld();
      const crowd = await gather({ asset, savings, viem }, 100_000);
      for (let first = 0; first < 100_000; first += 100) await crowd(first, 100);
      let looks = 0;
      let requests = 0;
      const started = performance.now();
      do {
        await due();
        requests += asked.length;
        looks++;
      } while (job.isBehind?.());
      const ms = Math.round(performance.now() - started);
      await networkHelpers.mine(1);
      const again = performance.now();
      await due();
      const cost = { looks, requests, ms, afterwards: asked.length };
      process.stdout.write(
        `${JSON.stringify({ ...cost, afterwardsMs: Math.round(performance.now() - again) })}\n`,
      );
      expect(asked.length).toBeLessThanOrEqual(5);
    },
    1_200_000,
  );
});

/** Deposits of 10 for one person after the other. */
async function gather(
  {
    asset,
    savings,
    viem,
  }: Pick<Awaited<ReturnType<typeof deployWorld>>, "asset" | "savings" | "viem">,
  people: number,
) {
  const crowd = await viem.deployContract("DepositCrowd", [savings.address]);
  await asset.write.mint([crowd.address, usd("10") * BigInt(people)]);
  return async (first: number, times: number) => {
    const atOnce = 100;
    for (let at = first; at < first + times; at += atOnce) {
      await crowd.write.deposit([
        BigInt(at),
        BigInt(Math.min(atOnce, first + times - at)),
        usd("10"),
      ]);
    }
  };
}
