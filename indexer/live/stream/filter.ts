import { refused } from "../errors.ts";
import type { LogEvent } from "./tail.ts";

/** Each filter field and the columns it looks at (any of them may match). The most selective field comes first. */
export type FilterFields = Readonly<Record<string, readonly string[]>>;

/** A filter as the client sent it: each field a list of values, any of which may match. */
export type FilterInput = Readonly<Record<string, readonly string[] | null | undefined>>;

interface Condition {
  readonly columns: readonly string[];
  readonly values: ReadonlySet<string>;
}

/** Every condition must hold; the order is that of the fields, so the first is the most selective. */
export interface Filter {
  /** Equal for filters that let the same events through. */
  readonly key: string;
  readonly conditions: readonly Condition[];
}

/** What a value that a field of the filter lists is in a column; throws where the column cannot have it. */
export type Normalize = (field: string, column: string, value: string) => string;

export function compileFilter(
  input: FilterInput,
  fields: FilterFields,
  normalize: Normalize,
): Filter {
  const conditions: Condition[] = [];
  const key: [string, string[]][] = [];
  for (const [field, columns] of Object.entries(fields)) {
    const given = input[field];
    // as one that is not given
    if (!given) continue;
    if (given.length === 0) throw refused(`\`${field}\` lists no value: leave it out for all.`);
    const ofField = (value: string): string => normalize(field, columns[0] ?? field, value);
    const values = [...new Set(given.map(ofField))].sort();
    conditions.push({ columns, values: new Set(values) });
    key.push([field, values]);
  }
  return { key: JSON.stringify(key), conditions };
}

/** A column's value as a filter names it; null, which is nothing that could be named, is the empty text. */
function valueOf(event: LogEvent, column: string): string {
  const value = event[column];
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint"
    ? String(value)
    : "";
}

function holds({ columns, values }: Condition, event: LogEvent): boolean {
  return columns.some((column) => values.has(valueOf(event, column)));
}

export function passes(filter: Filter, event: LogEvent): boolean {
  return filter.conditions.every((condition) => holds(condition, event));
}

/**
 * Finds the filters that an event passes without looking at the others: each filter is filed under the
 * values of its first condition, so the work grows with the filters that match, not with those that exist.
 */
export class FilterIndex<Entry extends { readonly filter: Filter }> {
  readonly #unconditional = new Set<Entry>();
  /** column -> value -> entries */
  readonly #filed = new Map<string, Map<string, Set<Entry>>>();

  add(entry: Entry): void {
    const first = entry.filter.conditions[0];
    if (!first) {
      this.#unconditional.add(entry);
      return;
    }
    for (const column of first.columns) {
      let byValue = this.#filed.get(column);
      if (!byValue) this.#filed.set(column, (byValue = new Map<string, Set<Entry>>()));
      for (const value of first.values) {
        const entries = byValue.get(value);
        if (entries) entries.add(entry);
        else byValue.set(value, new Set([entry]));
      }
    }
  }

  delete(entry: Entry): void {
    this.#unconditional.delete(entry);
    const first = entry.filter.conditions[0];
    if (!first) return;
    for (const column of first.columns) {
      const byValue = this.#filed.get(column);
      for (const value of first.values) {
        const entries = byValue?.get(value);
        entries?.delete(entry);
        if (entries?.size === 0) byValue?.delete(value);
      }
    }
  }

  match(event: LogEvent): Set<Entry> {
    const matches = new Set(this.#unconditional);
    for (const [column, byValue] of this.#filed) {
      for (const entry of byValue.get(valueOf(event, column)) ?? []) {
        if (passes(entry.filter, event)) matches.add(entry);
      }
    }
    return matches;
  }
}
