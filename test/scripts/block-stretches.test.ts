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
