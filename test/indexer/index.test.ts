import type { Abi, Address } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cooperativePoolsAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  savingsPoolAbi,
} from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { Random } from "../../scripts/local/random.ts";
import { type IndexedWorld, startIndexedWorld } from "./indexed-world.ts";
import { Person } from "./person.ts";

const ACTIONS = 200;

describe("the index, after random actions of several people", () => {
  const seed = process.env["KHIPU_TEST_SEED"] ?? String(Date.now());
  let world: IndexedWorld;
  let people: Person[];
  const at = (name: string) => deployedAt(world.deployment, name).address;
  const savings = () => ({ address: at("SavingsPool"), abi: savingsPoolAbi }) as const;
  const cooperatives = () =>
    ({ address: at("CooperativePools"), abi: cooperativePoolsAbi }) as const;

  beforeAll(async () => {
    process.stdout.write(`seed ${seed} (repeat with KHIPU_TEST_SEED=${seed})\n`);
    world = await startIndexedWorld();
    const random = new Random(seed);
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
    for (let action = 0; action < ACTIONS; action++) {
      await random.oneOf(people).act(people);
      if (action % 10 === 0) await world.pass(random.between(1, 200));
    }
    for (const person of people) await person.settle(people);
    await world.indexed();
  });

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
      "{ vaults { items { grossAssets totalSupply lockedProfit unlockStart unlockEnd } } }",
    );
    const number = (name: string) => BigInt(vaults.items[0]?.[name] ?? "");
    const { number: blockNumber, timestamp } = await world.chain.getBlock();
    const left = number("unlockEnd") - timestamp;
    const period = number("unlockEnd") - number("unlockStart");
    const locked = left > 0n ? (number("lockedProfit") * left + period - 1n) / period : 0n;
    const shares = 10n ** 12n;
    const worth =
      (shares * (number("grossAssets") - locked + 1n)) / (number("totalSupply") + 10n ** 6n);
    const vault = { address: at("KhipuVault"), abi: khipuVaultAbi } as const;
    const conversion = { functionName: "convertToAssets", args: [shares], blockNumber } as const;
    expect(worth).toBe(await world.chain.readContract({ ...vault, ...conversion }));
  });

  it.each([
    ["KhipuVault", khipuVaultAbi, ["AccountsUpdated", "Transfer", "Approval", "AuthorityUpdated"]],
    ["SavingsPool", savingsPoolAbi, ["AuthorityUpdated"]],
    ["CooperativePools", cooperativePoolsAbi, []],
    ["FeeTreasury", feeTreasuryAbi, ["AuthorityUpdated"]],
  ] as [string, Abi, string[]][])(
    "has each event of %s once in its log, in the order of the chain",
    async (name, abi, elsewhere) => {
      const address = at(name);
      interface Row {
        id: string;
        transactionHash: string;
        logIndex: number;
        type: string;
      }
      const { events } = await world.query<{ events: { items: Row[] } }>(
        `{ events(where: { contract: "${address.toLowerCase()}" }, orderBy: "id", limit: 1000) { items { id transactionHash logIndex type } } }`,
      );
      const logs = await world.chain.getContractEvents({
        address,
        abi,
        fromBlock: 0n,
        strict: true,
      });
      const expected = logs
        .filter(({ eventName }) => !elsewhere.includes(eventName))
        .map((log) => `${log.transactionHash} ${log.logIndex} ${log.eventName}`);
      const found = events.items.map((row) => `${row.transactionHash} ${row.logIndex} ${row.type}`);
      expect(found).not.toEqual([]);
      expect(found).toEqual(expected);
    },
  );
});
