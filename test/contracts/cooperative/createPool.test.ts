import { describe, expect, it } from "vitest";
import { is, deployWorld, sharesFor, usd } from "../world.ts";
import { POOL, TERMS } from "./pools.ts";

describe("CooperativePools.createPool", () => {
  it("makes the creator the first member, with the first contribution", async () => {
    const { cooperatives, ana } = await deployWorld();
    await cooperatives.write.createPool([TERMS, usd("100"), 0n], { account: ana });
    const [created] = await cooperatives.getEvents.PoolCreated();
    expect(created?.args).toMatchObject({
      poolId: POOL,
      name: TERMS.name,
      minimum: usd("10"),
      maximum: usd("1000"),
      maxMembers: 3n,
      open: true,
    });
    const [joined] = await cooperatives.getEvents.MemberJoined();
    expect(joined?.args).toMatchObject({ poolId: POOL, memberCountAfter: 1n });
    expect(await cooperatives.read.positionOf([POOL, ana.address])).toEqual([
      sharesFor("100"),
      usd("100"),
      usd("100"),
      0n,
    ]);
    expect(await cooperatives.read.poolOf([POOL])).toMatchObject({
      memberCount: 1,
      maxMembers: 3,
      open: true,
    });
    expect(await cooperatives.read.amountsOf([POOL])).toEqual([usd("10"), usd("1000")]);
    expect(await cooperatives.read.totalsOf([POOL])).toEqual([sharesFor("100"), usd("100")]);
  });

  it("lets the creator stay outside, and join later without invitation", async () => {
    const { cooperatives, ana } = await deployWorld();
    await cooperatives.write.createPool([{ ...TERMS, open: false }, 0n, 0n], { account: ana });
    expect(await cooperatives.read.isMember([POOL, ana.address])).toBe(false);
    await cooperatives.write.join([POOL, usd("10"), 0n], { account: ana });
    expect(await cooperatives.read.isMember([POOL, ana.address])).toBe(true);
  });

  it("numbers pools from 1", async () => {
    const { cooperatives, ana, beto } = await deployWorld();
    await cooperatives.write.createPool([TERMS, 0n, 0n], { account: ana });
    await cooperatives.write.createPool([TERMS, 0n, 0n], { account: beto });
    expect(await cooperatives.read.poolCount()).toBe(2n);
    expect((await cooperatives.read.poolOf([2n])).creator.toLowerCase()).toBe(beto.address);
  });

  it("takes a name of 1 to 64 bytes", async () => {
    const { cooperatives, ana, assertions } = await deployWorld();
    for (const length of [0, 65]) {
      await assertions.revertWithCustomErrorWithArgs(
        cooperatives.write.createPool([{ ...TERMS, name: "x".repeat(length) }, 0n, 0n], {
          account: ana,
        }),
        cooperatives,
        "NameOutOfRange",
        [BigInt(length)],
      );
    }
    for (const length of [1, 64]) {
      await cooperatives.write.createPool([{ ...TERMS, name: "x".repeat(length) }, 0n, 0n], {
        account: ana,
      });
    }
    expect(await cooperatives.read.poolCount()).toBe(2n);
  });

  it("takes sensible amounts and members only", async () => {
    const { cooperatives, ana, assertions } = await deployWorld();
    for (const amounts of [
      { minimum: 0n, maximum: 5n },
      { minimum: 6n, maximum: 5n },
    ]) {
      await assertions.revertWithCustomErrorWithArgs(
        cooperatives.write.createPool([{ ...TERMS, ...amounts }, 0n, 0n], { account: ana }),
        cooperatives,
        "AmountsOutOfRange",
        [amounts.minimum, amounts.maximum],
      );
    }
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.createPool([{ ...TERMS, maxMembers: 1 }, 0n, 0n], { account: ana }),
      cooperatives,
      "MembersOutOfRange",
      [1n],
    );
    const tightest = { ...TERMS, minimum: 5n, maximum: 5n, maxMembers: 2 };
    await cooperatives.write.createPool([tightest, 5n, 0n], { account: ana });
    expect(await cooperatives.read.amountsOf([POOL])).toEqual([5n, 5n]);
  });

  it("knows no pool that was not created", async () => {
    const { cooperatives, ana, assertions } = await deployWorld();
    for (const attempt of [
      cooperatives.read.poolOf([7n]),
      cooperatives.read.maxContribution([7n, ana.address]),
      cooperatives.write.join([7n, usd("10"), 0n], { account: ana }),
      cooperatives.write.contribute([7n, ana.address, usd("10"), 0n], { account: ana }),
      cooperatives.write.joinWithInvitation([7n, usd("10"), 0n, 0n, "0x"], { account: ana }),
    ]) {
      await assertions.revertWithCustomErrorWithArgs(attempt, cooperatives, "PoolUnknown", [7n]);
    }
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.closePool([7n], { account: ana }),
      cooperatives,
      "NotCreator",
      [7n, is(ana)],
    );
  });
});
