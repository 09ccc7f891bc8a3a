import type { Abi, Hex } from "viem";
import {
  BaseError,
  decodeErrorResult,
  encodeFunctionData,
  parseAbi,
  toFunctionSelector,
} from "viem";
import { describe, expect, it } from "vitest";
import { functionRoles, PERMISSIONS, ROLES } from "../../../ignition/modules/roles.ts";
import { deployTestnet } from "../deployTestnet.ts";

const DAY = 24 * 3600;
// The play money has six decimals, shares have eighteen.
const VIRTUAL_SHARES = 10n ** 12n;
const THREE_DAYS = 3 * DAY;
const FIVE_DAYS = 5 * DAY;
const NOBODY = "0x000000000000000000000000000000000000dEaD";

const DENIALS = parseAbi([
  "error AccessManagedUnauthorized(address caller)",
  "error AccessManagerUnauthorizedAccount(address msgsender, uint64 roleId)",
]);

/** Sensible arguments for every privileged function; the check for the role comes before any look at them. */
const CALLS = {
  KhipuVault: {
    addStrategy: [NOBODY, { absolute: 1n, relativeBps: 1 }],
    raiseCaps: [NOBODY, { absolute: 1n, relativeBps: 1 }],
    raiseFee: [2_000n],
    setFeeRecipient: [NOBODY],
    resumeDeposits: [],
    writeOff: [NOBODY],
    writeDown: [NOBODY, 0n],
    acceptValue: [NOBODY],
    raiseGainLimit: [NOBODY, 20_000],
    sendReward: [NOBODY, NOBODY],
    stopDeposits: [],
    lowerCaps: [NOBODY, { absolute: 1n, relativeBps: 1 }],
    removeStrategy: [NOBODY],
    lowerGainLimit: [NOBODY, 0],
    setGasLimits: [NOBODY, 300_000n, 500_000n],
    setMarket: [NOBODY, 1],
    lowerFee: [0n],
    setSupplyOrder: [[]],
    setWithdrawalOrder: [[]],
    setIdleBuffer: [0n],
    setAuthority: [NOBODY],
  },
  SavingsPool: { raiseLimits: [1n, 1n], lowerLimits: [1n, 1n], setAuthority: [NOBODY] },
  FeeTreasury: { collect: [NOBODY, 0n], setAuthority: [NOBODY] },
  AccessManager: {
    grantRole: [0n, NOBODY, 0],
    revokeRole: [1n, NOBODY],
    labelRole: [1n, "label"],
    setRoleAdmin: [1n, 1n],
    setRoleGuardian: [1n, 1n],
    setGrantDelay: [1n, 0],
    setTargetFunctionRole: [NOBODY, [], 1n],
    setTargetAdminDelay: [NOBODY, 0],
    setTargetClosed: [NOBODY, true],
    updateAuthority: [NOBODY, NOBODY],
  },
} as const;

async function deployed() {
  const world = await deployTestnet();
  const { vault, savings, treasury, manager } = world;
  const targets = {
    KhipuVault: vault,
    SavingsPool: savings,
    FeeTreasury: treasury,
    AccessManager: manager,
  };
  const calls = Object.entries(CALLS).flatMap(([name, functions]) =>
    Object.entries<readonly unknown[]>(functions).map(([functionName, args]) => {
      const target = targets[name as keyof typeof targets];
      const abi: Abi = target.abi;
      const data: Hex = encodeFunctionData({ abi, functionName, args });
      return { name: `${name}.${functionName}`, target, data };
    }),
  );
  return { ...world, targets, calls };
}

describe("After deployment", () => {
  it("the table of permissions names every privileged function of the contracts", async () => {
    const { targets } = await deployed();
    for (const name of ["KhipuVault", "SavingsPool", "FeeTreasury"] as const) {
      const named = Object.values<readonly string[]>(PERMISSIONS[name]).flat();
      const tried = Object.keys(CALLS[name]).filter((call) => call !== "setAuthority");
      expect(named.map((signature) => signature.replace(/\(.*/, "")).sort()).toEqual(tried.sort());
      const known = (targets[name].abi as Abi).flatMap((item) =>
        item.type === "function" ? [toFunctionSelector(item)] : [],
      );
      for (const signature of named) expect(known).toContain(toFunctionSelector(signature));
    }
  });

  it("the deployer can do nothing, function by function", async () => {
    const { calls, publicClient, people } = await deployed();
    expect(calls.length).toBe(36);
    for (const { name, target, data } of calls) {
      const account = people.deployer;
      const error = await publicClient.call({ account, to: target.address, data }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const revert =
        error instanceof BaseError ? error.walk((cause) => "data" in (cause as object)) : undefined;
      const raw = (revert as { data?: Hex } | undefined)?.data;
      expect(raw, `${name} did not fail`).toBeDefined();
      expect(
        `${name}: ${decodeErrorResult({ abi: DENIALS, data: raw ?? "0x" }).errorName}`,
      ).toMatch(/AccessManagedUnauthorized|AccessManagerUnauthorizedAccount/);
    }
  });

  it("each role can do its own and nothing else", async () => {
    const { manager, targets, people } = await deployed();
    for (const { contract, role, selectors } of functionRoles()) {
      for (const selector of selectors) {
        for (const [name, account] of Object.entries(people)) {
          const [immediate, delay] = await manager.read.canCall([
            account.address,
            targets[contract].address,
            selector,
          ]);
          const mayCall = immediate || delay > 0;
          expect(`${name} ${selector} ${mayCall}`).toBe(`${name} ${selector} ${name === role}`);
          expect(delay).toBe(name === role && role === "curator" ? THREE_DAYS : 0);
        }
      }
    }
  });

  it("the admin is faster than the curator, so that a stolen curator is revoked in time", async () => {
    const { vault, manager, networkHelpers, people, assertions } = await deployed();
    const { admin, curator, deployer } = people;
    expect(await manager.read.hasRole([ROLES.admin, admin.address])).toEqual([true, DAY]);
    expect(await manager.read.hasRole([ROLES.admin, deployer.address])).toEqual([false, 0]);
    const evil = encodeFunctionData({
      abi: vault.abi,
      functionName: "addStrategy",
      args: [NOBODY, { absolute: 1n, relativeBps: 1 }],
    });
    await manager.write.schedule([vault.address, evil, 0], { account: curator });
    const revoke = [ROLES.curator, curator.address] as const;
    await manager.write.schedule(
      [
        manager.address,
        encodeFunctionData({ abi: manager.abi, functionName: "revokeRole", args: revoke }),
        0,
      ],
      { account: admin },
    );
    await networkHelpers.time.increase(DAY);
    await manager.write.revokeRole([...revoke], { account: admin });
    await networkHelpers.time.increase(THREE_DAYS - DAY);
    await assertions.revertWithCustomError(
      vault.write.addStrategy([NOBODY, { absolute: 1n, relativeBps: 1 }], { account: curator }),
      vault,
      "AccessManagedUnauthorized",
    );
  });

  it("the admin is no way round the curator's delay: new holders and new roles of functions wait it", async () => {
    const { vault, savings, treasury, manager, networkHelpers, people } = await deployed();
    const { admin, saver } = people;
    for (const role of Object.values(ROLES)) {
      expect(await manager.read.getRoleGrantDelay([role])).toBe(0);
    }
    // As AccessManager wants it, a delay that is set holds five days later.
    await networkHelpers.time.increase(FIVE_DAYS);
    for (const role of Object.values(ROLES)) {
      expect(await manager.read.getRoleGrantDelay([role])).toBe(THREE_DAYS);
    }
    for (const target of [vault, savings, treasury]) {
      expect(await manager.read.getTargetAdminDelay([target.address])).toBe(THREE_DAYS);
    }
    const grant = [ROLES.curator, saver.address, 0] as const;
    const data = encodeFunctionData({ abi: manager.abi, functionName: "grantRole", args: grant });
    await manager.write.schedule([manager.address, data, 0], { account: admin });
    await networkHelpers.time.increase(DAY);
    await manager.write.grantRole([...grant], { account: admin });
    expect(await manager.read.hasRole([ROLES.curator, saver.address])).toEqual([false, 0]);
    await networkHelpers.time.increase(THREE_DAYS);
    expect(await manager.read.hasRole([ROLES.curator, saver.address])).toEqual([true, 0]);
  });

  it("what raises risk waits, and the guardian can cancel it", async () => {
    const { vault, manager, networkHelpers, people, assertions } = await deployed();
    const { curator, guardian } = people;
    const data = encodeFunctionData({ abi: vault.abi, functionName: "raiseFee", args: [2_000n] });
    await assertions.revertWithCustomError(
      vault.write.raiseFee([2_000n], { account: curator }),
      manager,
      "AccessManagerNotScheduled",
    );
    await manager.write.schedule([vault.address, data, 0], { account: curator });
    await manager.write.cancel([curator.address, vault.address, data], { account: guardian });
    await networkHelpers.time.increase(THREE_DAYS);
    await assertions.revertWithCustomError(
      vault.write.raiseFee([2_000n], { account: curator }),
      manager,
      "AccessManagerNotScheduled",
    );
    await manager.write.schedule([vault.address, data, 0], { account: curator });
    await assertions.revertWithCustomError(
      vault.write.raiseFee([2_000n], { account: curator }),
      manager,
      "AccessManagerNotReady",
    );
    await networkHelpers.time.increase(THREE_DAYS);
    await vault.write.raiseFee([2_000n], { account: curator });
    expect(await vault.read.feeBps()).toBe(2_000n);
  });

  it("what lowers risk acts at once", async () => {
    const { vault, savings, yieldSource, people } = await deployed();
    const { guardian, allocator } = people;
    await vault.write.stopDeposits({ account: guardian });
    await vault.write.lowerCaps([yieldSource.address, { absolute: 1n, relativeBps: 1 }], {
      account: guardian,
    });
    await savings.write.lowerLimits([0n, 0n], { account: guardian });
    await vault.write.lowerFee([0n], { account: allocator });
    await vault.write.removeStrategy([yieldSource.address], { account: guardian });
    expect(await vault.read.depositsStopped()).toBe(true);
    expect(await vault.read.supplyOrder()).toEqual([]);
  });

  it("no role, not even the admin with everything closed, keeps a saver in", async () => {
    const { asset, vault, savings, manager, networkHelpers, people } = await deployed();
    const { admin, guardian, saver } = people;
    await asset.write.drip([saver.address]);
    await asset.write.approve([savings.address, 1_000_000_000n], { account: saver });
    await savings.write.deposit([1_000_000_000n, saver.address, 0n], { account: saver });
    await vault.write.rebalance();
    await vault.write.stopDeposits({ account: guardian });
    for (const target of [vault, savings]) {
      const close = [target.address, true] as const;
      const data = encodeFunctionData({
        abi: manager.abi,
        functionName: "setTargetClosed",
        args: close,
      });
      await manager.write.schedule([manager.address, data, 0], { account: admin });
      await networkHelpers.time.increase(THREE_DAYS);
      await manager.write.setTargetClosed([...close], { account: admin });
    }
    await savings.write.withdrawAll([saver.address, 0n], { account: saver });
    expect(await asset.read.balanceOf([saver.address])).toBeGreaterThanOrEqual(1_000_000_000n - 1n);
  });

  it("everything is set up as the parameters say", async () => {
    const { asset, vault, savings, treasury, cooperatives, yieldSource } = await deployed();
    expect((await vault.read.feeRecipient()).toLowerCase()).toBe(treasury.address.toLowerCase());
    expect(await vault.read.feeBps()).toBe(1_000n);
    expect(await vault.read.idleBufferBps()).toBe(500n);
    expect(await vault.read.balanceOf([NOBODY])).toBe(1_000_000n * VIRTUAL_SHARES);
    const [caps] = await vault.read.capsOf([yieldSource.address]);
    expect(caps).toEqual({ absolute: 10n ** 18n, relativeBps: 10_000 });
    expect((await vault.read.supplyOrder()).map((address) => address.toLowerCase())).toEqual([
      yieldSource.address.toLowerCase(),
    ]);
    for (const pool of [savings, cooperatives]) {
      expect((await pool.read.vault()).toLowerCase()).toBe(vault.address.toLowerCase());
      expect((await pool.read.asset()).toLowerCase()).toBe(asset.address.toLowerCase());
    }
    expect((await treasury.read.savingsPool()).toLowerCase()).toBe(savings.address.toLowerCase());
    expect((await treasury.read.vault()).toLowerCase()).toBe(vault.address.toLowerCase());
  });
});
