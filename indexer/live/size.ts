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

/** The nodes of a document, and how often the field that is in it most often is in it. Works for invalid documents too. */
export function countNodes(document: DocumentNode): { nodes: number; repeats: number } {
  const counts = new Map<string, number>();
  let nodes = 0;
  let repeats = 0;
  graphql.visit(document, {
    enter(node) {
      nodes++;
      if (node.kind !== graphql.Kind.FIELD) return;
      const name = (node.alias ?? node.name).value;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      repeats = Math.max(repeats, count);
    },
  });
  return { nodes, repeats };
}

/** Lists of a type's parts. Types lead to types, so each of these inside another multiplies the answer. */
const introspectionLists = new Set(["fields", "inputFields", "interfaces", "possibleTypes"]);

export interface Size {
  /** The deepest nesting of fields. */
  readonly depth: number;
  /** The deepest nesting of lists of the schema's own parts. */
  readonly introspection: number;
  readonly aliases: number;
}

/** Fragments are followed to where they lead. */
export function measure(document: DocumentNode, fragments: Fragments): Size {
  let aliases = 0;
  graphql.visit(document, {
    Field(node) {
      if (node.alias) aliases++;
    },
  });
  return {
    depth: deepest(document, fragments, () => 1),
    introspection: deepest(document, fragments, ({ name }) =>
      introspectionLists.has(name.value) ? 1 : 0,
    ),
    aliases,
  };
}

function deepest(
  document: DocumentNode,
  fragments: Fragments,
  weigh: (field: FieldNode) => number,
): number {
  const known = new Map<SelectionSetNode, number>();
  const depthOf = (set: SelectionSetNode): number => {
    const found = known.get(set);
    if (found !== undefined) return found;
    let depth = 0;
    for (const selection of set.selections) {
      const own = selection.kind === graphql.Kind.FIELD ? weigh(selection) : 0;
      const below =
        selection.kind === graphql.Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      depth = Math.max(depth, own + (below ? depthOf(below) : 0));
    }
    known.set(set, depth);
    return depth;
  };
  return Math.max(
    0,
    ...document.definitions.map((definition) =>
      "selectionSet" in definition ? depthOf(definition.selectionSet) : 0,
    ),
  );
}
