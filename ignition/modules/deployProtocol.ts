import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { DEFAULTS } from "../parameters.ts";
import { functionRoles, ROLES } from "./roles.ts";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = Parameters<Builder["call"]>[0];
type Future = ReturnType<Builder["call"]>;
type Value = ReturnType<Builder["getParameter"]> | Contract;

/** Who holds the vault's first shares: nobody. They are never redeemed, so that the vault is never empty. */
const DEAD = "0x000000000000000000000000000000000000dEaD";

export interface Protocol {
  asset: Contract;
  /** Where the vault's money may work from the start. */
  strategies: Value[];
  /** What gives the deployer the seed; with an asset that exists already the deployer has it. */
  seedFrom?: Future;
  /** What a strategy may gain in a year, in basis points; without it the vault's own limit holds. */
  yearlyGainBps?: number;
  /** A deployer who is to be the admin must not renounce that role in the end. */
  deployerIsAdmin: boolean;
}

/**
 * Deploys the protocol over an asset and its first strategies and gives every role to its holder; the deployer keeps none
 * but those that the parameters name. The admin comes last: until then the deployer can mend what failed.
 */
export function deployProtocol(
  m: Builder,
  { asset, strategies, seedFrom, yearlyGainBps, deployerIsAdmin }: Protocol,
) {
  const deployer = m.getAccount(0);
  const seed = m.getParameter("seed", DEFAULTS.seed);
  const curatorDelay = m.getParameter("curatorDelay", DEFAULTS.curatorDelay);

  const manager = m.contract("AccessManager", [deployer]);
  const vault = m.contract("KhipuVault", [
    asset,
    m.getParameter("vaultName", DEFAULTS.vaultName),
    m.getParameter("vaultSymbol", DEFAULTS.vaultSymbol),
    manager,
    // A fee recipient must be there from the start; the treasury takes over below.
    deployer,
    m.getParameter("unlockPeriod", DEFAULTS.unlockPeriod),
  ]);
  const savings = m.contract("SavingsPool", [
    vault,
    manager,
    m.getParameter("minimumDeposit", DEFAULTS.minimumDeposit),
    m.getParameter("perSaverLimit", DEFAULTS.perSaverLimit),
    m.getParameter("totalLimit", DEFAULTS.totalLimit),
    m.getParameter("referralShareBps", DEFAULTS.referralShareBps),
  ]);
  // The pool has made its own, so that neither can have the wrong other.
  const treasury = m.contractAt("FeeTreasury", m.staticCall(savings, "treasury"));
  const cooperatives = m.contract("CooperativePools", [vault]);

  // The first deposit is the deployer's, so that nobody can set the price of an empty vault.
  const approval = m.call(asset, "approve", [vault, seed], {
    id: "approveSeed",
    after: seedFrom === undefined ? [] : [seedFrom],
  });
  const seeded = m.call(vault, "deposit(uint256,address)", [seed, DEAD], {
    id: "depositSeed",
    after: [approval],
  });

  // While no role is set, all is the admin's, and the deployer still is the admin.
  const caps = {
    absolute: m.getParameter("strategyAbsoluteCap", DEFAULTS.strategyAbsoluteCap),
    relativeBps: m.getParameter("strategyRelativeCapBps", DEFAULTS.strategyRelativeCapBps),
  };
  const settings = [
    m.call(vault, "setFeeRecipient", [treasury]),
    m.call(vault, "raiseFee", [m.getParameter("feeBps", DEFAULTS.feeBps)]),
    m.call(vault, "setIdleBuffer", [m.getParameter("idleBufferBps", DEFAULTS.idleBufferBps)]),
  ];
  // One after the other: the order in which they are added is the order in which they are filled.
  const listed: Future[] = [];
  strategies.forEach((strategy, index) => {
    listed.push(
      m.call(vault, "addStrategy", [strategy, caps], {
        id: `addStrategy${index + 1}`,
        after: listed.slice(-1),
      }),
    );
    if (yearlyGainBps === undefined) return;
    listed.push(
      m.call(vault, "raiseGainLimit", [strategy, yearlyGainBps], {
        id: `raiseGainLimit${index + 1}`,
        after: listed.slice(-1),
      }),
    );
  });

  const targets = { KhipuVault: vault, SavingsPool: savings, FeeTreasury: treasury };
  const permissions = functionRoles().map(({ contract, role, selectors }) =>
    m.call(manager, "setTargetFunctionRole", [targets[contract], selectors, ROLES[role]], {
      id: `${contract}_${role}`,
      after: [...settings, ...listed],
    }),
  );
  const cancelling = m.call(manager, "setRoleGuardian", [ROLES.curator, ROLES.guardian]);
  const holders = { curator: curatorDelay, guardian: 0, allocator: 0, treasurer: 0 };
  const grants = Object.entries(holders).map(([role, delay]) =>
    m.call(
      manager,
      "grantRole",
      [ROLES[role as keyof typeof holders], m.getParameter(role), delay],
      { id: `grant_${role}` },
    ),
  );
  // The admin is faster than the curator, so as to revoke a stolen one in time, but no way round the curator's delay: a
  // new holder of a role and a function's new role have to wait as long.
  const delays = [
    ...Object.entries(ROLES).map(([role, id]) =>
      m.call(manager, "setGrantDelay", [id, curatorDelay], {
        id: `grantDelay_${role}`,
        after: grants,
      }),
    ),
    ...Object.entries(targets).map(([contract, target]) =>
      m.call(manager, "setTargetAdminDelay", [target, curatorDelay], {
        id: `adminDelay_${contract}`,
        after: permissions,
      }),
    ),
  ];
  const admin = m.call(
    manager,
    "grantRole",
    [ROLES.admin, m.getParameter("admin"), m.getParameter("adminDelay", DEFAULTS.adminDelay)],
    { id: "grant_admin", after: [seeded, ...permissions, cancelling, ...grants, ...delays] },
  );
  if (!deployerIsAdmin)
    m.call(manager, "renounceRole", [ROLES.admin, deployer], { after: [admin] });
  return { manager, vault, savings, treasury, cooperatives };
}
