import { encodeFunctionData } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { DEFAULTS } from "../../ignition/parameters.ts";
import { holdersAmong, ROLES } from "../../ignition/modules/roles.ts";
import { type Asked, differencesOf } from "../../scripts/deploy/read-back.ts";
import { deployTestnet } from "../contracts/deployTestnet.ts";

describe("what is on the chain after a deployment, against what was asked for", () => {
  let world: Awaited<ReturnType<typeof deployTestnet>>;
  let asked: Asked;

  const read = (changed: Partial<Asked> = {}) =>
    differencesOf(world.publicClient, {
      ...asked,
      ...changed,
    });

  beforeAll(async () => {
    world = await deployTestnet();
    const { deployer, admin, curator, guardian, allocator, treasurer } = world.people;
    const roles = [deployer, admin, curator, guardian, allocator, treasurer];
    asked = {
      contracts: {
        AccessManager: world.manager,
        KhipuVault: world.vault,
        SavingsPool: world.savings,
        FeeTreasury: world.treasury,
        CooperativePools: world.cooperatives,
      },
      asset: world.asset.address,
      strategies: [world.yieldSource.address],
      vault: { ...DEFAULTS, ...holdersAmong(roles.map(({ address }) => address)) },
      lottery: undefined,
      circles: undefined,
      startBlock: 0,
    };
  });

  it("is the same where nothing went wrong", async () => {
    expect(await read()).toEqual([]);
  });

  it.each(["feeBps", "idleBufferBps", "unlockPeriod", "vaultName", "minimumDeposit"] as const)(
    "names %s where it is another one",
    async (name) => {
      const [difference, ...others] = await read({ vault: { ...asked.vault, [name]: 17 } });
      expect(difference).toMatch(
        name === "vaultName"
          ? /^KhipuVault.name is Khipu Vault Test USD, not 17$/
          : new RegExp(`${name} is \\d+, not 17$`),
      );
      expect(others).toEqual([]);
    },
  );

  it("names caps and strategies", async () => {
    const caps = { strategyAbsoluteCap: 1n, strategyRelativeCapBps: 2 };
    expect(await read({ vault: { ...asked.vault, ...caps } })).toHaveLength(2);
    expect((await read({ strategies: [] })).join()).toContain("KhipuVault.supplyOrder is [0x");
  });

  it("names each role that is not its holder's, and each delay", async () => {
    const { saver } = world.people;
    for (const role of ["admin", "curator", "guardian", "allocator", "treasurer"]) {
      const [difference, ...others] = await read({
        vault: { ...asked.vault, [role]: saver.address },
      });
      expect(difference).toContain(`the holder of ${role} is [`);
      expect(others).toEqual([]);
    }
    const curatorDelay = 60;
    const differences = await read({ vault: { ...asked.vault, curatorDelay } });
    expect(differences.join("\n")).toContain("the holder of curator is");
    expect(differences.join("\n")).toContain("the delay of a new guardian is");
    expect(differences.join("\n")).toContain("the delay of new roles in KhipuVault is");
  });

  it("names somebody who holds a role besides", async () => {
    const { people, manager, networkHelpers } = world;
    const before = await networkHelpers.takeSnapshot();
    const { admin, saver } = people;
    const functionName = "grantRole";
    const args = [ROLES.guardian, saver.address, 0] as const;
    const data = encodeFunctionData({ abi: manager.abi, functionName, args });
    await manager.write.schedule([manager.address, data, 0], { account: admin });
    await networkHelpers.time.increase(DEFAULTS.adminDelay);
    await manager.write.execute([manager.address, data], { account: admin });
    await networkHelpers.time.increase(DEFAULTS.curatorDelay);
    const [difference, ...others] = await read();
    expect(difference).toContain("the holder of guardian is [");
    expect(difference).toContain(saver.address.toLowerCase().slice(2, 10));
    expect(others).toEqual([]);
    await before.restore();
  });
});
