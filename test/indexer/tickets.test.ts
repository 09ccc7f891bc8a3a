import { expect, it } from "vitest";
import { worthOfTickets } from "../../indexer/graphql/tickets.ts";

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
