import { describe, expect, it } from "vitest";
import { deployTestnet, usd } from "../deployTestnet.ts";

describe("SavingsPool.deposit", () => {
  it("gives the saver a position worth what was paid", async () => {
    const { asset, savings, people } = await deployTestnet();
    const ana = people.ana.account;
    await asset.write.drip([ana.address]);
    await asset.write.approve([savings.address, usd("100")], { account: ana });

    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });

    const [shares, principal, value, earned] = await savings.read.positionOf([ana.address]);
    expect(shares).toBe(usd("100") * 1_000_000n);
    expect([principal, value, earned]).toEqual([usd("100"), usd("100"), 0n]);
  });
});
