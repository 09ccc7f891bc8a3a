/** What people move, where its sums begin. */
export const noFlows = {
  deposits: 0n,
  withdrawals: 0n,
  sharesTakenOut: 0n,
  yield: 0n,
  tickets: 0n,
  sponsored: 0n,
  prizes: 0n,
};

/** What the vault earns, where its sums begin. */
export const noEarnings = { profit: 0n, loss: 0n, fees: 0n };

export type Flows = Partial<Record<keyof typeof noFlows, bigint>>;
export type Earnings = Partial<Record<keyof typeof noEarnings, bigint>>;
