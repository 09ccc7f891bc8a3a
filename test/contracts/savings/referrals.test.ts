import { encodeFunctionData, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { DAY, deployWorld, is, sharesFor, usd, VIRTUAL_SHARES, type World } from "../world.ts";

const MOST = 2n ** 256n - 1n;

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

/** The part of the treasury's shares that is the referrer's of a saver with all shares but the virtual ones. */
async function fifthOfFee({ vault, treasury }: World, shares: bigint, supply: bigint) {
  const feeShares = await vault.read.balanceOf([treasury.address]);
  return (feeShares * shares) / (supply + VIRTUAL_SHARES) / 5n;
}

describe("A referrer", () => {
  it.each(["claimYield", "compound", "withdraw", "withdrawAll", "takeOutShares"] as const)(
    "earns a part of the fee on the saver's shares, counted at %s, and the saver gets all the yield",
    async (action) => {
      const world = await referredWorld();
      const { savings, ana, beto, assertions } = world;
      const reward = await fifthOfFee(world, sharesFor("100"), sharesFor("100"));
      const [shares, , value] = await savings.read.positionOf([ana.address]);
      const counted = {
        claimYield: () => savings.write.claimYield([ana.address], { account: ana }),
        compound: () => savings.write.compound([[ana.address]]),
        withdraw: () => savings.write.withdraw([1n, ana.address, shares], { account: ana }),
        withdrawAll: () => savings.write.withdrawAll([ana.address, value], { account: ana }),
        takeOutShares: () => savings.write.takeOutShares([ana.address], { account: ana }),
      }[action]();
      await assertions.emitWithArgs(counted, savings, "ReferralRewardEarned", [
        is(beto),
        is(ana),
        (earned: bigint) => earned <= reward && earned + 2n >= reward,
        (earned: bigint) => earned <= reward && earned + 2n >= reward,
        (earned: bigint) => earned <= reward && earned + 2n >= reward,
      ]);
      const earned = await savings.read.referralEarned([beto.address]);
      expect(earned).toBeGreaterThan(0n);
      expect(await savings.read.totalReferralEarned()).toBe(earned);
      expect(await savings.read.referralReserve()).toBeLessThanOrEqual(earned + 1n);
    },
  );

  it("is nobody for a saver whom nobody brought", async () => {
    const { savings, vault, ana, earn } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await earn("10");
    await savings.write.claimYield([ana.address], { account: ana });
    expect(await savings.getEvents.ReferralRewardEarned()).toEqual([]);
    expect(await savings.read.referralReserve()).toBe(0n);
  });

  it("earns nothing on yield that only made good for a loss, and so paid no fee", async () => {
    const { asset, savings, vault, first, ana, beto, carla, wait } = await deployWorld();
    await savings.write.deposit([usd("1000"), carla.address, 0n], { account: carla });
    await vault.write.rebalance();
    await first.write.lose([usd("300")]);
    await vault.write.report();
    await savings.write.nameReferrer([beto.address], { account: ana });
    await savings.write.deposit([usd("1000"), ana.address, 0n], { account: ana });
    await asset.write.mint([first.address, usd("300")]);
    await vault.write.report();
    await wait(DAY);
    expect((await savings.read.positionOf([ana.address]))[3]).toBeGreaterThan(usd("100"));
    await savings.write.claimYield([ana.address], { account: ana });
    expect(await savings.read.referralEarned([beto.address])).toBe(0n);
    expect(await savings.read.referralReserve()).toBe(0n);
  });

  it("earns nothing on old yield at a rate that was raised later", async () => {
    const { savings, vault, ana, beto, earn } = await deployWorld({ feeBps: 0n });
    await savings.write.nameReferrer([beto.address], { account: ana });
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await earn("10");
    await vault.write.raiseFee([2_000n]);
    await savings.write.claimYield([ana.address], { account: ana });
    expect(await savings.read.referralEarned([beto.address])).toBe(0n);
    expect(await savings.read.referralReserve()).toBe(0n);
  });

  it("earns nothing of a fee that was taken before the saver came", async () => {
    const { savings, vault, ana, beto, carla, earn, wait } = await deployWorld();
    await savings.write.deposit([usd("100"), carla.address, 0n], { account: carla });
    await vault.write.rebalance();
    await earn("10");
    await savings.write.nameReferrer([beto.address], { account: ana });
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    expect(await savings.read.referralReserve()).toBe(0n);
    await wait(DAY);
    await savings.write.compound([[ana.address]]);
    expect(await savings.read.referralEarned([beto.address])).toBe(0n);
  });

  it("earns nothing of a fee on shares that were bought after it, also where others had not stayed yet", async () => {
    const { asset, savings, vault, first, ana, beto } = await deployWorld();
    await savings.write.nameReferrer([beto.address], { account: ana });
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await asset.write.mint([first.address, usd("10")]);
    await vault.write.report();
    const reserve = await savings.read.referralReserve();
    expect(reserve).toBeGreaterThan(0n);
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    expect(await savings.read.referralReserve()).toBeLessThanOrEqual(reserve);
  });

  it("earns nothing of a fee that did not go to the treasury", async () => {
    const { savings, vault, roles, ana, beto, earn } = await referredWorld();
    const reserve = await savings.read.referralReserve();
    await vault.write.setFeeRecipient([roles.address]);
    await earn("10");
    expect(await vault.read.balanceOf([roles.address])).toBeGreaterThan(0n);
    expect(await savings.read.referralReserve()).toBe(reserve);
    await savings.write.compound([[ana.address]]);
    expect(await savings.read.referralEarned([beto.address])).toBeLessThanOrEqual(reserve);
  });

  it("earns nothing by money that comes just before the report and goes after it", async () => {
    const world = await deployWorld();
    const { asset, savings, vault, treasury, first, ana, beto, carla, wait } = world;
    await savings.write.deposit([usd("100"), carla.address, 0n], { account: carla });
    await savings.write.nameReferrer([beto.address], { account: ana });
    // Half has stayed for long; the rest is for the report only.
    await savings.write.deposit([usd("5000"), ana.address, 0n], { account: ana });
    await vault.write.rebalance();
    await wait(100 * DAY);
    await asset.write.mint([first.address, usd("10")]);
    await savings.write.deposit([usd("5000"), ana.address, 0n], { account: ana });
    await vault.write.report();
    const feeShares = await vault.read.balanceOf([treasury.address]);
    await savings.write.withdraw([usd("5000"), ana.address, MOST], { account: ana });
    expect(await savings.read.referralEarned([beto.address])).toBe(0n);
    await wait(DAY);
    await savings.write.withdrawAll([ana.address, 0n], { account: ana });
    // What had stayed was not half of all when the fee was taken.
    const earned = await savings.read.referralEarned([beto.address]);
    expect(earned).toBeGreaterThan((feeShares * 9n) / 100n);
    expect(earned).toBeLessThan(feeShares / 10n);
    expect(await savings.read.referralReserve()).toBeLessThanOrEqual(earned + 1n);
    expect(await treasury.read.owedTo([beto.address])).toBe(earned);
  });

  it("loses nothing that was earned when somebody pays in for the saver", async () => {
    const { savings, vault, treasury, ana, beto, carla } = await referredWorld();
    const reserve = await savings.read.referralReserve();
    await savings.write.deposit([usd("1000"), ana.address, 0n], { account: carla });
    await savings.write.withdrawAll([ana.address, 0n], { account: ana });
    const earned = await savings.read.referralEarned([beto.address]);
    expect(earned).toBeGreaterThanOrEqual(reserve - 2n);
    expect(await treasury.read.owedTo([beto.address])).toBe(earned);
    expect(await vault.read.balanceOf([treasury.address])).toBeGreaterThan(earned);
  });

  it("earns on what others had paid in before they were named, from then on", async () => {
    const { savings, vault, ana, beto, carla, earn } = await deployWorld();
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: carla });
    await vault.write.rebalance();
    await earn("10");
    await savings.write.nameReferrer([beto.address], { account: ana });
    await savings.write.compound([[ana.address]]);
    expect(await savings.read.referralReserve()).toBe(0n);
    await earn("10");
    await savings.write.compound([[ana.address]]);
    expect(await savings.read.referralEarned([beto.address])).toBeGreaterThan(0n);
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
