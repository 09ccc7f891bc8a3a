import { expect, test } from "vitest";
import { grown, project } from "../../web/features/savings/projection.ts";
import type { Saver } from "../../web/features/savings/saver.ts";
import type { Entry } from "../../web/transactions/ledger.ts";

const read: Saver = {
  shares: 100_000_000n,
  principal: 100n,
  value: 103n,
  yield: 3n,
  balance: 50n,
  maxDeposit: 1_000n,
  minimumDeposit: 1n,
};

function entry(
  kind: Entry["intent"]["kind"],
  amount: bigint,
  state: Entry["state"],
  principalBefore = 100n,
): Entry {
  return { id: 1, account: "0xme", intent: { kind, amount, principalBefore }, state };
}

const sent = { name: "sent", hash: "0xaa" } as const;

test("a deposit on its way is shown as if it had arrived", () => {
  expect(project(read, [entry("deposit", 20n, sent)])).toMatchObject({
    principal: 120n,
    value: 123n,
    balance: 30n,
    yield: 3n,
  });
});

test("a reading that already has the deposit is not counted twice", () => {
  const later = { ...read, principal: 120n, value: 123n, balance: 30n };
  expect(project(later, [entry("deposit", 20n, sent)])).toBe(later);
});

test("a withdrawal on its way is taken off, and not twice", () => {
  expect(project(read, [entry("withdraw", 40n, sent)])).toMatchObject({
    principal: 60n,
    balance: 90n,
  });
  const later = { ...read, principal: 60n };
  expect(project(later, [entry("withdraw", 40n, sent)])).toBe(later);
});

test("what was not sent, or has ended, changes nothing", () => {
  expect(project(read, [entry("deposit", 20n, { name: "sending" })])).toBe(read);
  expect(project(read, [entry("deposit", 20n, { name: "rejected" })])).toBe(read);
  expect(project(read, [entry("deposit", 20n, { name: "indexed", hash: "0xaa" })])).toBe(read);
});

test("between readings, what it is worth follows from the vault's books", () => {
  const books = {
    grossAssets: 210n,
    totalSupply: 200_000_000n,
    virtualShares: 1_000_000n,
    lockedProfit: 10n,
    unlockStart: 0n,
    unlockEnd: 100n,
  };
  const deposited = { ...read, principal: 99n };
  expect(grown(deposited, books, 0n)).toMatchObject({ value: 100n, yield: 1n });
  expect(grown(deposited, books, 100n)).toMatchObject({ value: 104n, yield: 5n });
  expect(grown(read, books, 0n)).toMatchObject({ value: 100n, yield: 0n });
  expect(grown(read, undefined, 0n)).toBe(read);
});
