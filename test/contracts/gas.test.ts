import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { GasReport } from "./measureGas.ts";
import { measureGas } from "./measureGas.ts";

const SNAPSHOT = new URL("gas.snapshot.json", import.meta.url);

/** `KHIPU_GAS=update` writes what was measured; check it in with a word on why it grew. */
const update = process.env["KHIPU_GAS"] === "update";

describe("Gas", () => {
  let measured: GasReport;
  let snapshot: GasReport;

  beforeAll(async () => {
    measured = await measureGas();
    if (update) writeFileSync(SNAPSHOT, `${JSON.stringify(measured, undefined, 2)}\n`);
    snapshot = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as GasReport;
  });

  it("has not grown anywhere", () => {
    expect(Object.keys(measured)).toEqual(Object.keys(snapshot));
    const grown = Object.entries(measured).filter(([name, gas]) => gas > (snapshot[name] ?? 0));
    expect(grown, "grown; if that is worth it, run once with KHIPU_GAS=update").toEqual([]);
  });

  it("of a deposit of savings is within 1.6 of a plain ERC-4626's over the same strategy", () => {
    const ratio = (ours: string, plain: string) =>
      (measured[ours] ?? Infinity) / (measured[plain] ?? 1);
    expect(
      ratio("savings: deposit of a new saver", "plain ERC-4626: deposit of a new saver"),
    ).toBeLessThan(1.6);
    expect(ratio("savings: later deposit", "plain ERC-4626: later deposit")).toBeLessThan(1.6);
    expect(ratio("vault: later deposit", "plain ERC-4626: later deposit")).toBeLessThan(1.35);
  });

  it("keeps every contract deployable", () => {
    for (const [name, bytes] of Object.entries(measured)) {
      if (name.startsWith("bytes of ")) expect(bytes, name).toBeLessThanOrEqual(24_576);
    }
  });
});
