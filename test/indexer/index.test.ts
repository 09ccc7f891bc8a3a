import type { Address } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cooperativePoolsAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  rotatingPoolsAbi,
  savingsPoolAbi,
} from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { Random } from "../../scripts/local/random.ts";
import { firstSeed, isDeep } from "../seed.ts";
import { rowsOf, tableNames } from "./api-tables.ts";
import { byContent } from "./by-content.ts";
import { type IndexedWorld, startIndexedWorld } from "./indexed-world.ts";
import { describeMadeFields } from "./made-fields.ts";
import { readLogs } from "./oracle/log.ts";
import { Oracle } from "./oracle/oracle.ts";
import type { Row } from "./oracle/row.ts";
import { describeRefusals } from "./refusals.ts";
import { Person } from "./person.ts";
import { Steward } from "./steward.ts";

const ACTIONS = isDeep ? 4_000 : 160;
/** A round is drawn after so many actions. */
const ACTIONS_PER_DRAW = isDeep ? 200 : 60;

describe(`the index, after random actions of several people (seed ${firstSeed})`, () => {
  let world: IndexedWorld;
  let people: Person[];
  let expected: Record<string, Row[]>;
  const at = (name: string) => deployedAt(world.deployment, name).address;
  const savings = () => ({ address: at("SavingsPool"), abi: savingsPoolAbi }) as const;
  const cooperatives = () =>
    ({ address: at("CooperativePools"), abi: cooperativePoolsAbi }) as const;

  beforeAll(async () => {
    world = await startIndexedWorld();
    const random = new Random(firstSeed);
    people = [10, 11, 12, 13, 14].map(
      (addressIndex) =>
        new Person(mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex }), world, random),
    );
    await Promise.all(
      people.map(async (person, place) => {
        const next = people[(place + 1) % people.length] ?? person;
        await person.prepare(next.address);
      }),
    );
    const [first, second] = people;
    if (first && second) await first.foundCircleWith(second);
    const steward = new Steward(world, random);
    await steward.slowYield();
    await steward.actOnce();
    for (let action = 1; action <= ACTIONS; action++) {
      await random.oneOf(people).act(people);
      if (action % 10 === 0) await world.pass(random.between(1, 200));
      if (action % 20 === 0) await steward.act();
      if (action % ACTIONS_PER_DRAW === 0) await world.endOfRound();
    }
    const refused = people.reduce((sum, person) => sum + person.refused, 0);
    expect(refused).toBeLessThan(ACTIONS / 50);
    for (const person of people) await person.settle(people);
    await steward.loseSome();
    // what the keeper does on its own would not be in what is expected
    await world.freeze();
    await world.indexed();
    const head = await world.chain.getBlockNumber({ cacheTime: 0 });
    const logs = await readLogs(world.chain, world.deployment, head);
    expected = new Oracle(logs, world.deployment.chainId).tables();
  }, ACTIONS * 1_500);

  afterAll(async () => world.stop());

  it("has every savings position as the contract has it", async () => {
    const { savingsPositions } = await world.query<{
      savingsPositions: { items: { saver: Address; principal: string; shares: string }[] };
    }>("{ savingsPositions(limit: 100) { items { saver principal shares } } }");
    expect(savingsPositions.items.length).toBe(people.length);
    for (const row of savingsPositions.items) {
      const position = { functionName: "positionOf", args: [row.saver] } as const;
      const [shares, principal] = await world.chain.readContract({ ...savings(), ...position });
      expect(row).toEqual({
        saver: row.saver,
        principal: String(principal),
        shares: String(shares),
      });
    }
  });

  it("has the savings pool's totals as the contract has them, and the savers who are in it now", async () => {
    const [shares, principal] = await world.chain.readContract({
      ...savings(),
      functionName: "totals",
    });
    const active = await Promise.all(
      people.map(async ({ address }) => {
        const position = { functionName: "positionOf", args: [address] } as const;
        return (await world.chain.readContract({ ...savings(), ...position }))[0] > 0n;
      }),
    );
    const { savingsPools } = await world.query<{ savingsPools: unknown }>(
      "{ savingsPools { items { totalPrincipal totalShares activeSavers savers } } }",
    );
    const row = {
      totalPrincipal: String(principal),
      totalShares: String(shares),
      activeSavers: active.filter(Boolean).length,
      savers: people.length,
    };
    expect(savingsPools).toEqual({ items: [row] });
  });

  it("has every cooperative, and every member's part, as the contract has them", async () => {
    const { cooperatives: pools } = await world.query<{
      cooperatives: {
        items: {
          poolId: string;
          closed: boolean;
          memberCount: number;
          totalPrincipal: string;
          totalShares: string;
          members: {
            items: { member: Address; active: boolean; principal: string; shares: string }[];
          };
        }[];
      };
    }>(
      "{ cooperatives { items { poolId closed memberCount totalPrincipal totalShares members { items { member active principal shares } } } } }",
    );
    const count = await world.chain.readContract({ ...cooperatives(), functionName: "poolCount" });
    expect(pools.items.length).toBe(Number(count));
    for (const {
      poolId,
      closed,
      memberCount,
      totalPrincipal,
      totalShares,
      members,
    } of pools.items) {
      const args = [BigInt(poolId)] as const;
      const pool = await world.chain.readContract({
        ...cooperatives(),
        functionName: "poolOf",
        args,
      });
      const totals = await world.chain.readContract({
        ...cooperatives(),
        functionName: "totalsOf",
        args,
      });
      expect({ closed, memberCount }).toEqual({
        closed: pool.closed,
        memberCount: pool.memberCount,
      });
      expect([totalShares, totalPrincipal]).toEqual(totals.map(String));
      expect(members.items.filter(({ active }) => active).length).toBe(pool.memberCount);
      for (const { member, active, principal, shares } of members.items) {
        const position = { functionName: "positionOf", args: [BigInt(poolId), member] } as const;
        const now = await world.chain.readContract({ ...cooperatives(), ...position });
        const membership = { functionName: "isMember", args: [BigInt(poolId), member] } as const;
        expect(active).toBe(await world.chain.readContract({ ...cooperatives(), ...membership }));
        expect([shares, principal]).toEqual([String(now[0]), String(now[1])]);
      }
    }
  });

  it("knows from events alone what a vault share is worth", async () => {
    const { vaults } = await world.query<{ vaults: { items: Record<string, string>[] } }>(
      "{ vaults { items { grossAssets totalSupply virtualShares lockedProfit unlockStart unlockEnd } } }",
    );
    const number = (name: string) => BigInt(vaults.items[0]?.[name] ?? "");
    const { number: blockNumber, timestamp } = await world.chain.getBlock();
    const left = number("unlockEnd") - timestamp;
    const period = number("unlockEnd") - number("unlockStart");
    const locked = left > 0n ? (number("lockedProfit") * left + period - 1n) / period : 0n;
    const shares = 10n ** 18n;
    const worth =
      (shares * (number("grossAssets") - locked + 1n)) /
      (number("totalSupply") + number("virtualShares"));
    const vault = { address: at("KhipuVault"), abi: khipuVaultAbi } as const;
    const conversion = { functionName: "convertToAssets", args: [shares], blockNumber } as const;
    expect(worth).toBe(await world.chain.readContract({ ...vault, ...conversion }));
  });

  it("has every player of the lottery as the contract has them", async () => {
    const rows = await rowsOf(world, "lotteryPlayer");
    expect(rows).not.toEqual([]);
    for (const { player, principal, prizeShares } of rows) {
      const now = await world.chain.readContract({
        address: at("LotteryPool"),
        abi: lotteryPoolAbi,
        functionName: "playerOf",
        args: [player as Address],
      });
      expect([principal, prizeShares]).toEqual([String(now.principal), String(now.prizeShares)]);
    }
  });

  it("has every circle, and every member's part in it, as the contract has them", async () => {
    const circles = { address: at("RotatingPools"), abi: rotatingPoolsAbi } as const;
    const rows = await rowsOf(world, "circle");
    const count = await world.chain.readContract({ ...circles, functionName: "circleCount" });
    expect(rows.length).toBe(Number(count));
    for (const { circleId, cash, shares, settledRounds } of rows) {
      const args = [BigInt(String(circleId))] as const;
      const held = await world.chain.readContract({ ...circles, functionName: "holdingsOf", args });
      expect([cash, shares]).toEqual(held.map(String));
      const circle = await world.chain.readContract({ ...circles, functionName: "circleOf", args });
      expect(settledRounds).toBe(circle.settled);
    }
    for (const row of await rowsOf(world, "circleMember")) {
      const args = [BigInt(String(row["circleId"])), row["member"] as Address] as const;
      const member = await world.chain.readContract({
        ...circles,
        functionName: "memberOf",
        args,
      });
      expect(row).toMatchObject({
        active: member.joined,
        served: member.served,
        defaulted: member.defaulted,
        collateral: String(member.collateral),
        shares: String(member.shares),
        claimable: String(member.claimable),
        claimableShares: String(member.claimableShares),
        paid: String(member.paid),
        used: String(member.used),
      });
    }
  });

  it("has the vault's allocation and idle money as the contract has them, and everybody's shares", async () => {
    const vault = { address: at("KhipuVault"), abi: khipuVaultAbi } as const;
    const [row] = await rowsOf(world, "vault");
    expect(row?.["idle"]).toBe(
      String(await world.chain.readContract({ ...vault, functionName: "idle" })),
    );
    for (const { strategy, assets } of await rowsOf(world, "allocation")) {
      const args = [strategy as Address] as const;
      const holding = { functionName: "holdingOf", args } as const;
      expect(assets).toBe(
        String((await world.chain.readContract({ ...vault, ...holding })).assets),
      );
    }
    for (const { address, vaultShares } of await rowsOf(world, "account")) {
      const balance = { functionName: "balanceOf", args: [address as Address] } as const;
      expect(vaultShares).toBe(String(await world.chain.readContract({ ...vault, ...balance })));
    }
  });

  it.each(tableNames())(
    "has the table %s as an independent reader of all logs has it",
    async (table) => {
      const rows = await rowsOf(world, table);
      expect(expected[table], `the oracle knows ${table}`).toBeDefined();
      expect(rows.toSorted(byContent)).toEqual((expected[table] ?? []).toSorted(byContent));
    },
  );

  describeMadeFields(() => world);
  describeRefusals(() => world);

  it("had something to show in each table", () => {
    const empty = tableNames().filter((table) => expected[table]?.length === 0);
    expect(empty).toEqual([]);
  });
});
