import { hexToBigInt, keccak256, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { type Entry, entryAt, placeOf, weightsOf } from "../../protocol/draw.ts";
import { firstSeed } from "../seed.ts";

const ROUND = 1_000n;
const START = 5_000n;
const DRAWS = 20_000;

/** The value that chi-square with so many degrees of freedom exceeds by chance once in a thousand (Wilson-Hilferty). */
function criticalChiSquare(degrees: number): number {
  const z = 3.0902;
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + z * Math.sqrt(part)) ** 3;
}

/** How often each entry wins, against how often it should. */
function chiSquare(entries: Entry[], seed: string) {
  const weights = weightsOf(entries, START, START + ROUND);
  const total = weights.reduce((sum, { weight }) => sum + weight, 0n);
  const wins = entries.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const word = hexToBigInt(keccak256(toHex(`${seed} ${draw}`)));
    const place = placeOf(word, 0, 0, total);
    if (place === undefined) continue;
    const { entry } = entryAt(weights, place);
    wins[entry - 1] = (wins[entry - 1] ?? 0) + 1;
  }
  const expected = weights.map(({ weight }) => (Number(weight) / Number(total)) * DRAWS);
  const statistic = expected.reduce(
    (sum, often, index) => (often > 0 ? sum + ((wins[index] ?? 0) - often) ** 2 / often : sum),
    0,
  );
  return { statistic, wins, expected };
}

const entry = (player: number, time: bigint, amount: bigint): Entry => ({
  player: toHex(player, { size: 20 }),
  time,
  amount,
});

describe("Over 20,000 draws", () => {
  it(`wins follow money x time, for early, late, redeemed and split money (seed: ${firstSeed})`, () => {
    const entries = [
      entry(1, 0n, 300n),
      entry(2, START + 500n, 300n),
      entry(3, START + 999n, 100_000n),
      entry(4, START, 0n),
      entry(5, START + 1_000n, 1_000_000n),
      ...Array.from({ length: 10 }, (_, index) => entry(6 + index, 0n, 30n)),
    ];
    const { statistic, wins, expected } = chiSquare(entries, firstSeed);
    const degrees = expected.filter((often) => often > 0).length - 1;
    expect(statistic).toBeLessThan(criticalChiSquare(degrees));
    // Who has redeemed, and who came in the last second, does not win.
    expect([wins[3], wins[4]]).toEqual([0, 0]);
    // Ten addresses with 30 each weigh exactly what one with 300 does.
    const weights = weightsOf(entries, START, START + ROUND);
    const split = weights.slice(5).reduce((sum, { weight }) => sum + weight, 0n);
    expect(split).toBe(weights[0]?.weight);
  });

  it("the test would notice odds of one in ten that are off by a quarter", () => {
    const entries = Array.from({ length: 10 }, (_, index) => entry(index, 0n, 100n));
    const { statistic } = chiSquare(entries, firstSeed);
    const { wins } = chiSquare(
      entries.map((one, index) => (index === 0 ? { ...one, amount: 130n } : one)),
      firstSeed,
    );
    const biased = wins.reduce((sum, count) => sum + (count - DRAWS / 10) ** 2 / (DRAWS / 10), 0);
    expect(statistic).toBeLessThan(criticalChiSquare(9));
    expect(biased).toBeGreaterThan(criticalChiSquare(9));
  });
});

describe("A place in the line", () => {
  it("belongs to the entry that covers it, down to the single unit of money", () => {
    const entries = [entry(1, 0n, 2n), entry(2, START + 999n, 3n), entry(3, START, 0n)];
    const weights = weightsOf(entries, START, START + ROUND);
    expect(weights.map(({ weight }) => weight)).toEqual([2_000n, 3n, 0n]);
    expect(entryAt(weights, 0n)).toEqual({ entry: 1, unit: 0n });
    expect(entryAt(weights, 999n)).toEqual({ entry: 1, unit: 0n });
    expect(entryAt(weights, 1_000n)).toEqual({ entry: 1, unit: 1n });
    expect(entryAt(weights, 2_000n)).toEqual({ entry: 2, unit: 0n });
    expect(entryAt(weights, 2_002n)).toEqual({ entry: 2, unit: 2n });
  });

  it("is undefined for a word from the incomplete last run", () => {
    const whole = 2n ** 256n - 1n;
    const places = Array.from({ length: 64 }, (_, attempt) => placeOf(1n, 0, attempt, whole - 1n));
    expect(places.filter((place) => place !== undefined)).toHaveLength(64);
    // With a limit just above a half, almost every second word is one too many.
    const refused = Array.from({ length: 200 }, (_, attempt) =>
      placeOf(1n, 0, attempt, 2n ** 255n + 1n),
    ).filter((place) => place === undefined);
    expect(refused.length).toBeGreaterThan(60);
    expect(refused.length).toBeLessThan(140);
  });
});
