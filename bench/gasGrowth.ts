/**
 * What savings and cooperative pools cost at 10, 1,000 and 10,000 savers, members and pools.
 * Run it with `node bench/gasGrowth.ts` after `hardhat build`; it takes some minutes and prints a table.
 */
import type { Hex } from "viem";
import { encodeFunctionData } from "viem";
import { deployWorld, usd } from "../test/contracts/world.ts";

const SIZES = [10, 1_000, 10_000];
const BATCH = 50;
const MOST_SHARES = 2n ** 256n - 1n;
const TERMS = {
  name: "Pool",
  minimum: 1n,
  maximum: usd("1000000"),
  maxMembers: 65_535,
  open: true,
};

const { asset, vault, savings, cooperatives, first, viem, ana, beto, carla, wait } =
  await deployWorld();
const client = await viem.getPublicClient();
const crowd = await viem.deployContract("Crowd");

const gasOf = async (transaction: Promise<Hex>) =>
  Number((await client.getTransactionReceipt({ hash: await transaction })).gasUsed);

/** Ana and Beto are there from the start; Carla comes and goes, and pays for the crowd. */
await asset.write.mint([carla.address, usd("100000000")]);
await savings.write.deposit([usd("100"), ana.address, 0n], { account: ana });
await savings.write.deposit([usd("100"), beto.address, 0n], { account: beto });
await cooperatives.write.createPool([TERMS, usd("100"), 0n], { account: ana });
await cooperatives.write.join([1n, usd("100"), 0n], { account: beto });

let [savers, members, pools] = [2, 2, 1];
let nextSaver = 0x5a4e_0000_0000;
const newSaver = (): Hex => `0x${(nextSaver++).toString(16).padStart(40, "0")}`;

async function growTo(size: number) {
  while (savers < size) {
    const count = Math.min(BATCH, size - savers);
    const calls = Array.from({ length: count }, () =>
      encodeFunctionData({
        abi: savings.abi,
        functionName: "deposit",
        args: [usd("1"), newSaver(), 0n],
      }),
    );
    await savings.write.multicall([calls], { account: carla, gas: 15_000_000n });
    savers += count;
  }
  while (members < size) {
    const count = Math.min(BATCH / 2, size - members);
    await crowd.write.join([cooperatives.address, 1n, usd("1"), BigInt(count)], {
      gas: 16_000_000n,
    });
    members += count;
  }
  while (pools < size) {
    const count = Math.min(BATCH, size - pools);
    const calls = Array.from({ length: count }, () =>
      encodeFunctionData({
        abi: cooperatives.abi,
        functionName: "createPool",
        args: [TERMS, 0n, 0n],
      }),
    );
    await cooperatives.write.multicall([calls], { account: carla, gas: 15_000_000n });
    pools += count;
  }
}

async function measure(): Promise<Record<string, number>> {
  await vault.write.rebalance();
  await asset.write.mint([first.address, usd("1000")]);
  await vault.write.report();
  await wait(24 * 3600);
  await vault.write.setIdleBuffer([5_000n]);
  await vault.write.rebalance();
  const poolId = await cooperatives.read.poolCount();
  return {
    "savings: deposit of a new saver": await gasOf(
      savings.write.deposit([usd("5"), newSaver(), 0n], { account: ana }),
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
      cooperatives.write.join([poolId, usd("5"), 0n], { account: beto }),
    ),
    "cooperative: leave the newest pool": await gasOf(
      cooperatives.write.leave([poolId, beto.address, 0n], { account: beto }),
    ),
    "vault: report": await gasOf(vault.write.report()),
  };
}

const columns: Record<string, number>[] = [];
for (const size of SIZES) {
  await growTo(size);
  columns.push(await measure());
}
console.log(`| gas at so many savers, members and pools | ${SIZES.join(" | ")} |`);
console.log(`|---|${SIZES.map(() => "--:").join("|")}|`);
for (const name of Object.keys(columns[0] ?? {})) {
  console.log(`| ${name} | ${columns.map((column) => column[name]).join(" | ")} |`);
}
process.exit(0);
