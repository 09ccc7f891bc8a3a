/** A row as the API gives it: whole numbers as text, addresses in lower case. */
export type Row = Record<string, unknown>;

export function textOf(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string" && value.startsWith("0x")) return value.toLowerCase();
  return value;
}
