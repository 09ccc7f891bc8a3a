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
    maximumFractionDigits: most ?? Math.max(least, tiny ? fine : usual),
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

/**
 * Reads what a person typed. Well-formed groups of the locale are understood ("1,250" in English), and the other
 * locale's decimal mark where it cannot be mistaken for a group ("2,5" in English); anything doubtful is refused.
 */
export function parseAmount(text: string, decimals: number, locale: string): ParsedAmount {
  const written = text.replace(/[\s\u00a0\u202f']/g, "");
  if (written === "") return { ok: false, problem: "empty" };

  const mark = decimalMark(locale);
  const group = mark === "." ? "," : ".";
  const grouped = new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${mark}\\d*)?$`);
  const plain = new RegExp(`^(\\d+\\${mark}?\\d*|\\${mark}\\d+)$`);
  const foreign = new RegExp(`^\\d*\\${group}\\d+$`);

  let canonical: string;
  if (grouped.test(written)) canonical = written.replaceAll(group, "").replace(mark, ".");
  else if (plain.test(written)) canonical = written.replace(mark, ".");
  else if (foreign.test(written)) canonical = written.replace(group, ".");
  else return { ok: false, problem: "format" };

  const [whole = "", fraction = ""] = canonical.split(".");
  if (fraction.length > decimals) return { ok: false, problem: "precise" };
  const value = BigInt((whole + fraction.padEnd(decimals, "0")).replace(/^$/, "0"));
  return value === 0n ? { ok: false, problem: "zero" } : { ok: true, value };
}

/** An amount as a person would type it in this locale: what the field holds after "Max". */
export function editableAmount(value: bigint, decimals: number, locale: string): string {
  return formatUnits(value, decimals).replace(".", decimalMark(locale));
}
