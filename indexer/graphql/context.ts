import type { ReadonlyDrizzle } from "ponder";

/** What the resolvers of one answer share: one state of the database. */
export interface Context {
  readonly qb: { readonly raw: ReadonlyDrizzle };
}

const memory = new WeakMap<Context, Map<string, Promise<unknown>>>();

/** What was found out for one answer is not asked for again in it. `key` names what is read, with all that it depends on. */
export function once<Found>(
  context: Context,
  key: string,
  read: () => Promise<Found>,
): Promise<Found> {
  const known = memory.get(context) ?? new Map<string, Promise<unknown>>();
  memory.set(context, known);
  const found = (known.get(key) as Promise<Found> | undefined) ?? read();
  known.set(key, found);
  return found;
}
