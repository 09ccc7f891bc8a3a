import { encodeFunctionData } from "viem";
import { describe, expect, it } from "vitest";
import { signInvitation } from "../permits.ts";
import { is, sharesFor, usd } from "../world.ts";
import { earnedWorld, POOL, poolWorld } from "./pools.ts";

const FOREVER = 10_000_000_000n;

describe("CooperativePools.join", () => {
  it("makes a member and says what everything is then", async () => {
    const { cooperatives, beto, assertions } = await poolWorld();
    const transaction = cooperatives.write.join([POOL, usd("50"), 0n], { account: beto });
    await assertions.emitWithArgs(transaction, cooperatives, "MemberJoined", [POOL, is(beto), 2n]);
    const [contribution] = await cooperatives.getEvents.ContributionMade();
    expect(contribution?.args).toMatchObject({
      poolId: POOL,
      assets: usd("50"),
      shares: sharesFor("50"),
      principalAfter: usd("50"),
      sharesAfter: sharesFor("50"),
      poolPrincipalAfter: usd("150"),
      poolSharesAfter: sharesFor("150"),
    });
  });

  it("gives no part of what was earned before", async () => {
    const { cooperatives, ana, carla } = await earnedWorld();
    const before = await cooperatives.read.positionOf([POOL, ana.address]);
    await cooperatives.write.join([POOL, usd("900"), 0n], { account: carla });
    const [, principal, value, earned] = await cooperatives.read.positionOf([POOL, carla.address]);
    expect(principal).toBe(usd("900"));
    expect(value).toBeLessThanOrEqual(usd("900"));
    expect(earned).toBe(0n);
    expect(await cooperatives.read.positionOf([POOL, ana.address])).toEqual(before);
  });

  it("keeps to the number of members, and counts who leaves", async () => {
    const { asset, cooperatives, viem, ana, beto, carla, assertions } = await poolWorld();
    await cooperatives.write.join([POOL, usd("10"), 0n], { account: beto });
    await cooperatives.write.join([POOL, usd("10"), 0n], { account: carla });
    const [, , , , , late] = await viem.getWalletClients();
    if (!late) throw new Error("the chain has too few accounts");
    await asset.write.mint([late.account.address, usd("10")]);
    await asset.write.approve([cooperatives.address, usd("10")], { account: late.account });
    expect(await cooperatives.read.maxContribution([POOL, late.account.address])).toBe(0n);
    expect(await cooperatives.read.maxContribution([POOL, ana.address])).toBe(usd("900"));
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("10"), 0n], { account: late.account }),
      cooperatives,
      "PoolIsFull",
      [POOL, 3n],
    );
    await cooperatives.write.leave([POOL, beto.address, 0n], { account: beto });
    await cooperatives.write.join([POOL, usd("10"), 0n], { account: late.account });
    expect((await cooperatives.read.poolOf([POOL])).memberCount).toBe(3);
  });

  it("lets a member who left come back", async () => {
    const { cooperatives, beto } = await poolWorld();
    for (let times = 0; times < 2; times++) {
      await cooperatives.write.join([POOL, usd("10"), 0n], { account: beto });
      await cooperatives.write.leave([POOL, beto.address, 0n], { account: beto });
    }
    expect((await cooperatives.read.poolOf([POOL])).memberCount).toBe(1);
  });

  it("refuses a second time, too little, too much, and a closed pool", async () => {
    const { cooperatives, vault, ana, beto, assertions } = await poolWorld();
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("10"), 0n], { account: ana }),
      cooperatives,
      "AlreadyMember",
      [POOL, is(ana)],
    );
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("9"), 0n], { account: beto }),
      cooperatives,
      "BelowMinimum",
      [usd("9"), usd("10")],
    );
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("1001"), 0n], { account: beto }),
      cooperatives,
      "AboveMaximum",
      [usd("1001"), usd("1000")],
    );
    await assertions.revertWithCustomError(
      cooperatives.write.join([POOL, 0n, 0n], { account: beto }),
      cooperatives,
      "ZeroAmount",
    );
    const shares = sharesFor("10");
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("10"), shares + 1n], { account: beto }),
      vault,
      "TooFewShares",
      [shares, shares + 1n],
    );
    await cooperatives.write.closePool([POOL], { account: ana });
    expect(await cooperatives.read.maxContribution([POOL, beto.address])).toBe(0n);
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("10"), 0n], { account: beto }),
      cooperatives,
      "PoolIsClosed",
      [POOL],
    );
  });
});

describe("CooperativePools.joinWithInvitation", () => {
  it("is the only way into a pool by invitation", async () => {
    const world = await poolWorld({ open: false });
    const { cooperatives, ana, beto, assertions } = world;
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("10"), 0n], { account: beto }),
      cooperatives,
      "InvitationNeeded",
      [POOL],
    );
    const invitation = { poolId: POOL, invitee: beto.address, epoch: 0, deadline: FOREVER };
    const signature = await signInvitation(world, ana, invitation);
    await cooperatives.write.joinWithInvitation([POOL, usd("10"), 0n, FOREVER, signature], {
      account: beto,
    });
    expect(await cooperatives.read.isMember([POOL, beto.address])).toBe(true);
  });

  it("stays good when the account of who signed it gets code", async () => {
    const world = await poolWorld({ open: false });
    const { cooperatives, asset, networkHelpers, ana, beto } = world;
    const invitation = { poolId: POOL, invitee: beto.address, epoch: 0, deadline: FOREVER };
    const signature = await signInvitation(world, ana, invitation);
    // EIP-7702: to something that knows nothing of signatures.
    await networkHelpers.setCode(ana.address, `0xef0100${asset.address.slice(2)}`);
    await cooperatives.write.joinWithInvitation([POOL, usd("10"), 0n, FOREVER, signature], {
      account: beto,
    });
  });

  it("is for the invitee alone, by the creator alone, for that pool and time alone", async () => {
    const world = await poolWorld({ open: false });
    const { cooperatives, ana, beto, carla, assertions } = world;
    const invitation = { poolId: POOL, invitee: beto.address, epoch: 0, deadline: FOREVER };
    const bad = await Promise.all([
      signInvitation(world, ana, { ...invitation, invitee: carla.address }),
      signInvitation(world, ana, { ...invitation, poolId: 2n }),
      signInvitation(world, ana, { ...invitation, epoch: 1 }),
      signInvitation(world, ana, { ...invitation, deadline: FOREVER + 1n }),
      signInvitation(world, carla, invitation),
    ]);
    for (const signature of bad) {
      await assertions.revertWithCustomErrorWithArgs(
        cooperatives.write.joinWithInvitation([POOL, usd("10"), 0n, FOREVER, signature], {
          account: beto,
        }),
        cooperatives,
        "InvitationInvalid",
        [POOL, is(beto)],
      );
    }
  });

  it("ends at its deadline", async () => {
    const world = await poolWorld({ open: false });
    const { cooperatives, networkHelpers, ana, beto, now, assertions } = world;
    const deadline = (await now()) + 100n;
    const signature = await signInvitation(world, ana, {
      poolId: POOL,
      invitee: beto.address,
      epoch: 0,
      deadline,
    });
    const join = () =>
      cooperatives.write.joinWithInvitation([POOL, usd("10"), 0n, deadline, signature], {
        account: beto,
      });
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await join();
    await cooperatives.write.leave([POOL, beto.address, 0n], { account: beto });
    await assertions.revertWithCustomErrorWithArgs(join(), cooperatives, "InvitationExpired", [
      deadline,
    ]);
  });

  it("ends when the creator revokes it", async () => {
    const world = await poolWorld({ open: false });
    const { cooperatives, ana, beto, assertions } = world;
    const invitation = { poolId: POOL, invitee: beto.address, epoch: 0, deadline: FOREVER };
    const old = await signInvitation(world, ana, invitation);
    await assertions.emitWithArgs(
      cooperatives.write.revokeInvitations([POOL], { account: ana }),
      cooperatives,
      "InvitationsRevoked",
      [POOL, is(ana), 1n],
    );
    await assertions.revertWithCustomError(
      cooperatives.write.joinWithInvitation([POOL, usd("10"), 0n, FOREVER, old], { account: beto }),
      cooperatives,
      "InvitationInvalid",
    );
    const fresh = await signInvitation(world, ana, { ...invitation, epoch: 1 });
    await cooperatives.write.joinWithInvitation([POOL, usd("10"), 0n, FOREVER, fresh], {
      account: beto,
    });
    expect(await cooperatives.read.isMember([POOL, beto.address])).toBe(true);
  });

  it("can be signed by a creator that is a contract", async () => {
    const world = await poolWorld();
    const { cooperatives, viem, ana, beto } = world;
    const wallet = await viem.deployContract("ContractWallet", [ana.address]);
    const terms = { name: "Ayllu", minimum: 1n, maximum: usd("10"), maxMembers: 2, open: false };
    const create = encodeFunctionData({
      abi: cooperatives.abi,
      functionName: "createPool",
      args: [terms, 0n, 0n],
    });
    await wallet.write.execute([cooperatives.address, create], { account: ana });
    const invitation = { poolId: 2n, invitee: beto.address, epoch: 0, deadline: FOREVER };
    const signature = await signInvitation(world, ana, invitation);
    await cooperatives.write.joinWithInvitation([2n, usd("10"), 0n, FOREVER, signature], {
      account: beto,
    });
    expect(await cooperatives.read.isMember([2n, beto.address])).toBe(true);
  });
});

describe("CooperativePools.contribute", () => {
  it("adds to one's own part or another's", async () => {
    const { cooperatives, ana, beto, carla, assertions } = await earnedWorld();
    await cooperatives.write.contribute([POOL, ana.address, usd("5"), 0n], { account: ana });
    await assertions.emit(
      cooperatives.write.contribute([POOL, beto.address, usd("7"), 0n], { account: carla }),
      cooperatives,
      "ContributionMade",
    );
    const [contribution] = await cooperatives.getEvents.ContributionMade();
    expect(contribution?.args.payer?.toLowerCase()).toBe(carla.address);
    expect((await cooperatives.read.positionOf([POOL, ana.address]))[1]).toBe(usd("105"));
    expect((await cooperatives.read.positionOf([POOL, beto.address]))[1]).toBe(usd("57"));
    expect((await cooperatives.read.totalsOf([POOL]))[1]).toBe(usd("162"));
  });

  it("is for members, up to the maximum, while the pool is not closed", async () => {
    const { cooperatives, ana, carla, assertions } = await poolWorld();
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.contribute([POOL, carla.address, usd("10"), 0n], { account: ana }),
      cooperatives,
      "NotMember",
      [POOL, is(carla)],
    );
    await cooperatives.write.contribute([POOL, ana.address, usd("900"), 0n], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.contribute([POOL, ana.address, 1n, 0n], { account: ana }),
      cooperatives,
      "AboveMaximum",
      [usd("1000") + 1n, usd("1000")],
    );
    await cooperatives.write.closePool([POOL], { account: ana });
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.contribute([POOL, ana.address, usd("1"), 0n], { account: ana }),
      cooperatives,
      "PoolIsClosed",
      [POOL],
    );
  });

  it("leaves out what is above the maximum, so that nobody can spoil a member's own by paying for them", async () => {
    const { cooperatives, vault, ana, carla, balanceOf, assertions } = await poolWorld();
    await cooperatives.write.contribute([POOL, ana.address, 1n, 0n], { account: carla });
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.contribute([POOL, ana.address, usd("900"), sharesFor("900")], {
        account: ana,
      }),
      vault,
      "TooFewShares",
      [sharesFor("899.999999"), sharesFor("900")],
    );
    await cooperatives.write.contribute([POOL, ana.address, usd("900"), sharesFor("899")], {
      account: ana,
    });
    expect((await cooperatives.read.positionOf([POOL, ana.address]))[1]).toBe(usd("1000"));
    expect(await balanceOf(ana)).toBe(usd("9000") + 1n);
  });
});

describe("The creator's seat", () => {
  it("is nobody else's while the creator has not joined, nor when they have left", async () => {
    const { cooperatives, ana, beto, carla, assertions } = await poolWorld({ maxMembers: 2 });
    await cooperatives.write.leave([POOL, ana.address, 0n], { account: ana });
    await cooperatives.write.join([POOL, usd("10"), 0n], { account: beto });
    expect(await cooperatives.read.maxContribution([POOL, carla.address])).toBe(0n);
    await assertions.revertWithCustomErrorWithArgs(
      cooperatives.write.join([POOL, usd("10"), 0n], { account: carla }),
      cooperatives,
      "PoolIsFull",
      [POOL, 2n],
    );
    expect(await cooperatives.read.maxContribution([POOL, ana.address])).toBe(usd("1000"));
    await cooperatives.write.join([POOL, usd("10"), 0n], { account: ana });
    expect((await cooperatives.read.poolOf([POOL])).memberCount).toBe(2);
  });

  it("is the only one that is kept: others' can be taken by anybody while the creator sits", async () => {
    const { cooperatives, beto, carla } = await poolWorld();
    for (const account of [beto, carla]) {
      expect(await cooperatives.read.maxContribution([POOL, account.address])).toBe(usd("1000"));
      await cooperatives.write.join([POOL, usd("10"), 0n], { account });
    }
    expect((await cooperatives.read.poolOf([POOL])).memberCount).toBe(3);
  });
});
