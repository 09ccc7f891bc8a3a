import {
  type Address,
  createPublicClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  pad,
  toHex,
} from "viem";
import { describe, expect, it } from "vitest";
import { savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { savingsJob } from "../../scripts/keeper/savings-job.ts";
import { deployWorld, sharesFor, UINT256_MAX, usd } from "../contracts/world.ts";

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

  it("asks the node as often for three hundred savers as for one", async () => {
    const { asset, vault, savings, viem, ana, due, asked, earn, look } = await keptWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await due();
    const forOne = [...asked];
    const crowd = await gather({ asset, savings, viem }, 300);
    await crowd(0, 300);
    await due();
    expect(asked.filter((method) => method !== "eth_getLogs")).toEqual(
      forOne.filter((method) => method !== "eth_getLogs"),
    );
    expect(asked.length).toBeLessThanOrEqual(6);
    await vault.write.rebalance();
    await earn("3000");
    expect((await look()).length).toBe(4);
  });

  const many = process.env["KHIPU_PROPERTIES"] === "deep" ? 100_000 : 20_000;

  it(`follows ${many} savers with as few requests`, async () => {
    const node = crowdedNode(many);
    const job = savingsJob(node.client, POOL, VAULT, 0n, usd("1"));
    let looks = 0;
    let task;
    do {
      task = await job.due(nothingRests);
      looks++;
    } while (task === undefined && job.isBehind?.());
    // Everybody has earned enough; the first hundred come first.
    expect(task?.calls[0]?.what).toBe("savings: compound 100");
    const first = node.asked();
    const began = performance.now();
    await job.due(nothingRests);
    const ms = Math.round(performance.now() - began);
    const later = node.asked();
    process.stdout.write(`${JSON.stringify({ looks, first, later, ms })}\n`);
    expect(first).toBeLessThan(100);
    expect(later).toBeLessThanOrEqual(4);
  });
});

const POOL = `0x${"aa".repeat(20)}` as const;
const VAULT = `0x${"bb".repeat(20)}` as const;

/** A node on whose chain so many people have saved 100 each, ten in a block, which answers with 10,000 logs at most. */
function crowdedNode(people: number) {
  const perBlock = 10;
  const head = people / perBlock;
  const person = (index: number) => toHex(BigInt(0x10000 + index), { size: 20 });
  const numbers = ["assets", "shares", "principal", "sharesAfter", "total", "totalShares"];
  const data = encodeAbiParameters(
    numbers.map((name) => ({ name, type: "uint256" })),
    [usd("100"), sharesFor("100"), usd("100"), sharesFor("100"), usd("100"), sharesFor("100")],
  );
  const [deposited] = encodeEventTopics({ abi: savingsPoolAbi, eventName: "DepositMade" });
  const logOf = (index: number) => ({
    address: POOL,
    topics: [deposited, pad(VAULT), pad(person(index))],
    data,
    blockNumber: toHex(Math.floor(index / perBlock) + 1),
    blockHash: toHex(index, { size: 32 }),
    transactionHash: toHex(index, { size: 32 }),
    transactionIndex: "0x0",
    logIndex: toHex(index),
    removed: false,
  });
  let asked = 0;
  const answers: Record<string, (params: never[]) => unknown> = {
    eth_blockNumber: () => toHex(head),
    eth_getBlockByNumber: () => ({ number: toHex(head - 5), transactions: [] }),
    // A share has risen by a twentieth.
    eth_call: () =>
      encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [105n, 100_000_000n]),
    eth_getLogs: ([range]) => {
      const { fromBlock, toBlock } = range as unknown as { fromBlock: Hex; toBlock: Hex };
      const first = Math.max(Number(fromBlock), 1);
      const last = Number(toBlock);
      const count = (last - first + 1) * perBlock;
      if (count > 10_000) throw new Error("query returned more than 10000 results");
      return Array.from({ length: Math.max(count, 0) }, (_, at) =>
        logOf((first - 1) * perBlock + at),
      );
    },
  };
  const request = ({ method, params }: { method: string; params?: unknown }) => {
    asked++;
    return Promise.resolve().then(() => answers[method]?.((params ?? []) as never[]));
  };
  return {
    client: createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 }),
    asked: () => {
      const since = asked;
      asked = 0;
      return since;
    },
  };
}

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
