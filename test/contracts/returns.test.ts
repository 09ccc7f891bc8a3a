import { describe, expect, it } from "vitest";
import { deployWorld, sharesFor, usd } from "./world.ts";

const MOST = 2n ** 256n - 1n;
const TERMS = { name: "Junta", minimum: usd("1"), maximum: usd("1000"), maxMembers: 5, open: true };

/** Ana has 100 in the vault, in savings and in a cooperative pool each, and some yield. */
async function savedWorld() {
  const world = await deployWorld({ feeBps: 0n });
  const { vault, savings, cooperatives, ana } = world;
  await vault.write.deposit([usd("100"), ana.address], { account: ana });
  await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
  await cooperatives.write.createPool([TERMS, usd("100"), 0n], { account: ana });
  await vault.write.rebalance();
  await world.earn("30");
  return world;
}

describe("What actions return to contracts that call them", () => {
  it("is, in the vault, the other side of what was asked for", async () => {
    const { asset, vault, first, ana } = await savedWorld();
    const account = ana.address;
    const me = ana.address;
    const shares = sharesFor("10");
    const preview = {
      deposit: await vault.read.previewDeposit([usd("10")]),
      mint: await vault.read.previewMint([shares]),
      withdraw: await vault.read.previewWithdraw([usd("10")]),
      redeem: await vault.read.previewRedeem([shares]),
    };
    const results = await Promise.all([
      vault.simulate.deposit([usd("10"), me], { account }),
      vault.simulate.deposit([usd("10"), me, 0n], { account }),
      vault.simulate.depositWithPermit([usd("10"), me, 0n, 0n, 0, NO_BYTES, NO_BYTES], { account }),
      vault.simulate.mint([shares, me], { account }),
      vault.simulate.mint([shares, me, MOST], { account }),
      vault.simulate.withdraw([usd("10"), me, me], { account }),
      vault.simulate.withdraw([usd("10"), me, me, MOST], { account }),
      vault.simulate.redeem([shares, me, me], { account }),
      vault.simulate.redeem([shares, me, me, 0n], { account }),
    ]);
    expect(results.map(({ result }) => result)).toEqual([
      preview.deposit,
      preview.deposit,
      preview.deposit,
      preview.mint,
      preview.mint,
      preview.withdraw,
      preview.withdraw,
      preview.redeem,
      preview.redeem,
    ]);
    const inKind = await vault.simulate.redeemInKind([shares, me, me, []], { account });
    expect(inKind.result).toBeLessThanOrEqual(shares);
    expect(inKind.result).toBeGreaterThan(sharesFor("9.99999"));
    await asset.write.mint([first.address, usd("18")]);
    const [profit, loss] = (await vault.simulate.report()).result;
    expect(profit).toBeGreaterThan(usd("17.99"));
    expect(loss).toBe(0n);
    await first.write.lose([usd("40")]);
    const after = (await vault.simulate.report()).result;
    expect(after[0]).toBe(0n);
    expect(after[1]).toBeGreaterThan(usd("21.9"));
  });

  it("is, in the savings pool, what the position gained or gave", async () => {
    const { savings, vault, treasury, ana, beto, earn } = await savedWorld();
    const account = ana.address;
    const me = ana.address;
    const [shares, , value, claimable] = await savings.read.positionOf([me]);
    const bought = await vault.read.previewDeposit([usd("10")]);
    const results = await Promise.all([
      savings.simulate.deposit([usd("10"), me, 0n], { account }),
      savings.simulate.depositWithPermit([usd("10"), me, 0n, 0n, 0, NO_BYTES, NO_BYTES], {
        account,
      }),
      savings.simulate.withdraw([usd("10"), me, MOST], { account }),
      savings.simulate.withdrawAll([me, 0n], { account }),
      savings.simulate.claimYield([me], { account }),
      savings.simulate.takeOutShares([me], { account }),
    ]);
    expect(results.map(({ result }) => result)).toEqual([
      bought,
      bought,
      await vault.read.previewWithdraw([usd("10")]),
      value,
      claimable,
      shares,
    ]);
    await vault.write.raiseFee([1_000n]);
    await savings.write.nameReferrer([me], { account: beto });
    await savings.write.deposit([usd("100"), beto.address, 0n], { account: beto });
    await vault.write.rebalance();
    await earn("30");
    await savings.write.compound([[beto.address]]);
    const reward = await savings.read.referralEarned([me]);
    expect(reward).toBeGreaterThan(0n);
    const worth = await vault.read.convertToAssets([reward]);
    expect((await treasury.simulate.claimReferralReward([me], { account })).result).toBe(worth);
    const burned = await vault.read.previewWithdraw([worth / 2n]);
    const part = await treasury.simulate.claimReferralReward([me, worth / 2n], { account });
    expect(part.result).toBe(burned);
    expect((await treasury.simulate.takeOutShares([me], { account })).result).toBe(reward);
  });

  it("is, in a cooperative pool, what the part gained or gave", async () => {
    const { cooperatives, vault, ana, beto } = await savedWorld();
    const account = ana.address;
    const me = ana.address;
    const [shares, , value, claimable] = await cooperatives.read.positionOf([1n, me]);
    const bought = await vault.read.previewDeposit([usd("10")]);
    const results = await Promise.all([
      cooperatives.simulate.createPool([TERMS, 0n, 0n], { account }),
      cooperatives.simulate.join([1n, usd("10"), 0n], { account: beto.address }),
      cooperatives.simulate.contribute([1n, me, usd("10"), 0n], { account }),
      cooperatives.simulate.withdraw([1n, usd("10"), me, MOST], { account }),
      cooperatives.simulate.claimYield([1n, me], { account }),
      cooperatives.simulate.leave([1n, me, 0n], { account }),
      cooperatives.simulate.leaveWithShares([1n, me], { account }),
    ]);
    expect(results.map(({ result }) => result)).toEqual([
      2n,
      bought,
      bought,
      await vault.read.previewWithdraw([usd("10")]),
      claimable,
      value,
      shares,
    ]);
  });
});

const NO_BYTES = `0x${"0".repeat(64)}` as const;
