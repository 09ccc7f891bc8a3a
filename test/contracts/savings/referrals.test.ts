import { encodeFunctionData, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { deployWorld, usd } from "../world.ts";

/** Ana was brought by Beto and has earned about 9 after a fee of a tenth. */
async function referredWorld() {
  const world = await deployWorld();
  const { savings, vault, ana, beto, earn } = world;
  await savings.write.nameReferrer([beto.address], { account: ana });
  await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
  await vault.write.rebalance();
  await earn("10");
  return world;
}

describe("SavingsPool.nameReferrer", () => {
  it("remembers who brought a saver", async () => {
    const { savings, ana, beto, assertions } = await deployWorld();
    await assertions.emitWithArgs(
      savings.write.nameReferrer([beto.address], { account: ana }),
      savings,
      "ReferrerNamed",
      [ana.address, beto.address],
    );
    expect((await savings.read.referrerOf([ana.address])).toLowerCase()).toBe(beto.address);
  });

  it("refuses oneself and nobody", async () => {
    const { savings, ana, assertions } = await deployWorld();
    for (const referrer of [ana.address, zeroAddress]) {
      await assertions.revertWithCustomErrorWithArgs(
        savings.write.nameReferrer([referrer], { account: ana }),
        savings,
        "BadReferrer",
        [(address: string) => address.toLowerCase() === referrer],
      );
    }
  });

  it("is too late after the first own deposit, also when everything was taken out since", async () => {
    const { savings, ana, beto, assertions } = await deployWorld();
    await savings.write.deposit([usd("1"), ana.address, 0n], { account: ana });
    await savings.write.withdrawAll([ana.address, 0n], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(
      savings.write.nameReferrer([beto.address], { account: ana }),
      savings,
      "TooLateForReferrer",
      [(address: string) => address.toLowerCase() === ana.address],
    );
  });

  it("cannot be taken back or away", async () => {
    const { savings, ana, beto, carla, assertions } = await deployWorld();
    await savings.write.nameReferrer([beto.address], { account: ana });
    await assertions.revertWithCustomError(
      savings.write.nameReferrer([carla.address], { account: ana }),
      savings,
      "TooLateForReferrer",
    );
  });

  it("stays possible when somebody else has paid in for the saver", async () => {
    const { savings, ana, beto, carla } = await deployWorld();
    await savings.write.deposit([usd("1"), ana.address, 0n], { account: carla });
    await savings.write.nameReferrer([beto.address], { account: ana });
    expect((await savings.read.referrerOf([ana.address])).toLowerCase()).toBe(beto.address);
  });

  it("goes into one transaction with the deposit", async () => {
    const { savings, ana, beto } = await deployWorld();
    const { abi } = savings;
    const calls = [
      encodeFunctionData({ abi, functionName: "nameReferrer", args: [beto.address] }),
      encodeFunctionData({ abi, functionName: "deposit", args: [usd("5"), ana.address, 0n] }),
    ];
    await savings.write.multicall([calls], { account: ana });
    expect((await savings.read.positionOf([ana.address]))[1]).toBe(usd("5"));
    expect((await savings.read.referrerOf([ana.address])).toLowerCase()).toBe(beto.address);
  });
});

describe("A referrer", () => {
  it.each(["claimYield", "compound", "withdrawAll"] as const)(
    "earns a part of the fee at %s, and the saver gets all the yield",
    async (action) => {
      const { savings, ana, beto, assertions } = await referredWorld();
      const [, , value, claimable] = await savings.read.positionOf([ana.address]);
      const realised = action === "claimYield" ? claimable : value - usd("100");
      // A fifth of the tenth of what the saver gets.
      const reward = (realised * 2n) / 100n;
      const transaction = {
        claimYield: () => savings.write.claimYield([ana.address], { account: ana }),
        compound: () => savings.write.compound([[ana.address]]),
        withdrawAll: () => savings.write.withdrawAll([ana.address, value], { account: ana }),
      }[action]();
      await assertions.emitWithArgs(transaction, savings, "ReferralRewardEarned", [
        (address: string) => address.toLowerCase() === beto.address,
        (address: string) => address.toLowerCase() === ana.address,
        reward,
        reward,
        reward,
      ]);
      expect(await savings.read.referralEarned([beto.address])).toBe(reward);
      expect(await savings.read.totalReferralEarned()).toBe(reward);
    },
  );

  it("is nobody for a saver whom nobody brought", async () => {
    const { savings, vault, ana, earn } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await earn("10");
    await savings.write.claimYield([ana.address], { account: ana });
    expect(await savings.getEvents.ReferralRewardEarned()).toEqual([]);
    expect(await savings.read.totalReferralEarned()).toBe(0n);
  });

  it("earns nothing on principal", async () => {
    const { savings, ana, beto } = await referredWorld();
    await savings.write.withdraw([usd("100"), ana.address, 2n ** 255n], { account: ana });
    expect(await savings.read.referralEarned([beto.address])).toBe(0n);
  });
});

describe("A savings pool", () => {
  it("cannot give away more than the fee", async () => {
    const { viem, savings, vault, manager, assertions } = await deployWorld();
    await assertions.revertWithCustomErrorWithArgs(
      viem.deployContract("SavingsPool", [vault.address, manager.address, 0n, 0n, 0n, 10_001n]),
      savings,
      "ReferralShareOutOfRange",
      [10_001n],
    );
    expect(await savings.read.referralShareBps()).toBe(2_000n);
    const args = [vault.address, manager.address, 0n, 0n, 0n, 10_000n] as const;
    const generous = await viem.deployContract("SavingsPool", args);
    expect(await generous.read.referralShareBps()).toBe(10_000n);
  });
});
