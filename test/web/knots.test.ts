import { expect, test } from "vitest";
import { knotsOf } from "../../web/design/knots.ts";

const kinds = (number: bigint) => knotsOf(number).knots.map(({ kind }) => kind);

test("tens and above are single knots, the ones a long knot", () => {
  expect(kinds(32n)).toEqual(["single", "single", "single", "long", "long"]);
});

test("a one in the last place is a figure of eight", () => {
  expect(kinds(21n)).toEqual(["single", "single", "eight"]);
});

test("zero is a bare stretch of cord", () => {
  expect(kinds(0n)).toEqual([]);
  const [first, second] = knotsOf(101n).knots;
  const [near, next] = knotsOf(11n).knots;
  expect((second?.y ?? 0) - (first?.y ?? 0)).toBeGreaterThan((next?.y ?? 0) - (near?.y ?? 0));
});

test("a number too long for a cord is tied as the largest that fits", () => {
  expect(kinds(10n ** 9n)).toEqual(kinds(99_999n));
});

test("each cluster knows what its digit is worth", () => {
  expect(knotsOf(231n).clusters.map(({ worth }) => worth)).toEqual([200, 30, 1]);
});
