import { expect, it } from "vitest";
import { blockRanges } from "../../scripts/block-ranges.ts";

it("Stretches of blocks cover each block once and are no longer than public nodes allow", () => {
  expect([...blockRanges(5n, 20_006n)]).toEqual([
    { fromBlock: 5n, toBlock: 10_004n },
    { fromBlock: 10_005n, toBlock: 20_004n },
    { fromBlock: 20_005n, toBlock: 20_006n },
  ]);
  expect([...blockRanges(7n, 7n)]).toEqual([{ fromBlock: 7n, toBlock: 7n }]);
  expect([...blockRanges(8n, 7n)]).toEqual([]);
});
