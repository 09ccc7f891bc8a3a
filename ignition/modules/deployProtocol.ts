import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { functionRoles, ROLES } from "./roles.ts";

const UINT128_MAX = 2n ** 128n - 1n;
const THREE_DAYS = 3 * 24 * 3600;

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = Parameters<Builder["call"]>[0];

/**
 * Deploys the protocol over an asset and its first strategy, gives every role to its holder and leaves the deployer
 * with none. Who holds which role has to be said by parameters.
 */
export function deployProtocol(m: Builder, asset: Contract, strategy: Contract) {
  const deployer = m.getAccount(0);
  const holders = {
    curator: m.getParameter("curator"),
    guardian: m.getParameter("guardian"),
    allocator: m.getParameter("allocator"),
    treasurer: m.getParameter("treasurer"),
  };

  const manager = m.contract("AccessManager", [deployer]);
  const vault = m.contract("KhipuVault", [
    asset,
    m.getParameter("vaultName", "Khipu Vault Test USD"),
    m.getParameter("vaultSymbol", "kvtUSD"),
    manager,
    // A fee recipient must be there from the start; the treasury takes over below.
    deployer,
    m.getParameter("unlockPeriod", 24 * 3600),
  ]);
  const savings = m.contract("SavingsPool", [
    vault,
    manager,
    m.getParameter("minimumDeposit", 1_000_000n),
    m.getParameter("perSaverLimit", UINT128_MAX),
    m.getParameter("totalLimit", UINT128_MAX),
    m.getParameter("referralShareBps", 2_000n),
  ]);
  const treasury = m.contract("FeeTreasury", [savings, manager]);
  const cooperatives = m.contract("CooperativePools", [vault]);

  // While no role is set, all is the admin's, and the deployer still is the admin.
  const setUp = [
    m.call(vault, "setFeeRecipient", [treasury]),
    m.call(vault, "raiseFee", [m.getParameter("feeBps", 1_000n)]),
    m.call(vault, "setIdleBuffer", [m.getParameter("idleBufferBps", 500n)]),
    m.call(vault, "addStrategy", [
      strategy,
      {
        absolute: m.getParameter("strategyAbsoluteCap", UINT128_MAX),
        relativeBps: m.getParameter("strategyRelativeCapBps", 10_000),
      },
    ]),
  ];

  const targets = { KhipuVault: vault, SavingsPool: savings, FeeTreasury: treasury };
  const permissions = functionRoles().map(({ contract, role, selectors }) =>
    m.call(manager, "setTargetFunctionRole", [targets[contract], selectors, ROLES[role]], {
      id: `${contract}_${role}`,
      after: setUp,
    }),
  );
  const cancelling = m.call(manager, "setRoleGuardian", [ROLES.curator, ROLES.guardian]);
  const grants = [
    m.call(
      manager,
      "grantRole",
      [ROLES.curator, holders.curator, m.getParameter("curatorDelay", THREE_DAYS)],
      { id: "grantCurator" },
    ),
    m.call(manager, "grantRole", [ROLES.guardian, holders.guardian, 0], { id: "grantGuardian" }),
    m.call(manager, "grantRole", [ROLES.allocator, holders.allocator, 0], { id: "grantAllocator" }),
    m.call(manager, "grantRole", [ROLES.treasurer, holders.treasurer, 0], { id: "grantTreasurer" }),
    m.call(
      manager,
      "grantRole",
      [ROLES.admin, m.getParameter("admin"), m.getParameter("adminDelay", THREE_DAYS)],
      { id: "grantAdmin" },
    ),
  ];
  m.call(manager, "renounceRole", [ROLES.admin, deployer], {
    after: [...permissions, cancelling, ...grants],
  });
  return { manager, vault, savings, treasury, cooperatives };
}
