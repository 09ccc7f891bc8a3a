import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { graphql } from "./graphql.ts";

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** How many rows a page has when its `limit` does not say. */
const usualPage = 50;

/**
 * How many rows an operation may read at worst: each field counts for one, times the limits of the pages around it.
 */
export function costOf(
  operation: OperationDefinitionNode,
  fragments: Fragments,
  variables: Readonly<Record<string, unknown>>,
): number {
  const known = new Map<SelectionSetNode, number>();

  const costOfSet = (set: SelectionSetNode): number => {
    const found = known.get(set);
    if (found !== undefined) return found;
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === graphql.Kind.INLINE_FRAGMENT) {
        cost += costOfSet(selection.selectionSet);
      } else if (selection.kind === graphql.Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment) cost += costOfSet(fragment.selectionSet);
      } else if (selection.selectionSet) {
        cost += 1 + rowsOf(selection) * costOfSet(selection.selectionSet);
      }
    }
    known.set(set, cost);
    return cost;
  };

  const rowsOf = (field: FieldNode): number => {
    const limit = field.arguments?.find(({ name }) => name.value === "limit")?.value;
    const isPage = field.selectionSet?.selections.some(
      (selection) => selection.kind === graphql.Kind.FIELD && selection.name.value === "items",
    );
    if (limit?.kind === graphql.Kind.INT) return Math.max(1, Number(limit.value));
    const value = limit?.kind === graphql.Kind.VARIABLE ? variables[limit.name.value] : undefined;
    if (typeof value === "number") return Math.max(1, value);
    return isPage ? usualPage : 1;
  };

  return costOfSet(operation.selectionSet);
}

/** The deepest nesting of fields, and the number of aliases, with fragments followed to where they lead. */
export function measure(
  document: DocumentNode,
  fragments: Fragments,
): { depth: number; aliases: number } {
  const known = new Map<SelectionSetNode, number>();
  let aliases = 0;
  const depthOf = (set: SelectionSetNode): number => {
    const found = known.get(set);
    if (found !== undefined) return found;
    let depth = 0;
    for (const selection of set.selections) {
      let below: SelectionSetNode | undefined;
      let own = 0;
      if (selection.kind === graphql.Kind.FIELD) {
        if (selection.alias) aliases++;
        below = selection.selectionSet;
        own = 1;
      } else if (selection.kind === graphql.Kind.INLINE_FRAGMENT) {
        below = selection.selectionSet;
      } else {
        below = fragments.get(selection.name.value)?.selectionSet;
      }
      depth = Math.max(depth, own + (below ? depthOf(below) : 0));
    }
    known.set(set, depth);
    return depth;
  };
  let depth = 0;
  for (const definition of document.definitions) {
    if ("selectionSet" in definition) depth = Math.max(depth, depthOf(definition.selectionSet));
  }
  return { depth, aliases };
}
