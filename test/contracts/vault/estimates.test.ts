import { describe, expect, it } from "vitest";
import { deployWorld, usd } from "../world.ts";

describe("A gas estimate", () => {
  it("that is made in the second of somebody's transaction suffices in the next one", async () => {
    const world = await deployWorld({ allowBlocksWithSameTimestamp: true });
    const { vault, viem, networkHelpers, ana, beto } = world;
    const client = await viem.getPublicClient();
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    await vault.write.deposit([usd("100"), beto.address], { account: beto });
    const actions = {
      deposit: () => vault.write.deposit([usd("10"), ana.address], { account: ana }),
      withdraw: () => vault.write.withdraw([usd("10"), ana.address, ana.address], { account: ana }),
      report: () => vault.write.report({ account: ana }),
      lowerFee: () => vault.write.lowerFee([1_000n]),
    };
    const gasOf = async (action: () => Promise<`0x${string}`>, secondsLater: bigint) => {
      const before = await networkHelpers.takeSnapshot();
      const now = (await client.getBlock()).timestamp;
      await networkHelpers.time.setNextBlockTimestamp(now + secondsLater);
      const { gasUsed } = await client.getTransactionReceipt({ hash: await action() });
      await before.restore();
      return gasUsed;
    };
    for (const [name, action] of Object.entries(actions)) {
      expect(await gasOf(action, 1n), name).toBeLessThanOrEqual(await gasOf(action, 0n));
    }
  });
});
