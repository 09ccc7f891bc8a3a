import { describe, expect, it } from "vitest";
import { Now, type Price } from "../../indexer/graphql/now.ts";

const time = 1_800_000_000n;
const answered = (answer: bigint, updatedAt: bigint): Price => ({
  chainId: 1,
  source: "0x00000000000000000000000000000000000000fe",
  roundId: 1n,
  answer,
  decimals: 8,
  time: updatedAt,
  updatedAt,
  blockNumber: 1n,
});
const worthAt = (price: Price | undefined) =>
  new Now({ time, vault: undefined, price, decimals: 6, priceLasts: 90_000n }).value(5_000_000n);

describe("an amount in US dollars", () => {
  it("is by the feed's last answer", () => {
    const price = answered(99_000_000n, time - 90_000n);
    expect(worthAt(price)).toMatchObject({ assets: 5_000_000n, usd: 495_000_000n, price });
  });

  it.each([
    ["there is no answer", undefined],
    ["the answer is 0", answered(0n, time)],
    ["the answer is below 0", answered(-1n, time)],
    ["the answer is older than its heartbeat allows", answered(99_000_000n, time - 90_001n)],
  ])("is null, with its price, where %s", (_, price) => {
    expect(worthAt(price)).toMatchObject({ assets: 5_000_000n, usd: null, price: null });
  });
});
