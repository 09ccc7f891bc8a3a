import type { Hex } from "viem";
import { encodeFunctionData } from "viem";
import { measureGas } from "../test/contracts/measureGas.ts";
import type { World } from "../test/contracts/world.ts";
import { deployWorld, usd } from "../test/contracts/world.ts";
import type { Bench, Row } from "./harness.ts";

const SIZES = [10, 1_000, 10_000] as const;
const BATCH = 50;
const MOST_SHARES = 2n ** 256n - 1n;
const TERMS = {
  name: "Pool",
  minimum: 1n,
  maximum: usd("1000000"),
  maxMembers: 65_535,
  open: true,
};

/** What of ours is compared with what of a plain ERC-4626. */
const PEERS = {
  "vault: later deposit": "plain ERC-4626: later deposit",
  "vault: withdraw from a strategy": "plain ERC-4626: withdraw",
  "savings: deposit of a new saver": "plain ERC-4626: deposit of a new saver",
  "savings: later deposit": "plain ERC-4626: later deposit",
  "savings: withdraw": "plain ERC-4626: withdraw",
};

const bench: Bench = {
  name: "gas",
  about:
    "Gas of the vault and the savings pool next to OpenZeppelin's ERC-4626 over the same strategy, and of both pools " +
    "with 1,000 and 10,000 savers, members and pools next to themselves with 10.",
  run: async () => [...(await comparedWithPlainVault()), ...(await comparedWithFewPeople())],
};

export default bench;

async function comparedWithPlainVault(): Promise<Row[]> {
  const gas = await measureGas();
  return Object.entries(PEERS).map(([name, peer]) => ({
    name,
    unit: "gas",
    ours: gas[name] ?? NaN,
    peer: gas[peer] ?? NaN,
    against: "plain ERC-4626",
    better: "less",
  }));
}

async function comparedWithFewPeople(): Promise<Row[]> {
  const crowd = await Crowd.gather();
  const measured = new Map<number, Record<string, number>>();
  for (const size of SIZES) {
    await crowd.growTo(size);
    measured.set(size, await crowd.measure());
  }
  const few = measured.get(SIZES[0]) ?? {};
  return SIZES.slice(1).flatMap((size) =>
    Object.entries(measured.get(size) ?? {}).map(([name, ours]): Row => ({
      name: `${name}, at ${size}`,
      unit: "gas",
      ours,
      peer: few[name] ?? NaN,
      against: `ours at ${SIZES[0]}`,
      better: "less",
    })),
  );
}

/** A world with more and more people in it. Ana and Beto are there from the start; Carla pays, comes and goes. */
class Crowd {
  private savers = 2;
  private members = 2;
  private pools = 1;
  private nextSaver = 0x5a4e_0000_0000;
  private readonly world: World;

  private constructor(world: World) {
    this.world = world;
  }

  static async gather(): Promise<Crowd> {
    const world = await deployWorld();
    const { asset, savings, cooperatives, ana, beto, carla } = world;
    await asset.write.mint([carla.address, usd("100000000")]);
    await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
    await savings.write.deposit([usd("100"), beto.address, 0n], { account: beto });
    await cooperatives.write.createPool([TERMS, usd("100"), 0n], { account: ana });
    await cooperatives.write.join([1n, usd("100"), 0n], { account: beto });
    return new Crowd(world);
  }

  async growTo(size: number): Promise<void> {
    const { savings, cooperatives, viem, carla } = this.world;
    const gas = 16_000_000n;
    const crowd = await viem.deployContract("Crowd");
    for (; this.savers < size; this.savers += BATCH) {
      const calls = Array.from({ length: BATCH }, () =>
        encodeFunctionData({
          abi: savings.abi,
          functionName: "deposit",
          args: [usd("1"), this.newSaver(), 0n],
        }),
      );
      await savings.write.multicall([calls], { account: carla, gas });
    }
    for (; this.members < size; this.members += BATCH / 2) {
      await crowd.write.join([cooperatives.address, 1n, usd("1"), BigInt(BATCH / 2)], { gas });
    }
    for (; this.pools < size; this.pools += BATCH) {
      const call = encodeFunctionData({
        abi: cooperatives.abi,
        functionName: "createPool",
        args: [TERMS, 0n, 0n],
      });
      const calls = Array.from({ length: BATCH }, () => call);
      await cooperatives.write.multicall([calls], { account: carla, gas });
    }
  }

  async measure(): Promise<Record<string, number>> {
    const { asset, vault, savings, cooperatives, first, viem, ana, beto, carla } = this.world;
    const client = await viem.getPublicClient();
    const gasOf = async (transaction: Promise<Hex>) =>
      Number((await client.getTransactionReceipt({ hash: await transaction })).gasUsed);

    await vault.write.rebalance();
    await asset.write.mint([first.address, usd("1000")]);
    await vault.write.report();
    await this.world.wait(24 * 3600);
    await vault.write.setIdleBuffer([5_000n]);
    await vault.write.rebalance();
    const newest = await cooperatives.read.poolCount();
    return {
      "savings: deposit of a new saver": await gasOf(
        savings.write.deposit([usd("5"), this.newSaver(), 0n], { account: ana }),
      ),
      "savings: later deposit": await gasOf(
        savings.write.deposit([usd("5"), ana.address, 0n], { account: ana }),
      ),
      "savings: withdraw": await gasOf(
        savings.write.withdraw([usd("5"), ana.address, MOST_SHARES], { account: ana }),
      ),
      "savings: claim": await gasOf(savings.write.claimYield([ana.address], { account: ana })),
      "savings: compound one": await gasOf(savings.write.compound([[beto.address]])),
      "cooperative: join": await gasOf(
        cooperatives.write.join([1n, usd("5"), 0n], { account: carla }),
      ),
      "cooperative: claim": await gasOf(
        cooperatives.write.claimYield([1n, ana.address], { account: ana }),
      ),
      "cooperative: leave": await gasOf(
        cooperatives.write.leave([1n, carla.address, 0n], { account: carla }),
      ),
      "cooperative: join the newest pool": await gasOf(
        cooperatives.write.join([newest, usd("5"), 0n], { account: beto }),
      ),
      "vault: report": await gasOf(vault.write.report()),
    };
  }

  private newSaver(): Hex {
    return `0x${(this.nextSaver++).toString(16).padStart(40, "0")}`;
  }
}
