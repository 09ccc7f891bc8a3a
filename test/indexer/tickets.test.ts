import { expect, it } from "vitest";
import { secondsIn, worthAfterWindDown, worthOfTickets } from "../../indexer/graphql/tickets.ts";

const pool = { totalPrincipal: 1_000n, totalShares: 900n };
const at = (percent: bigint) => (shares: bigint) => (shares * percent) / 100n;

it("Tickets are worth what was paid for them, whatever their shares have earned", () => {
  expect(worthOfTickets(300n, pool, at(112n))).toBe(300n);
  expect(worthOfTickets(300n, pool, at(500n))).toBe(300n);
});

it("After a loss tickets are worth their part of what is left", () => {
  expect(worthOfTickets(300n, pool, at(50n))).toBe(135n);
});

it("Tickets of a lottery without any are worth nothing", () => {
  expect(worthOfTickets(0n, { totalPrincipal: 0n, totalShares: 0n }, at(100n))).toBe(0n);
});

it("Once a lottery was wound down, tickets are worth principal and their part by weight of what is above it", () => {
  const ended = { ...pool, weightLeft: 4_000n };
  // 900 shares are worth 1,080: 80 above all principal.
  expect(worthAfterWindDown(300n, 3_000n, ended, at(120n))).toBe(360n);
  expect(worthAfterWindDown(300n, 0n, ended, at(120n))).toBe(300n);
  expect(worthAfterWindDown(300n, 0n, { ...ended, weightLeft: 0n }, at(120n))).toBe(324n);
  expect(worthAfterWindDown(300n, 3_000n, ended, at(50n))).toBe(135n);
});

it("Tickets weigh as many seconds as they were in the last round", () => {
  const round = { start: 100n, end: 200n };
  expect([50n, 150n, 200n, 250n].map((time) => secondsIn(round, time))).toEqual([
    100n,
    50n,
    0n,
    0n,
  ]);
  expect(secondsIn(undefined, 1n)).toBe(0n);
});
