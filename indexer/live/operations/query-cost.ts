import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { largestPage, usualPage } from "./arguments.ts";
import { graphql } from "../graphql.ts";

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** A statement takes as long as so many rows. */
const statement = 5;
/** Counting reads a table, or much of it. */
const counting = 500;
/** Of lists whose length nobody has said. */
const usualList = 10;

/** What a field by hand says of itself in its `extensions`, for the arguments that it is given. */
export interface FieldCost {
  /** What it takes whatever it gives. */
  readonly own?: (args: Readonly<Record<string, unknown>>) => number;
  /** How many it gives, where it is a list. */
  readonly rows?: (args: Readonly<Record<string, unknown>>) => number;
}

/**
 * What an operation may cost at worst, about in rows: each object of the answer is one, a statement some. From the types of the
 * schema, so that a query costs the same in whatever form it is written.
 */
export function costOf(
  operation: OperationDefinitionNode,
  fragments: Fragments,
  schema: GraphQLSchema,
  variables: Readonly<Record<string, unknown>>,
): number {
  const known = new Map<SelectionSetNode, number>();

  /** `items`: how many items the page has whose fields these are. */
  const costOfSet = (set: SelectionSetNode, type: GraphQLObjectType, items?: number): number => {
    // a page's is another one with each limit
    const found = items === undefined ? known.get(set) : undefined;
    if (found !== undefined) return found;
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === graphql.Kind.INLINE_FRAGMENT) {
        cost += costOfSet(selection.selectionSet, type, items);
      } else if (selection.kind === graphql.Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment) cost += costOfSet(fragment.selectionSet, type, items);
      } else {
        const field = type.getFields()[selection.name.value];
        if (field) cost += costOfField(selection, field, items);
      }
    }
    if (items === undefined) known.set(set, cost);
    return cost;
  };

  const costOfField = (
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    items: number | undefined,
  ): number => {
    const type = graphql.getNamedType(field.type);
    if (!graphql.isObjectType(type) || !node.selectionSet) {
      return field.name === "totalCount" && items !== undefined ? counting : 0;
    }
    const args = graphql.getArgumentValues(field, node, variables);
    if (isPage(type)) {
      const limit = numberIn(args["limit"]) ?? usualPage;
      const skipped = numberIn(args["offset"]) ?? 0;
      const own = statement + Math.ceil(skipped / 100) + conditionsIn(args["where"]);
      return own + costOfSet(node.selectionSet, type, Math.min(largestPage, Math.max(1, limit)));
    }
    const { own = () => 0, rows } = (field.extensions["cost"] ?? {}) as FieldCost;
    const isList = graphql.isListType(graphql.getNullableType(field.type));
    const isItems = items !== undefined && field.name === "items";
    const count = isItems ? items : isList ? (rows?.(args) ?? usualList) : 1;
    return own(args) + count * (1 + costOfSet(node.selectionSet, type));
  };

  const root = schema.getRootType(operation.operation);
  return root ? costOfSet(operation.selectionSet, root) : 0;
}

function isPage(type: GraphQLObjectType): boolean {
  const fields = type.getFields();
  return fields["items"] !== undefined && fields["pageInfo"] !== undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** How many values a filter compares each row with. */
function conditionsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, part) => sum + conditionsIn(part), 0);
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + conditionsIn(part), 0);
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
