import hre from "hardhat";
import { type Hex, toHex } from "viem";
import { expect } from "vitest";
import { UINT256_MAX, usd } from "../world.ts";
import { circlesWorld, GRACE, invitationFor, ORDER, TRUSTED } from "./circles.ts";
import { setStage } from "./stage.ts";

/** Gas per action, by name; and bytes per contract. */
export type GasReport = Record<string, number>;

/** Enough of the block for all rounds of a large circle at once. */
const MUCH_GAS = 16_000_000n;

export async function measureGas(): Promise<GasReport> {
  const report: GasReport = {};
  for (const members of [5, 20, 50]) await measureRounds(report, members);
  for (const members of [5, 10]) {
    await measureWhole(report, members, true);
    await measureWhole(report, members, false);
  }
  await measureVault(report);
  for (const name of ["RotatingPools", "RoundSettlement", "CircleForming"]) {
    const { deployedBytecode } = await hre.artifacts.readArtifact(name);
    report[`bytes of ${name}`] = deployedBytecode.length / 2 - 1;
  }
  return report;
}

/** Circles of so many, in which many steps are one transaction. */
async function stageWith(members: number) {
  const world = await circlesWorld();
  const { circles, terms, ana } = world;
  const { contract: stage } = await setStage(world, members);
  const contribution = usd("100");
  const full = await circles.read.fullCollateral([contribution, 1_000n, BigInt(members)]);
  const open = async (changes: Parameters<typeof terms>[0] = {}) => {
    const chosen = await terms({ members, collateral: full, open: false, ...changes });
    await stage.write.open([chosen, 1n], { gas: MUCH_GAS });
    return circles.read.circleCount();
  };
  const inOrder = toHex(Uint8Array.from({ length: members }, (_, seat) => seat));
  const everybody = toHex(new Uint8Array(members).fill(1));
  const payAll = (circleId: bigint) =>
    stage.write.pay([circleId, inOrder, everybody], { gas: MUCH_GAS, account: ana });
  return { ...world, stage, open, payAll };
}

/** What one call costs in a circle of so many. */
async function measureRounds(report: GasReport, members: number): Promise<void> {
  const world = await stageWith(members);
  const { circles, stage, open, payAll, gasOf, ana, toRoundsEnd, networkHelpers } = world;
  const measure = async (name: string, hash: Promise<Hex>) => {
    report[`${name}, ${members} members`] = await gasOf(hash);
  };
  const [first, second] = [await stage.read.puppets([0n]), await stage.read.puppets([1n])];
  const contribute = (circleId: bigint, member: Hex) =>
    circles.write.contribute([circleId, member, 0n, usd("100"), UINT256_MAX], { account: ana });

  const paid = await open();
  await contribute(paid, first);
  await measure("contribute", contribute(paid, second));
  await payAll(paid);
  await toRoundsEnd(0, paid);
  await measure("settle a round that all have paid", circles.write.settle([paid, 1n]));
  await networkHelpers.impersonateAccount(first);
  await networkHelpers.setBalance(first, 10n ** 18n);
  await measure("claim a pot", circles.write.claim([paid, first, 0n], { account: first }));

  const unpaid = await open();
  await toRoundsEnd(0, unpaid);
  await measure("settle a round that nobody has paid", circles.write.settle([unpaid, 1n]));

  const trusted = await open({ collateral: 0n });
  await toRoundsEnd(0, trusted);
  await measure(
    "settle a round that nobody has paid, without collateral",
    circles.write.settle([trusted, 1n]),
  );

  const bids = await open({ order: ORDER.bids, bidDeposit: usd("10") });
  await payAll(bids);
  const salt = `0x${"00".repeat(32)}` as const;
  const bid = await circles.read.sealBid([bids, 0n, first, usd("10"), salt]);
  await networkHelpers.setCode(first, "0x");
  const { asset } = world;
  await asset.write.mint([first, usd("10")]);
  await asset.write.approve([circles.address, usd("10")], { account: first });
  await measure("commit a bid", circles.write.commitBid([bids, bid], { account: first }));
  await toRoundsEnd(GRACE - 10, bids);
  await measure(
    "reveal a bid",
    circles.write.revealBid([bids, usd("10"), salt], { account: first }),
  );
  await toRoundsEnd(0, bids);
  await measure("settle a round with a discount", circles.write.settle([bids, 1n]));
}

/** A circle from its creation until everybody has everything, each call a transaction. */
async function measureWhole(
  report: GasReport,
  members: number,
  collateralised: boolean,
): Promise<void> {
  const world = await circlesWorld({ savers: members });
  const { circles, client, create, join, pay, settle, gasOf } = world;
  const people = world.members;
  const full = await circles.read.fullCollateral([usd("100"), 1_000n, BigInt(members)]);
  let total = 0;
  const add = async (hash: Hex) => {
    total += await gasOf(hash);
  };
  const claim = async (account: { address: Hex }) =>
    add(await circles.write.claim([1n, account.address, 0n], { account: account.address }));
  await create(collateralised ? { members, collateral: full } : { members, ...TRUSTED });
  // Creating, with the creator's joining, is all that is in the last block.
  total += Number((await client.getBlock()).gasUsed);
  for (const account of people.slice(1)) {
    await add(
      collateralised
        ? await join(account)
        : await circles.write.joinWithInvitation(await invitationFor(world, account), {
            account: account.address,
          }),
    );
  }
  for (const recipient of people) {
    for (const account of people) await add(await pay(account));
    await add(await settle());
    await claim(recipient);
  }
  if (collateralised) for (const account of people.slice(0, -1)) await claim(account);
  expect(await circles.read.holdingsOf([1n])).toEqual([0n, 0n]);
  const kind = collateralised ? "with collateral" : "trusted";
  report[`a whole circle of ${members}, ${kind}`] = total;
}

/** What the vault adds. */
async function measureVault(report: GasReport): Promise<void> {
  const world = await circlesWorld();
  const { circles, vault, ana, beto, carla, create, join, settle, gasOf } = world;
  await vault.write.deposit([usd("1000"), ana.address], { account: ana });
  await create({ invested: true });
  await gasOf(join(beto));
  report["join, collateral into the vault"] = await gasOf(join(carla));
  report["divest, out of the vault"] = await gasOf(
    circles.write.divest([1n, 2n ** 128n, 0n], { account: beto }),
  );
  report["contribute, with two rounds ahead"] = await gasOf(
    circles.write.contribute([1n, ana.address, 2n, usd("300"), 0n], { account: ana }),
  );
  for (let round = 0; round < 3; round++) await settle();
  report["claim out of the vault"] = await gasOf(
    circles.write.claim([1n, ana.address, 0n], { account: ana }),
  );
}
