import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../scripts/paths.ts";

/** One comparison: what we measured, what the peer measured in the same run, in the same unit. */
export interface Row {
  name: string;
  unit: string;
  ours: number;
  peer: number;
  /** Who the peer is. */
  against: string;
  /** Whether more or less of the unit is better. */
  better: "less" | "more";
}

export interface Bench {
  name: string;
  /** What is measured and how, in a sentence or two. */
  about: string;
  run(): Promise<Row[]>;
}

/** The value below which the fraction `p` of `values` lies (nearest rank). */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  if (value === undefined)
    throw new Error("There is no percentile of nothing: no value was measured.");
  return value;
}

/** Ours as a multiple of the peer's, below 1 is better when less is better; undefined of nothing. */
const ratio = ({ ours, peer }: Row): number | undefined => (peer === 0 ? undefined : ours / peer);

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${round(row.ours)} ${row.unit}`,
    `${round(row.peer)} ${row.unit}`,
    row.against,
    `${ratio(row)?.toFixed(2).concat("x") ?? "-"} (${row.better} is better)`,
  ]);
  const lines = [["measured", "ours", "peer", "against", "ours / peer"], ...cells];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length))) ??
    [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Writes bench/results/<name>.json: the rows, and the machine they were measured on. */
export function writeResults(bench: Bench, rows: readonly Row[]): string {
  const folder = join(root, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${bench.name}.json`);
  const machine = {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const results = {
    name: bench.name,
    about: bench.about,
    measuredAt: new Date().toISOString(),
    machine,
  };
  const withRatios = rows.map((row) => ({ ...row, ratio: ratio(row) }));
  writeFileSync(file, `${JSON.stringify({ ...results, rows: withRatios }, null, 2)}\n`);
  return file;
}

const round = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
