import type { ReadonlyDrizzle } from "ponder";

/** What the resolvers of one answer share: one state of the database. */
export interface Context {
  readonly qb: { readonly raw: ReadonlyDrizzle };
}
