import type { World } from "../world.ts";
import { deployWorld, usd } from "../world.ts";

export const TERMS = {
  name: "Junta de la cuadra",
  minimum: usd("10"),
  maximum: usd("1000"),
  maxMembers: 3,
  open: true,
};

export const POOL = 1n;
export const MOST_SHARES = 2n ** 256n - 1n;

/** Ana has created pool 1 and paid in 100; there is no fee. */
export async function poolWorld(terms: Partial<typeof TERMS> = {}): Promise<World> {
  const world = await deployWorld({ feeBps: 0n });
  await world.cooperatives.write.createPool([{ ...TERMS, ...terms }, usd("100"), 0n], {
    account: world.ana,
  });
  return world;
}

/** Beto has joined with 50, and the vault has earned 15 for both. */
export async function earnedWorld(): Promise<World> {
  const world = await poolWorld();
  await world.cooperatives.write.join([POOL, usd("50"), 0n], { account: world.beto });
  await world.vault.write.rebalance();
  await world.earn("15");
  return world;
}
