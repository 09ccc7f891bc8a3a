import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type GasReport, measureGas } from "./measureGas.ts";

const SNAPSHOT = new URL("gas.snapshot.json", import.meta.url);

/** `KHIPU_GAS=update` writes what was measured; check it in with a word on why it grew. */
const update = process.env["KHIPU_GAS"] === "update";

const BLOCK = 30_000_000;

describe("Gas of circles", () => {
  let measured: GasReport;
  let snapshot: GasReport;

  beforeAll(async () => {
    measured = await measureGas();
    if (update) writeFileSync(SNAPSHOT, `${JSON.stringify(measured, undefined, 2)}\n`);
    snapshot = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as GasReport;
  });

  const of = (name: string) => measured[name] ?? Infinity;

  it("has not grown anywhere", () => {
    expect(Object.keys(measured)).toEqual(Object.keys(snapshot));
    const grown = Object.entries(measured).filter(([name, gas]) => gas > (snapshot[name] ?? 0));
    expect(grown, "grown; if that is worth it, run once with KHIPU_GAS=update").toEqual([]);
  });

  it("is the same for paying and claiming in circles of 5, 20 and 50", () => {
    for (const call of ["contribute", "claim a pot"]) {
      for (const members of [20, 50]) {
        expect(Math.abs(of(`${call}, ${members} members`) - of(`${call}, 5 members`))).toBeLessThan(
          500,
        );
      }
    }
    expect(of("contribute, 50 members")).toBeLessThanOrEqual(95_000);
  });

  it("of settling stays far within a block in a circle of 50, whatever its members did", () => {
    for (const [name, gas] of Object.entries(measured)) {
      if (name.startsWith("settle")) expect(gas, name).toBeLessThan(BLOCK / 6);
    }
  });

  it("of a whole circle is within the aims; of five with collateral it is a little above", () => {
    expect(of("a whole circle of 5, trusted")).toBeLessThanOrEqual(3_500_000);
    expect(of("a whole circle of 5, with collateral")).toBeLessThanOrEqual(3_800_000);
    expect(of("a whole circle of 10, with collateral")).toBeLessThanOrEqual(13_000_000);
  });

  it("keeps the contracts deployable, with a tenth to spare", () => {
    for (const name of ["RotatingPools", "RoundSettlement", "CircleForming"]) {
      expect(of(`bytes of ${name}`), name).toBeLessThan(22_118);
    }
  });
});
