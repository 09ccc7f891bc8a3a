import { describe, expect, test } from "vitest";
import { Stall, type Reading } from "../../scripts/indexer/stall.ts";

const patience = 10_000;

/** Looks once a second for so many seconds; gives the second of the first verdict. */
function firstVerdict(stall: Stall, seconds: number, reading: (second: number) => Reading) {
  for (let second = 0; second <= seconds; second++) {
    if (stall.see(reading(second), second * 1_000) !== undefined) return second;
  }
  return undefined;
}

describe("an indexer that is watched", () => {
  const following = { chainHead: 5, indexHead: 5 };

  test("has stalled when it stands still behind the chain for too long", () => {
    const stall = new Stall(patience);
    const second = firstVerdict(stall, 100, (at) => ({ chainHead: 5 + at, indexHead: 5 }));
    expect(second).toBe(11);
  });

  test("has not while it moves, however far it is behind", () => {
    const stall = new Stall(patience);
    expect(
      firstVerdict(stall, 100, (at) => ({ chainHead: 1_000, indexHead: Math.floor(at / 9) })),
    ).toBeUndefined();
  });

  test("has not while the chain is idle, away, or behind it", () => {
    for (const chainHead of [5, undefined, 3]) {
      expect(
        firstVerdict(new Stall(patience), 100, () => ({ chainHead, indexHead: 5 })),
      ).toBeUndefined();
    }
  });

  test("may take its time over old blocks, and before it first answers", () => {
    for (const indexHead of [null, undefined]) {
      expect(
        firstVerdict(new Stall(patience), 1_000, () => ({ chainHead: 9, indexHead })),
      ).toBeUndefined();
    }
  });

  test("has stalled when it does not answer any more", () => {
    const stall = new Stall(patience);
    stall.see(following, 0);
    expect(firstVerdict(stall, 100, () => ({ chainHead: 5, indexHead: undefined }))).toBe(10);
  });

  test("is given ten times as long while it is at work and has no time to answer", () => {
    const stall = new Stall(patience);
    stall.see(following, 0);
    const busy = { chainHead: 5, indexHead: undefined, isBusy: true };
    expect(firstVerdict(stall, 200, () => busy)).toBe(100);
  });

  test("is given no longer for work when it answers and stands still", () => {
    const stall = new Stall(patience);
    const second = firstVerdict(stall, 200, () => ({ chainHead: 9, indexHead: 5, isBusy: true }));
    expect(second).toBe(10);
  });

  test("is given twice as long after each restart that changed nothing", () => {
    const stall = new Stall(patience);
    const stuck = (): number | undefined =>
      firstVerdict(stall, 1_000, () => ({ chainHead: 9, indexHead: 5 }));
    expect(stuck()).toBe(10);
    stall.restarted();
    expect(stuck()).toBe(20);
    stall.restarted();
    expect(stuck()).toBe(40);
  });
});
