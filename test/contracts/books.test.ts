import { type Abi, type Address, parseEventLogs } from "viem";
import { describe, expect, it } from "vitest";
import { earnedWorld, MOST_SHARES, POOL } from "./cooperative/pools.ts";
import { usd, type World } from "./world.ts";

/** The totals of the last event that has any, whatever they are called there; 0 of the position after leaving. */
async function announced(world: World, pool: { address: Address; abi: Abi }) {
  const client = await world.viem.getPublicClient();
  const block = await client.getBlockNumber({ cacheTime: 0 });
  const logs = await client.getLogs({ address: pool.address, fromBlock: block, toBlock: block });
  const events = parseEventLogs({ abi: pool.abi, logs }) as { args: Record<string, bigint> }[];
  const last = events.findLast(({ args }) =>
    Object.keys(args).some((key) => key.endsWith("SharesAfter")),
  );
  if (!last) throw new Error("no event said what everything was then");
  const { args } = last;
  return {
    principal: args["principalAfter"] ?? 0n,
    shares: args["sharesAfter"] ?? 0n,
    totalPrincipal: args["totalPrincipalAfter"] ?? args["poolPrincipalAfter"],
    totalShares: args["totalSharesAfter"] ?? args["poolSharesAfter"],
  };
}

/** Ana has saved 100 and Beto 50 in savings and in a cooperative pool, and both have yield. */
async function savedWorld(): Promise<World> {
  const world = await earnedWorld();
  await world.savings.write.deposit([usd("100"), world.ana.address, 0n], { account: world.ana });
  await world.savings.write.deposit([usd("50"), world.beto.address, 0n], { account: world.beto });
  await world.vault.write.rebalance();
  await world.earn("15");
  return world;
}

describe("After each action on savings the books hold what was announced, and the pool those shares:", () => {
  const actions: Record<string, (world: World) => Promise<unknown>> = {
    deposit: ({ savings, ana }) =>
      savings.write.deposit([usd("5"), ana.address, 0n], { account: ana }),
    withdraw: ({ savings, ana }) =>
      savings.write.withdraw([usd("5"), ana.address, MOST_SHARES], { account: ana }),
    claimYield: ({ savings, ana }) => savings.write.claimYield([ana.address], { account: ana }),
    withdrawAll: ({ savings, ana }) =>
      savings.write.withdrawAll([ana.address, 0n], { account: ana }),
    takeOutShares: ({ savings, ana }) =>
      savings.write.takeOutShares([ana.address], { account: ana }),
    compound: ({ savings, ana }) => savings.write.compound([[ana.address]]),
  };
  it.each(Object.entries(actions))("%s", async (_, act) => {
    const world = await savedWorld();
    await act(world);
    const { savings, vault, ana } = world;
    const [shares, principal] = await savings.read.positionOf([ana.address]);
    const [totalShares, totalPrincipal] = await savings.read.totals();
    expect(await announced(world, savings)).toEqual({
      principal,
      shares,
      totalPrincipal,
      totalShares,
    });
    expect(await vault.read.balanceOf([savings.address])).toBe(totalShares);
  });
});

describe("After each action on a cooperative pool the books hold what was announced, and the pool those shares:", () => {
  const actions: Record<string, (world: World) => Promise<unknown>> = {
    contribute: ({ cooperatives, ana }) =>
      cooperatives.write.contribute([POOL, ana.address, usd("5"), 0n], { account: ana }),
    withdraw: ({ cooperatives, ana }) =>
      cooperatives.write.withdraw([POOL, usd("5"), ana.address, MOST_SHARES], { account: ana }),
    claimYield: ({ cooperatives, ana }) =>
      cooperatives.write.claimYield([POOL, ana.address], { account: ana }),
    leave: ({ cooperatives, ana }) =>
      cooperatives.write.leave([POOL, ana.address, 0n], { account: ana }),
    leaveWithShares: ({ cooperatives, ana }) =>
      cooperatives.write.leaveWithShares([POOL, ana.address], { account: ana }),
  };
  it.each(Object.entries(actions))("%s", async (_, act) => {
    const world = await savedWorld();
    await act(world);
    const { cooperatives, vault, ana } = world;
    const member = await cooperatives.read.isMember([POOL, ana.address]);
    const [shares, principal] = member
      ? await cooperatives.read.positionOf([POOL, ana.address])
      : [0n, 0n];
    const [totalShares, totalPrincipal] = await cooperatives.read.totalsOf([POOL]);
    expect(await announced(world, cooperatives)).toEqual({
      principal,
      shares,
      totalPrincipal,
      totalShares,
    });
    expect(await vault.read.balanceOf([cooperatives.address])).toBe(totalShares);
  });
});
