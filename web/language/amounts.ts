import { formatUnits } from "viem/utils";

export interface Unit {
  symbol: string;
  decimals: number;
}

interface Fraction {
  /** digits after the point that are always written */
  least?: number;
  /** digits after the point at most; what is beyond is cut off, never rounded up, so that nobody is shown more than they have */
  most?: number;
}

const usual = 2;
/** what is too small for the usual digits gets these instead, so that something never looks like nothing */
const fine = 6;

/** The platform writes no more of them. */
const mostDigits = 100;

/** Writes an amount in the digits of the locale, exactly: no detour over floating point. */
export function formatAmount(
  value: bigint,
  decimals: number,
  locale: string,
  { least = usual, most }: Fraction = {},
): string {
  const tiny = value > 0n && decimals > usual && value < 10n ** BigInt(decimals - usual);
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: least,
    maximumFractionDigits: Math.min(mostDigits, most ?? Math.max(least, tiny ? fine : usual)),
    roundingMode: "trunc",
    useGrouping: "always",
  }).format(formatUnits(value, decimals) as `${number}`);
}

/** The same with the symbol behind it, held together by a space that does not break. */
export function formatMoney(
  value: bigint,
  unit: Unit,
  locale: string,
  fraction?: Fraction,
): string {
  return `${formatAmount(value, unit.decimals, locale, fraction)}\u00a0${unit.symbol}`;
}

export type ParsedAmount =
  { ok: true; value: bigint } | { ok: false; problem: "empty" | "zero" | "format" | "precise" };

function decimalMark(locale: string): "." | "," {
  return new Intl.NumberFormat(locale).format(1.5).includes(",") ? "," : ".";
}

/** What may stand between groups of digits, whatever the locale. */
const spaces = " \u00a0\u202f\u2009'\u2019";

/** Whether the locale itself writes these whole digits in this way. */
function isGroupedAs(grouped: string, locale: string, group: string): boolean {
  const written = new Intl.NumberFormat(locale, { useGrouping: "always" })
    .formatToParts(BigInt(grouped.replaceAll(group, "")))
    .map(({ type, value }) => (type === "group" ? group : value))
    .join("");
  return written === grouped || new RegExp(`^[1-9]\\d{0,2}(\\${group}\\d{3})+$`).test(grouped);
}

/**
 * Reads what a person typed. Well-formed groups of the locale are understood ("1,250" in English, "1,00,000" in India), also with spaces or
 * apostrophes between them, and the other locale's decimal mark where it cannot be mistaken for a group ("2,5" in English); anything
 * doubtful is refused.
 */
export function parseAmount(text: string, decimals: number, locale: string): ParsedAmount {
  const written = text.trim();
  if (written === "") return { ok: false, problem: "empty" };

  const mark = decimalMark(locale);
  const group = mark === "." ? "," : ".";
  const [whole = "", fraction = "", ...more] = written.split(mark);
  const separators = new Set(whole.replace(/\d/g, ""));
  const [separator] = separators;
  const isFraction = /^\d*$/.test(fraction) && more.length === 0;

  let canonical: readonly [string, string];
  if (isFraction && separators.size === 0 && `${whole}${fraction}` !== "") {
    canonical = [whole, fraction];
  } else if (
    isFraction &&
    separator !== undefined &&
    separators.size === 1 &&
    (separator === group || spaces.includes(separator)) &&
    isGroupedAs(whole, locale, separator)
  ) {
    canonical = [whole.replaceAll(separator, ""), fraction];
  } else {
    const foreign = new RegExp(`^(\\d*)\\${group}(\\d+)$`).exec(written);
    if (!foreign) return { ok: false, problem: "format" };
    canonical = [foreign[1] ?? "", foreign[2] ?? ""];
  }

  const digits = canonical[1].replace(/0+$/, "");
  if (digits.length > decimals) return { ok: false, problem: "precise" };
  const value = BigInt(`0${canonical[0]}${digits.padEnd(decimals, "0")}`);
  return value === 0n ? { ok: false, problem: "zero" } : { ok: true, value };
}

/** An amount as a person would type it in this locale: what the field holds after "Max". */
export function editableAmount(value: bigint, decimals: number, locale: string): string {
  return formatUnits(value, decimals).replace(".", decimalMark(locale));
}
