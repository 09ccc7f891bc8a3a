import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import {
  defaultsFor,
  faultIn,
  type Parameter,
  type SectionName,
  SECTIONS,
} from "../../ignition/parameters.ts";
import { root } from "../../scripts/paths.ts";

const USED: SectionName[] = ["Protocol", "Lottery", "Circles"];
const SOMEBODY = "0x5FbDB2315678afecb367f032d93F642f64180aa3";

describe("A deployment's parameters", () => {
  it.each(
    (
      [
        [{ Lotery: {} }, 'There is no section "Lotery" in this deployment.'],
        [{ TestnetKit: {} }, 'There is no section "TestnetKit" in this deployment.'],
        [{ Protocol: { feeBp: 1 } }, "There is no parameter Protocol.feeBp."],
        [{ Protocol: { curatorDelays: 1 } }, "There is no parameter Protocol.curatorDelays."],
        [{ Protocol: { feeBps: 2_001 } }, "Protocol.feeBps is 2001: it must be a whole number"],
        [{ Protocol: { feeBps: "10" } }, 'Protocol.feeBps is "10": it must be a whole number'],
        [{ Protocol: { feeBps: 0.5 } }, "Protocol.feeBps is 0.5: it must be a whole number"],
        [
          { Protocol: { curatorDelay: 0 } },
          "Protocol.curatorDelay is 0: it must be a whole number",
        ],
        [{ Protocol: { seed: 0n } }, "Protocol.seed is 0: it must be a whole number"],
        [{ Protocol: { admin: zeroAddress } }, "and not zero"],
        [{ Protocol: { admin: SOMEBODY.replace("F", "f") } }, "with a right checksum"],
        [{ Protocol: { vaultName: " " } }, "it must be text of 1 to 64 characters"],
        [{ Protocol: { strategyAbsoluteCap: 2n ** 128n - 1n } }, "it must be a whole number"],
        [{ Lottery: { keyHash: "0x12" } }, "it must be 0x and 64 hex digits"],
        [{ Lottery: { nativePayment: "yes" } }, "it must be true or false"],
        [{ Lottery: [] }, "Lottery must be an object"],
        [[], "must be an object with a section"],
      ] as [unknown, string][]
    ).map(([given, sentence]) => ({ given, sentence })),
  )("are refused: $sentence", ({ given, sentence }) => {
    expect(faultIn(given, USED)).toContain(sentence);
  });

  it("are taken when all of them are known and within their bounds", () => {
    const vault = { admin: SOMEBODY, feeBps: 0, seed: 10n ** 18n, vaultName: "Khipu Ñandú" };
    expect(faultIn({ Protocol: vault, Lottery: { nativePayment: false } }, USED)).toBeUndefined();
  });

  it("have defaults that fit the asset's decimals", () => {
    for (const decimals of [6, 8, 18]) {
      const unit = 10n ** BigInt(decimals);
      const { vault, lottery } = defaultsFor({ name: "Dollar", symbol: "USD", decimals });
      expect(vault).toMatchObject({ seed: unit, minimumDeposit: unit, vaultSymbol: "kvUSD" });
      expect(lottery).toEqual({ minimumPurchase: unit, minimumPrize: unit });
    }
  });

  it("are all documented: unit, default, bounds, and whether they can change", () => {
    const rows = readFileSync(join(root, "docs/operators.md"), "utf8")
      .split("\n")
      .map((line) => line.replaceAll(/\s+/g, " "));
    for (const section of Object.values(SECTIONS)) {
      for (const [name, parameter] of Object.entries(section)) {
        expect(rows).toContain(rowOf(name, parameter));
      }
    }
  });
});

function rowOf(name: string, parameter: Parameter): string {
  const { meaning, unit, from, to, later } = parameter;
  const bounds = from === undefined || to === undefined ? "" : `${shown(from)} to ${shown(to)}`;
  const cells = [`\`${name}\``, meaning, unit, parameter.default ?? "must be given", bounds, later];
  return `| ${cells.join(" | ")} |`.replaceAll(/\s+/g, " ");
}

/** Large bounds are the types' own. */
function shown(bound: bigint): string {
  if (bound === 2n ** 128n - 1n) return "2^128 - 1";
  if (bound === 2n ** 128n - 2n) return "2^128 - 2";
  if (bound === 2n ** 96n - 1n) return "2^96 - 1";
  if (bound === 10n ** 18n) return "10^18";
  return bound.toLocaleString("en");
}
