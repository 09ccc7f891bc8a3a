import { type Address, toFunctionSelector } from "viem";

/** Role ids in the AccessManager. 0 is its admin role, which may give and take the others. */
export const ROLES = {
  admin: 0n,
  /** Raises risk; every call waits for the curator's delay. */
  curator: 1n,
  /** Lowers risk at once, and cancels what the curator has scheduled. */
  guardian: 2n,
  /** Steers what neither raises nor lowers risk: orders, the idle buffer, a lower fee. */
  allocator: 3n,
  /** Takes the protocol's part of the fee. */
  treasurer: 4n,
} as const;

type WorkingRole = Exclude<keyof typeof ROLES, "admin">;

/** Every privileged function of the protocol, and the one role that may call it. */
export const PERMISSIONS = {
  KhipuVault: {
    curator: [
      "addStrategy(address,(uint128,uint16))",
      "raiseCaps(address,(uint128,uint16))",
      "raiseFee(uint256)",
      "setFeeRecipient(address)",
      "resumeDeposits()",
      "writeOff(address)",
      "writeDown(address,uint256)",
      "acceptValue(address)",
      "raiseGainLimit(address,uint32)",
      "sendReward(address,address)",
    ],
    guardian: [
      "stopDeposits()",
      "lowerCaps(address,(uint128,uint16))",
      "lowerGainLimit(address,uint32)",
      "setGasLimits(address,uint256,uint256)",
      "removeStrategy(address)",
    ],
    allocator: [
      "lowerFee(uint256)",
      "setSupplyOrder(address[])",
      "setWithdrawalOrder(address[])",
      "setIdleBuffer(uint256)",
      "setMarket(address,uint8)",
    ],
  },
  SavingsPool: {
    curator: ["raiseLimits(uint128,uint128)"],
    guardian: ["lowerLimits(uint128,uint128)"],
  },
  FeeTreasury: {
    treasurer: ["collect(address,uint256)"],
  },
} as const satisfies Record<string, Partial<Record<WorkingRole, readonly string[]>>>;

/** On local chains: each role to one of the node's own accounts, behind the deployer's. */
export function holdersAmong(accounts: readonly Address[]): Record<keyof typeof ROLES, Address> {
  const [, admin, curator, guardian, allocator, treasurer] = accounts;
  if (!admin || !curator || !guardian || !allocator || !treasurer) {
    throw new Error(`${accounts.length} accounts are too few for the roles`);
  }
  return { admin, curator, guardian, allocator, treasurer };
}

/** The permissions as AccessManager.setTargetFunctionRole wants them. */
export function functionRoles() {
  return Object.entries(PERMISSIONS).flatMap(([contract, byRole]) =>
    Object.entries<readonly string[]>(byRole).map(([role, signatures]) => ({
      contract: contract as keyof typeof PERMISSIONS,
      role: role as WorkingRole,
      selectors: signatures.map((signature) => toFunctionSelector(signature)),
    })),
  );
}
