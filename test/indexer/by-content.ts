import type { Row } from "./oracle/row.ts";

/** Any order will do that is the same on both sides: rows that are equal have equal texts. */
export function byContent(a: Row, b: Row): number {
  return textOf(a) < textOf(b) ? -1 : 1;
}

function textOf(row: Row): string {
  const known = ["id", "chainId", "contract", "pool", "poolId", "roundId", "interval", "start"];
  const rest = Object.keys(row).filter((name) => !known.includes(name));
  return JSON.stringify([...known, ...rest.toSorted()].map((name) => row[name]));
}
