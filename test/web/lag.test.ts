import { expect, test } from "vitest";
import { chainTime } from "../../web/features/savings/books.ts";
import { isSuspicious, lagOf } from "../../web/features/activity/lag.ts";

const head = (number: number, timestamp: number) => ({
  number: String(number),
  timestamp: String(timestamp),
});

test("a young head is live, and its age is the lag", () => {
  expect(lagOf(head(10, 1_000), undefined, 1_003)).toEqual({
    known: true,
    seconds: 3,
    behind: false,
  });
});

test("an old head on an idle chain is not behind", () => {
  expect(lagOf(head(10, 1_000), head(10, 1_000), 9_000)).toMatchObject({ behind: false });
});

test("an old head on a chain that went on is behind by the time between them", () => {
  expect(lagOf(head(10, 1_000), head(60, 1_100), 1_101)).toEqual({
    known: true,
    seconds: 100,
    behind: true,
  });
});

test("an old head is not accused before the chain was asked", () => {
  expect(lagOf(head(10, 1_000), undefined, 9_000)).toEqual({ known: false });
  expect(isSuspicious(head(10, 1_000), 9_000)).toBe(true);
  expect(isSuspicious(head(10, 8_999), 9_000)).toBe(false);
});

test("the chain's time is our clock's, unless its newest block is far off", () => {
  expect(chainTime(head(1, 1_000), 1_007)).toBe(1_007);
  expect(chainTime(head(1, 1_000), 5_000)).toBe(1_000);
  expect(chainTime(head(1, 9_000), 5_000)).toBe(9_000);
  expect(chainTime(undefined, 5_000)).toBe(5_000);
});
