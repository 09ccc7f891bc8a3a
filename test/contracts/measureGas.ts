import type { Hex } from "viem";
import { signPermit } from "./permits.ts";
import type { World } from "./world.ts";
import { deployWorld, usd } from "./world.ts";

const FOREVER = 10_000_000_000n;
const MOST_SHARES = 2n ** 256n - 1n;
const TERMS = { name: "Gas", minimum: 1n, maximum: usd("1000000"), maxMembers: 65_535, open: true };

/** Gas per action, by name; and bytes per contract. */
export type GasReport = Record<string, number>;

/** How much each action costs, in a world that others already use, and what a plain ERC-4626 costs in the same run. */
export async function measureGas(): Promise<GasReport> {
  const world = await deployWorld();
  const { asset, vault, savings, cooperatives, treasury, first, second, viem, ana, beto, carla } =
    world;
  const client = await viem.getPublicClient();
  const report: GasReport = {};

  const measure = async (name: string, transaction: Promise<Hex>) => {
    const { gasUsed } = await client.getTransactionReceipt({ hash: await transaction });
    report[name] = Number(gasUsed);
  };

  // One strategy, as in the plain vault, and a buffer that withdrawals are paid from.
  await vault.write.removeStrategy([second.address]);
  await vault.write.raiseCaps([first.address, { absolute: 2n ** 128n - 1n, relativeBps: 10_000 }]);
  const plain = await viem.deployContract("PlainVault", [first.address]);
  for (const account of [ana, beto, carla]) {
    await asset.write.approve([plain.address, MOST_SHARES], { account });
  }

  await measure(
    "plain ERC-4626: first deposit",
    plain.write.deposit([usd("100"), ana.address], { account: ana }),
  );
  await measure(
    "plain ERC-4626: later deposit",
    plain.write.deposit([usd("100"), ana.address], { account: ana }),
  );
  await measure(
    "plain ERC-4626: deposit of a new saver",
    plain.write.deposit([usd("100"), beto.address], { account: beto }),
  );
  await measure(
    "plain ERC-4626: withdraw",
    plain.write.withdraw([usd("50"), ana.address, ana.address], { account: ana }),
  );

  await measure(
    "vault: first deposit",
    vault.write.deposit([usd("100"), ana.address], { account: ana }),
  );
  await measure("vault: rebalance that supplies", vault.write.rebalance());
  await measure("vault: rebalance with nothing to do", vault.write.rebalance());
  await measure(
    "vault: deposit of a new saver",
    vault.write.deposit([usd("100"), beto.address], { account: beto }),
  );
  await measure(
    "vault: later deposit",
    vault.write.deposit([usd("100"), ana.address], { account: ana }),
  );
  await measure(
    "vault: withdraw from idle money",
    vault.write.withdraw([usd("10"), ana.address, ana.address], { account: ana }),
  );
  await vault.write.rebalance();
  await measure(
    "vault: withdraw from a strategy",
    vault.write.withdraw([usd("90"), ana.address, ana.address], { account: ana }),
  );
  await measure(
    "vault: redeem in kind",
    vault.write.redeemInKind([10n ** 12n, ana.address, ana.address, []], { account: ana }),
  );

  await measure(
    "savings: first deposit",
    savings.write.deposit([usd("100"), ana.address, 0n], { account: ana }),
  );
  await measure(
    "savings: later deposit",
    savings.write.deposit([usd("100"), ana.address, 0n], { account: ana }),
  );
  await measure(
    "savings: deposit of a new saver",
    savings.write.deposit([usd("100"), beto.address, 0n], { account: beto }),
  );
  await asset.write.approve([savings.address, 0n], { account: carla });
  const { v, r, s } = await signPermit(world, carla, {
    spender: savings.address,
    value: usd("10"),
    deadline: FOREVER,
  });
  await measure(
    "savings: permit deposit of a new saver",
    savings.write.depositWithPermit([usd("10"), carla.address, 0n, FOREVER, v, r, s], {
      account: carla,
    }),
  );
  await asset.write.approve([savings.address, MOST_SHARES], { account: carla });
  await savings.write.deposit([usd("90"), carla.address, 0n], { account: carla });
  await cooperatives.write.createPool([TERMS, 0n, 0n], { account: ana });
  await measure(
    "cooperative: first join",
    cooperatives.write.join([1n, usd("100"), 0n], { account: ana }),
  );
  await measure(
    "cooperative: join",
    cooperatives.write.join([1n, usd("100"), 0n], { account: beto }),
  );
  await measure(
    "cooperative: add",
    cooperatives.write.contribute([1n, beto.address, usd("10"), 0n], { account: beto }),
  );
  await vault.write.rebalance();
  await asset.write.mint([first.address, usd("50")]);
  await measure("vault: report with profit", vault.write.report());
  await world.wait(24 * 3600);
  await vault.write.setIdleBuffer([3_000n]);
  await vault.write.rebalance();

  await measure("savings: claim", savings.write.claimYield([ana.address], { account: ana }));
  await measure(
    "savings: withdraw",
    savings.write.withdraw([usd("10"), ana.address, MOST_SHARES], { account: ana }),
  );
  await measure(
    "savings: withdraw all",
    savings.write.withdrawAll([ana.address, 0n], { account: ana }),
  );
  await measure("savings: compound one", savings.write.compound([[beto.address]]));
  await measure(
    "savings: take out shares",
    savings.write.takeOutShares([carla.address], { account: carla }),
  );
  await measure(
    "cooperative: claim",
    cooperatives.write.claimYield([1n, ana.address], { account: ana }),
  );
  await measure(
    "cooperative: withdraw",
    cooperatives.write.withdraw([1n, usd("10"), ana.address, MOST_SHARES], { account: ana }),
  );
  await measure(
    "cooperative: leave",
    cooperatives.write.leave([1n, beto.address, 0n], { account: beto }),
  );
  await measure(
    "cooperative: create a pool and join it",
    cooperatives.write.createPool([TERMS, usd("10"), 0n], { account: beto }),
  );

  report["compound per saver, in a batch of 50"] = await measureBatchOfCompounds(world);

  // What a referrer costs: somebody whom Ana has brought, among others whom nobody has.
  const { keeper, earn } = world;
  await savings.write.nameReferrer([ana.address], { account: keeper });
  await asset.write.mint([keeper.address, usd("300")]);
  await asset.write.approve([savings.address, MOST_SHARES], { account: keeper });
  const deposit = () =>
    savings.write.deposit([usd("100"), keeper.address, 0n], { account: keeper });
  await measure("savings, referred: first deposit", deposit());
  await measure("savings, referred: later deposit", deposit());
  await earn("10");
  await savings.write.compound([[keeper.address]]);
  await earn("10");
  await measure(
    "savings, referred: claim",
    savings.write.claimYield([keeper.address], { account: keeper }),
  );
  await measure(
    "savings, referred: withdraw",
    savings.write.withdraw([usd("10"), keeper.address, MOST_SHARES], { account: keeper }),
  );
  await measure(
    "treasury: claim a reward",
    treasury.write.claimReferralReward([ana.address], { account: ana }),
  );

  for (const [name, { address }] of Object.entries({
    KhipuVault: vault,
    SavingsPool: savings,
    CooperativePools: cooperatives,
    FeeTreasury: treasury,
  })) {
    report[`bytes of ${name}`] = ((await client.getCode({ address }))?.length ?? 2) / 2 - 1;
  }
  return report;
}

const saverAddress = (index: number): Hex =>
  `0x${(0x5a4e_0000 + index).toString(16).padStart(40, "0")}`;

async function measureBatchOfCompounds({
  asset,
  savings,
  vault,
  first,
  viem,
  wait,
  carla,
}: World): Promise<number> {
  const client = await viem.getPublicClient();
  const savers = Array.from({ length: 50 }, (_, index) => saverAddress(index));
  for (const saver of savers)
    await savings.write.deposit([usd("10"), saver, 0n], { account: carla });
  await vault.write.rebalance();
  await asset.write.mint([first.address, usd("50")]);
  await vault.write.report();
  await wait(24 * 3600);
  const { gasUsed } = await client.getTransactionReceipt({
    hash: await savings.write.compound([savers]),
  });
  return Math.round(Number(gasUsed) / savers.length);
}
