import { HttpRequestError } from "viem";
import { expect, it } from "vitest";
import { inStretches, type Stretch } from "../../scripts/block-stretches.ts";

/** The stretches for which a node has answered that refuses longer ones than `most` blocks. */
async function answered(first: bigint, last: bigint, most: bigint): Promise<bigint[][]> {
  const find = ({ fromBlock, toBlock }: Stretch) =>
    toBlock - fromBlock < most
      ? Promise.resolve([])
      : Promise.reject(new Error("query returned more than 10000 results"));
  const stretches: bigint[][] = [];
  for await (const { fromBlock, toBlock } of inStretches(first, last, find)) {
    stretches.push([fromBlock, toBlock]);
  }
  return stretches;
}

it("Stretches of blocks cover each block once and are no longer than public nodes allow", async () => {
  expect(await answered(5n, 20_006n, 10_000n)).toEqual([
    [5n, 10_004n],
    [10_005n, 20_004n],
    [20_005n, 20_006n],
  ]);
  expect(await answered(7n, 7n, 10_000n)).toEqual([[7n, 7n]]);
  expect(await answered(8n, 7n, 10_000n)).toEqual([]);
});

it("A node that refuses a stretch is asked for halves of it, and one that refuses a single block has its say", async () => {
  expect(await answered(0n, 11_999n, 3_000n)).toEqual([
    [0n, 2_499n],
    [2_500n, 4_999n],
    [5_000n, 7_499n],
    [7_500n, 9_999n],
    [10_000n, 11_999n],
  ]);
  await expect(answered(0n, 9n, 0n)).rejects.toThrow("more than 10000 results");
});

it("A node that is not there is not asked again and again", async () => {
  let times = 0;
  const find = () => {
    times++;
    return Promise.reject(new HttpRequestError({ url: "http://127.0.0.1:1" }));
  };
  await expect(inStretches(0n, 9n, find).next()).rejects.toThrow("HTTP request failed");
  expect(times).toBe(1);
});

/** How often a node is asked for 30 stretches when it answers each question as `answer` says, and how long that waits. */
async function asking(answer: (time: number, stretch: Stretch) => Error | undefined) {
  const waited: number[] = [];
  let times = 0;
  const find = (stretch: Stretch) => {
    const refusal = answer(++times, stretch);
    return refusal ? Promise.reject(refusal) : Promise.resolve([]);
  };
  const wait = (ms: number) => Promise.resolve(waited.push(ms));
  let blocks = 0n;
  for await (const { fromBlock, toBlock } of inStretches(0n, 299_999n, find, wait)) {
    blocks += toBlock - fromBlock + 1n;
  }
  expect(blocks).toBe(300_000n);
  return { times, waited };
}

const httpError = (status: number) =>
  new HttpRequestError({ url: "https://node.example/key", status, body: {} });

it("A node that wants to be asked less often is waited for, and asked for no less", async () => {
  // Every third question is one too many.
  const { times, waited } = await asking((time) => (time % 3 === 0 ? httpError(429) : undefined));
  expect(times).toBe(44);
  expect(waited).toEqual(Array(14).fill(500));
  const inWords = new Error("your app has exceeded its compute units per second capacity");
  expect((await asking((time) => (time === 1 ? inWords : undefined))).times).toBe(31);
});

it("A node that fails is waited for, longer each time, and in the end asked for less", async () => {
  const { waited } = await asking((time) => (time <= 3 ? httpError(503) : undefined));
  expect(waited).toEqual([500, 1_000, 2_000]);
  const large = await asking((_, { fromBlock, toBlock }) =>
    toBlock - fromBlock >= 5_000n ? httpError(500) : undefined,
  );
  expect(large.waited.length).toBeGreaterThan(0);
});

it("A node that will not be asked is left alone after two minutes", async () => {
  const waited: number[] = [];
  const find = () => Promise.reject(httpError(429));
  const wait = (ms: number) => Promise.resolve(waited.push(ms));
  await expect(inStretches(0n, 9n, find, wait).next()).rejects.toThrow("HTTP request failed");
  expect(waited.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(90_000);
});

it("Stretches grow again after a crowded one", async () => {
  const { times } = await asking((_, { fromBlock, toBlock }) =>
    fromBlock < 100n && toBlock - fromBlock >= 100n ? new Error("too many results") : undefined,
  );
  // Seven halvings of the first ten thousand, and eight steps for each doubling back up; without, there were thousands.
  expect(times).toBeLessThan(110);
});

it("A node that does not keep the blocks is named as such", async () => {
  const find = () => Promise.reject(new Error("history has been pruned for this block"));
  await expect(inStretches(0n, 9n, find).next()).rejects.toThrow(
    "The node does not keep the blocks 0 to 9: use an archive node, which keeps all logs.",
  );
});
