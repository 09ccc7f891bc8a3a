import { describe, expect, it } from "vitest";
import { is, mood, sharesFor, usd } from "../world.ts";
import { earnedWorld, MOST_SHARES, POOL, poolWorld } from "./pools.ts";

describe("CooperativePools.withdraw", () => {
  it("takes principal out and says what everything is then", async () => {
    const { cooperatives, ana, beto, balanceOf, assertions } = await poolWorld();
    await cooperatives.write.join([POOL, usd("50"), 0n], { account: beto });
    await assertions.emitWithArgs(
      cooperatives.write.withdraw([POOL, usd("30"), beto.address, MOST_SHARES], { account: ana }),
      cooperatives,
      "WithdrawalMade",
      [
        POOL,
        is(ana),
        is(beto),
        usd("30"),
        sharesFor("30"),
        usd("70"),
        sharesFor("70"),
        usd("120"),
        sharesFor("120"),
      ],
    );
    expect(await balanceOf(beto)).toBe(usd("9980"));
  });

  it("stops at the pool's minimum, at the principal, at zero and at the most shares", async () => {
    const { cooperatives, ana, beto, assertions } = await poolWorld();
    const withdraw = (assets: bigint, most = MOST_SHARES) =>
      cooperatives.write.withdraw([POOL, assets, ana.address, most], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(
      withdraw(usd("91")),
      cooperatives,
      "BelowMinimum",
      [usd("9"), usd("10")],
    );
    await assertions.revertWithCustomErrorWithArgs(
      withdraw(usd("101")),
      cooperatives,
      "PrincipalTooLow",
      [usd("101"), usd("100")],
    );
    await assertions.revertWithCustomError(withdraw(0n), cooperatives, "ZeroAmount");
    await assertions.revertWithCustomErrorWithArgs(
      withdraw(usd("1"), 1n),
      cooperatives,
      "TooManyShares",
      [sharesFor("1"), 1n],
    );
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.withdraw([POOL, usd("1"), beto.address, MOST_SHARES], { account: beto }),
      cooperatives,
      "NotMember",
      [POOL, is(beto)],
    );
    await withdraw(usd("90"), sharesFor("90"));
    expect((await cooperatives.read.positionOf([POOL, ana.address]))[1]).toBe(usd("10"));
  });
});

describe("CooperativePools.claimYield", () => {
  it("pays one's own yield and changes nobody else's", async () => {
    const { cooperatives, ana, beto, balanceOf } = await earnedWorld();
    const [shares, , , earned] = await cooperatives.read.positionOf([POOL, ana.address]);
    const others = await cooperatives.read.positionOf([POOL, beto.address]);
    await cooperatives.write.claimYield([POOL, ana.address], { account: ana });
    const [claim] = await cooperatives.getEvents.YieldClaimed();
    const burned = claim?.args.shares ?? 0n;
    expect(claim?.args).toMatchObject({
      assets: earned,
      principalAfter: usd("100"),
      sharesAfter: shares - burned,
      poolPrincipalAfter: usd("150"),
      poolSharesAfter: sharesFor("150") - burned,
    });
    expect(earned).toBeGreaterThan(usd("9.99"));
    expect(await balanceOf(ana)).toBe(usd("9900") + earned);
    expect(await cooperatives.read.positionOf([POOL, beto.address])).toEqual(others);
  });

  it("pays nothing where there is none, and is for members", async () => {
    const { cooperatives, ana, carla, balanceOf, assertions } = await poolWorld();
    await cooperatives.write.claimYield([POOL, ana.address], { account: ana });
    expect(await cooperatives.getEvents.YieldClaimed()).toEqual([]);
    expect(await balanceOf(ana)).toBe(usd("9900"));
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.claimYield([POOL, carla.address], { account: carla }),
      cooperatives,
      "NotMember",
      [POOL, is(carla)],
    );
  });
});

describe("CooperativePools.leave", () => {
  it("pays principal and yield, each with its event", async () => {
    const { cooperatives, ana, balanceOf } = await earnedWorld();
    const [shares, , value] = await cooperatives.read.positionOf([POOL, ana.address]);
    await cooperatives.write.leave([POOL, ana.address, value], { account: ana });
    const [withdrawal] = await cooperatives.getEvents.WithdrawalMade();
    const [claim] = await cooperatives.getEvents.YieldClaimed();
    const [left] = await cooperatives.getEvents.MemberLeft();
    expect(withdrawal?.args).toMatchObject({
      assets: usd("100"),
      principalAfter: 0n,
      sharesAfter: claim?.args.shares,
      poolPrincipalAfter: usd("50"),
      poolSharesAfter: sharesFor("50") + (claim?.args.shares ?? 0n),
    });
    expect(claim?.args).toMatchObject({
      assets: value - usd("100"),
      principalAfter: 0n,
      sharesAfter: 0n,
      poolPrincipalAfter: usd("50"),
      poolSharesAfter: sharesFor("50"),
    });
    expect((withdrawal?.args.shares ?? 0n) + (claim?.args.shares ?? 0n)).toBe(shares);
    expect(left?.args).toMatchObject({ poolId: POOL, memberCountAfter: 1n });
    expect(await balanceOf(ana)).toBe(usd("9900") + value);
    expect(await cooperatives.read.totalsOf([POOL])).toEqual([sharesFor("50"), usd("50")]);
  });

  it("works in a closed pool", async () => {
    const { cooperatives, ana, balanceOf } = await poolWorld();
    await cooperatives.write.closePool([POOL], { account: ana });
    await cooperatives.write.leave([POOL, ana.address, usd("100")], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("10000"));
    expect(await cooperatives.getEvents.YieldClaimed()).toEqual([]);
  });

  it("works after a loss, also when all shares went already", async () => {
    const { cooperatives, first, ana, beto, balanceOf } = await earnedWorld();
    await first.write.lose([usd("60")]);
    const [, , value] = await cooperatives.read.positionOf([POOL, ana.address]);
    await cooperatives.write.withdraw([POOL, value, ana.address, MOST_SHARES], { account: ana });
    await cooperatives.write.leave([POOL, ana.address, 0n], { account: ana });
    expect(await balanceOf(ana)).toBe(usd("9900") + value);
    await cooperatives.write.leave([POOL, beto.address, 0n], { account: beto });
    expect(await cooperatives.read.totalsOf([POOL])).toEqual([0n, 0n]);
    expect((await cooperatives.read.poolOf([POOL])).memberCount).toBe(0);
  });

  it("keeps to the least assets, and is for members", async () => {
    const { cooperatives, vault, ana, carla, assertions } = await poolWorld();
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.leave([POOL, ana.address, usd("100") + 1n], { account: ana }),
      vault,
      "TooFewAssets",
      [usd("100"), usd("100") + 1n],
    );
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.leave([POOL, carla.address, 0n], { account: carla }),
      cooperatives,
      "NotMember",
      [POOL, is(carla)],
    );
  });
});

describe("CooperativePools.leaveWithShares", () => {
  it("gives the vault shares themselves, whatever the strategies do", async () => {
    const { cooperatives, vault, first, second, ana, carla, assertions } = await earnedWorld();
    await first.write.setMood([mood("RevertsOnEverything")]);
    await second.write.setMood([mood("RevertsOnEverything")]);
    await assertions.emitWithArgs(
      cooperatives.write.leaveWithShares([POOL, carla.address], { account: ana }),
      cooperatives,
      "SharesTakenOut",
      [POOL, is(ana), is(carla), sharesFor("100"), usd("100"), usd("50"), sharesFor("50")],
    );
    const [left] = await cooperatives.getEvents.MemberLeft();
    expect(left?.args.memberCountAfter).toBe(1n);
    expect(await vault.read.balanceOf([carla.address])).toBe(sharesFor("100"));
    expect(await cooperatives.read.isMember([POOL, ana.address])).toBe(false);
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.leaveWithShares([POOL, ana.address], { account: ana }),
      cooperatives,
      "NotMember",
      [POOL, is(ana)],
    );
  });
});

describe("CooperativePools.closePool", () => {
  it("is the creator's, for good and once", async () => {
    const { cooperatives, ana, beto, assertions } = await poolWorld();
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.closePool([POOL], { account: beto }),
      cooperatives,
      "NotCreator",
      [POOL, is(beto)],
    );
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.revokeInvitations([POOL], { account: beto }),
      cooperatives,
      "NotCreator",
      [POOL, is(beto)],
    );
    await assertions.emitWithArgs(
      cooperatives.write.closePool([POOL], { account: ana }),
      cooperatives,
      "PoolClosed",
      [POOL, is(ana)],
    );
    expect((await cooperatives.read.poolOf([POOL])).closed).toBe(true);
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.closePool([POOL], { account: ana }),
      cooperatives,
      "PoolIsClosed",
      [POOL],
    );
  });
});
