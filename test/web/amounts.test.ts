import { describe, expect, test } from "vitest";
import {
  editableAmount,
  formatAmount,
  formatMoney,
  parseAmount,
} from "../../web/language/amounts.ts";

const value = (text: string, locale = "en", decimals = 6) => {
  const parsed = parseAmount(text, decimals, locale);
  return parsed.ok ? parsed.value : parsed.problem;
};

describe("reading what a person typed", () => {
  test("plain amounts are exact to the last digit", () => {
    expect(value("250")).toBe(250_000_000n);
    expect(value("0.000001")).toBe(1n);
    expect(value(".5")).toBe(500_000n);
    expect(value("7.")).toBe(7_000_000n);
    expect(value("123456789012345678.123456")).toBe(123_456_789_012_345_678_123_456n);
  });

  test("groups and spaces of the locale are understood", () => {
    expect(value("1,250.5", "en")).toBe(1_250_500_000n);
    expect(value("1.250,5", "es-ES")).toBe(1_250_500_000n);
    expect(value("1,250.5", "es-PE")).toBe(1_250_500_000n);
    expect(value("1 250")).toBe(1_250_000_000n);
  });

  test("a thousands group is never taken for a decimal point, nor the other way round", () => {
    expect(value("1,000", "en")).toBe(1_000_000_000n);
    expect(value("1.000", "es-ES")).toBe(1_000_000_000n);
    expect(value("1.000", "en")).toBe(1_000_000n);
  });

  test("the other locale's decimal mark is forgiven where it is plain", () => {
    expect(value("2,5", "en")).toBe(2_500_000n);
    expect(value("2.5", "es-ES")).toBe(2_500_000n);
    expect(value("0,100", "en")).toBe(100_000n);
  });

  test("groups are read as the locale shows them, wherever that is", () => {
    expect(value("1,00,000", "en-IN")).toBe(100_000_000_000n);
    for (const locale of ["en", "en-IN", "es-ES", "es-PE", "de-CH", "fr-FR", "pt-PT"]) {
      for (const amount of [1_234_567_000_000n, 123_456_789_120_000n]) {
        expect(value(formatAmount(amount, 6, locale), locale), locale).toBe(amount);
      }
    }
    expect(value("1'250.5")).toBe(1_250_500_000n);
  });

  test("a separator that is not between groups is doubtful, and so is another kind of space", () => {
    for (const text of [
      "3 50",
      "1\n2",
      "1\t250",
      "1 2 3",
      "12 34",
      "1 250,000.5",
      "1, 250",
      "1 250 5",
    ]) {
      expect(value(text), text).toBe("format");
    }
  });

  test("zeros at the end make no amount more precise", () => {
    expect(value("1.0000000")).toBe(1_000_000n);
    expect(value("1.00000010")).toBe("precise");
  });

  test("anything doubtful is refused with its reason", () => {
    expect(value("")).toBe("empty");
    expect(value("0")).toBe("zero");
    expect(value("0.0000001")).toBe("precise");
    for (const text of ["abc", "1e5", "-5", "1.2.3", "1,00,000", "0x10", "."]) {
      expect(value(text), text).toBe("format");
    }
  });
});

describe("writing amounts", () => {
  test("they are cut off, never rounded up", () => {
    expect(formatAmount(1_999_999n, 6, "en")).toBe("1.99");
  });

  test("they follow the locale", () => {
    expect(formatAmount(1_234_500_000n, 6, "en")).toBe("1,234.50");
    expect(formatAmount(1_234_500_000n, 6, "es-ES")).toBe("1.234,50");
  });

  test("something very small never looks like nothing", () => {
    expect(formatAmount(42n, 6, "en")).toBe("0.000042");
    expect(formatAmount(0n, 6, "en")).toBe("0.00");
  });

  test("a token of very many decimals is written all the same", () => {
    expect(formatAmount(10n ** 400n, 400, "en", { most: 400 })).toBe("1.00");
    expect(value("1", "en", 400)).toBe(10n ** 400n);
  });

  test("large amounts are exact", () => {
    expect(formatAmount(9_007_199_254_740_993_000_000n, 6, "en")).toBe("9,007,199,254,740,993.00");
  });

  test("the unit stays on the amount's line", () => {
    expect(formatMoney(5_000_000n, { symbol: "tUSD", decimals: 6 }, "en")).toBe("5.00\u00a0tUSD");
  });

  test("what “Max” writes into the field is read back as the same amount", () => {
    for (const locale of ["en", "es-ES", "es-PE"]) {
      for (const amount of [1n, 999n, 1_000_000n, 1_234_567_891n, 10n ** 24n + 1n]) {
        expect(value(editableAmount(amount, 6, locale), locale)).toBe(amount);
      }
    }
  });
});
