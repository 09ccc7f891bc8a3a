import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { liveError } from "../errors.ts";
import {
  compileFilter,
  type FilterFields,
  type FilterInput,
  type Normalize,
} from "../stream/filter.ts";
import { graphql } from "../graphql.ts";
import type { EventsRequest } from "../stream/hub.ts";
import type { LiveQueryOperation, QueryOperation } from "../queries/live-queries.ts";
import type { Finality } from "../stream/message.ts";
import type { PersistedOperations } from "./persisted.ts";
import { tablesRead, type Sources, type Tables } from "../queries/table-dependencies.ts";
import { streamField } from "./schema.ts";
import { Selection } from "./selection.ts";
import type { OperationRequest } from "./request.ts";
import { costOf, countNodes, measure, type Fragments } from "./query-cost.ts";

/** A parsed document, which all operations with the same text share, and about how many bytes it occupies. */
export interface SharedDocument {
  readonly weight: number;
}

/** `weight`: about how many bytes it occupies while it runs, beside its document. */
export type Operation = { readonly weight: number; readonly document: SharedDocument } & (
  | { readonly kind: "query"; readonly query: QueryOperation }
  | { readonly kind: "events"; readonly request: EventsRequest }
  | { readonly kind: "live"; readonly live: LiveQueryOperation }
);

/** Why an operation cannot be run, as GraphQL tells it. */
export class OperationRefused extends Error {
  override readonly name = "OperationRefused";
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map((error) => error.message).join(" "));
    this.errors = errors;
  }
}

export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxRepeats: number;
  readonly maxCost: number;
  readonly maxFilterValues: number;
}

/** A document that has been parsed and found valid; the same text is not looked at twice. */
interface Checked extends SharedDocument {
  readonly document: DocumentNode;
  readonly fragments: Fragments;
  readonly streams: Map<OperationDefinitionNode, Stream>;
  readonly liveQueries: Map<OperationDefinitionNode, LiveQuery>;
}

interface Variables {
  /** As they came, but only those that the operation declares. */
  readonly given: Readonly<Record<string, unknown>>;
  /** With their defaults, as what their types make of them. */
  readonly coerced: Readonly<Record<string, unknown>>;
}

/** A live query's document, as the query that is run for it. */
interface LiveQuery {
  readonly document: DocumentNode;
  readonly text: string;
  readonly reads: Tables;
}

/** An event stream's document without what differs between subscribers. */
interface Stream {
  readonly field: FieldNode;
  readonly selection: DocumentNode;
  readonly text: string;
  readonly variables: readonly string[];
}

/** What of the documents that were checked lately is remembered, and how long one of these may be. */
const rememberedCharacters = 1_000_000;
const longestRemembered = 8_192;

/** What tools ask for has two: the fields of types, and the inputs of these. */
const deepestIntrospection = 2;

/** Each error costs a search for what may have been meant. */
const maxErrors = 10;

/** What a node of a document occupies in memory, with its lists. */
const bytesPerNode = 150;

/** Turns requests into operations that are known to be runnable. */
export class Operations {
  readonly #schema: GraphQLSchema;
  readonly #sources: Sources;
  readonly #fields: FilterFields;
  readonly #normalize: Normalize;
  readonly #limits: OperationLimits;
  readonly #persisted: PersistedOperations;
  readonly #checked = new Map<string, Checked | readonly GraphQLError[]>();
  #remembered = 0;
  readonly #projections = new Map<string, WeakRef<Selection>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (this.#projections.get(key)?.deref() === undefined) this.#projections.delete(key);
  });

  constructor(
    schema: GraphQLSchema,
    sources: Sources,
    fields: FilterFields,
    normalize: Normalize,
    limits: OperationLimits,
    persisted: PersistedOperations,
  ) {
    this.#schema = schema;
    this.#sources = sources;
    this.#fields = fields;
    this.#normalize = normalize;
    this.#limits = limits;
    this.#persisted = persisted;
  }

  prepare(request: OperationRequest): Operation {
    const { operationName } = request;
    const checked = this.#check(this.#persisted.documentOf(request));
    const definition = graphql.getOperationAST(checked.document, operationName);
    if (!definition) {
      throw refused("BAD_REQUEST", "Name one of the document's operations in `operationName`.");
    }
    if (definition.operation === graphql.OperationTypeNode.MUTATION) {
      throw refused("BAD_REQUEST", "This API changes nothing: contracts are called on the chain.");
    }
    const variables = this.#coerced(definition, request.variables ?? {});
    if (definition.operation === graphql.OperationTypeNode.QUERY) {
      this.#checkCost(checked, definition, variables);
      const query = { document: checked.document, operationName, variables: variables.given };
      return { kind: "query", query, weight: 0, document: checked };
    }
    const fields = rootFields(definition.selectionSet, checked.fragments);
    if (fields.some(({ name }) => name.value !== streamField)) {
      this.#checkCost(checked, definition, variables);
      const live = this.#liveQuery(checked, definition, variables);
      return { kind: "live", live, weight: live.key.length, document: checked };
    }
    const events = this.#stream(checked, definition, fields, variables);
    return {
      kind: "events",
      request: events,
      weight: events.filter.key.length + events.projection.key.length,
      document: checked,
    };
  }

  #coerced(
    definition: OperationDefinitionNode,
    given: Readonly<Record<string, unknown>>,
  ): Variables {
    const definitions = definition.variableDefinitions ?? [];
    const { coerced, errors } = graphql.getVariableValues(this.#schema, definitions, given, {
      maxErrors,
    });
    if (errors) throw new OperationRefused(errors.map((error) => coded(error, "BAD_USER_INPUT")));
    // what the operation does not declare makes no difference to it
    const declared = Object.fromEntries(
      definitions.flatMap(({ variable: { name } }) =>
        given[name.value] === undefined ? [] : [[name.value, given[name.value]]],
      ),
    );
    return { given: declared, coerced };
  }

  #checkCost(
    { fragments }: Checked,
    definition: OperationDefinitionNode,
    { coerced }: Variables,
  ): void {
    const { maxCost } = this.#limits;
    let cost: number;
    try {
      cost = costOf(definition, fragments, this.#schema, coerced);
    } catch (error) {
      if (!(error instanceof graphql.GraphQLError)) throw error;
      throw new OperationRefused([coded(error, "BAD_USER_INPUT")]);
    }
    if (cost <= maxCost) return;
    throw new OperationRefused([
      tooLarge(`This may cost ${cost}; ${maxCost} is allowed. Ask for smaller pages.`),
    ]);
  }

  #check(query: string): Checked {
    let found = this.#checked.get(query);
    if (found) this.#forget(query);
    else found = this.#parse(query);
    // the newest last, so that the first is the one to forget
    if (query.length <= longestRemembered) {
      this.#checked.set(query, found);
      this.#remembered += query.length;
    }
    for (const oldest of this.#checked.keys()) {
      if (this.#remembered <= rememberedCharacters) break;
      this.#forget(oldest);
    }
    if ("document" in found) return found;
    throw new OperationRefused(found);
  }

  #forget(query: string): void {
    this.#checked.delete(query);
    this.#remembered -= query.length;
  }

  #parse(query: string): Checked | readonly GraphQLError[] {
    const { maxTokens, maxDepth, maxAliases, maxRepeats } = this.#limits;
    let document: DocumentNode;
    try {
      document = graphql.parse(query, { maxTokens });
    } catch (error) {
      if (error instanceof graphql.GraphQLError) return [coded(error, "GRAPHQL_PARSE_FAILED")];
      throw error;
    }
    // before the validation, whose time grows with the square of this
    const { nodes, repeats } = countNodes(document);
    if (repeats > maxRepeats) {
      return [tooLarge(`One field is asked for ${repeats} times; ${maxRepeats} are allowed.`)];
    }
    const errors = graphql.validate(this.#schema, document, graphql.specifiedRules, { maxErrors });
    if (errors.length > 0) return errors.map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED"));
    // once more without places in the text, which errors need no more and which occupy most of the memory
    document = graphql.parse(query, { maxTokens, noLocation: true });
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const definition of document.definitions) {
      if (definition.kind === graphql.Kind.FRAGMENT_DEFINITION) {
        fragments.set(definition.name.value, definition);
      }
    }
    const size = measure(document, fragments);
    if (size.depth > maxDepth) {
      return [tooLarge(`Fields are nested ${size.depth} deep; ${maxDepth} are allowed.`)];
    }
    if (size.introspection > deepestIntrospection) {
      return [tooLarge("The schema is asked for types within types within types: ask flatly.")];
    }
    if (size.aliases > maxAliases) {
      return [tooLarge(`The document has ${size.aliases} aliases; ${maxAliases} are allowed.`)];
    }
    return {
      document,
      weight: nodes * bytesPerNode,
      fragments,
      streams: new Map(),
      liveQueries: new Map(),
    };
  }

  #stream(
    checked: Checked,
    definition: OperationDefinitionNode,
    nodes: readonly FieldNode[],
    { coerced }: Variables,
  ): EventsRequest {
    let stream = checked.streams.get(definition);
    if (!stream) {
      stream = splitStream(checked, definition, nodes);
      checked.streams.set(definition, stream);
    }
    const field = this.#schema.getSubscriptionType()?.getFields()[streamField];
    if (!field) throw new Error(`The schema's Subscription has no field ${streamField}.`);
    const { after, where, finality } = graphql.getArgumentValues(field, stream.field, coerced) as {
      after?: string | null;
      where?: FilterInput | null;
      finality: Finality;
    };
    return {
      projection: this.#projection(stream, coerced),
      filter: this.#filter(where ?? {}),
      finality,
      after: after ?? undefined,
    };
  }

  #liveQuery(
    checked: Checked,
    definition: OperationDefinitionNode,
    { given }: Variables,
  ): LiveQueryOperation {
    let query = checked.liveQueries.get(definition);
    if (!query) {
      const document = asQuery(checked, definition);
      query = {
        document,
        text: graphql.print(document),
        reads: tablesRead(this.#schema, document, this.#sources),
      };
      checked.liveQueries.set(definition, query);
    }
    const sorted = Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      key: `${query.text}\n${JSON.stringify(sorted)}`,
      query: { document: query.document, operationName: undefined, variables: given },
      reads: query.reads,
    };
  }

  #filter(where: FilterInput): EventsRequest["filter"] {
    const { maxFilterValues } = this.#limits;
    for (const [field, values] of Object.entries(where)) {
      if (values && values.length > maxFilterValues) {
        throw refused(
          "BAD_FILTER",
          `\`${field}\` lists ${values.length} values; ${maxFilterValues} are allowed.`,
        );
      }
    }
    try {
      return compileFilter(where, this.#fields, this.#normalize);
    } catch (error) {
      if (error instanceof graphql.GraphQLError) throw new OperationRefused([error]);
      throw error;
    }
  }

  #projection(stream: Stream, variables: Readonly<Record<string, unknown>>): Selection {
    const used = Object.fromEntries(stream.variables.map((name) => [name, variables[name]]));
    const key = `${stream.text}\n${JSON.stringify(used)}`;
    let projection = this.#projections.get(key)?.deref();
    if (!projection) {
      projection = new Selection(
        key,
        this.#schema,
        stream.selection,
        used,
        stream.field.name.value,
      );
      this.#projections.set(key, new WeakRef(projection));
      this.#forgotten.register(projection, key);
    }
    return projection;
  }
}

function refused(code: Parameters<typeof liveError>[0], message: string): OperationRefused {
  return new OperationRefused([liveError(code, message)]);
}

function coded(error: GraphQLError, code: string): GraphQLError {
  error.extensions["code"] = code;
  return error;
}

function tooLarge(message: string): GraphQLError {
  return liveError("OPERATION_TOO_LARGE", message);
}

/** The one field of a valid subscription, as often as it is there, through any fragments around it. */
function rootFields(set: SelectionSetNode, fragments: Fragments): FieldNode[] {
  return set.selections.flatMap((selection) => {
    const leavesOut = selection.directives?.some(({ name }) =>
      ["skip", "include"].includes(name.value),
    );
    if (leavesOut) {
      throw refused(
        "BAD_REQUEST",
        "What a subscription is to may not be left out: drop @skip and @include from its field.",
      );
    }
    switch (selection.kind) {
      case graphql.Kind.FIELD:
        return selection;
      case graphql.Kind.INLINE_FRAGMENT:
        return rootFields(selection.selectionSet, fragments);
      case graphql.Kind.FRAGMENT_SPREAD: {
        const fragment = fragments.get(selection.name.value);
        return fragment ? rootFields(fragment.selectionSet, fragments) : [];
      }
    }
  });
}

/** The query with the same selection as a subscription. */
function asQuery(checked: Checked, definition: OperationDefinitionNode): DocumentNode {
  const document: DocumentNode = {
    kind: graphql.Kind.DOCUMENT,
    definitions: [definition, ...checked.fragments.values()],
  };
  return graphql.visit(document, {
    OperationDefinition: (node) => ({ ...node, operation: graphql.OperationTypeNode.QUERY }),
    NamedType: (node) =>
      node.name.value === "Subscription"
        ? { ...node, name: { ...node.name, value: "Query" } }
        : undefined,
  });
}

/** Takes the stream's arguments out of its document, so that subscribers who differ only in these share a projection. */
function splitStream(
  checked: Checked,
  definition: OperationDefinitionNode,
  fields: readonly FieldNode[],
): Stream {
  const [field] = fields;
  if (!field) throw new Error("A valid subscription has a field.");
  const withoutArguments = graphql.visit(
    {
      kind: graphql.Kind.DOCUMENT,
      definitions: [definition, ...checked.fragments.values()],
    } as DocumentNode,
    { Field: (node) => (fields.includes(node) ? { ...node, arguments: [] } : undefined) },
  );
  const variables = new Set<string>();
  graphql.visit(withoutArguments, {
    VariableDefinition: () => false,
    Variable: (node) => {
      variables.add(node.name.value);
    },
  });
  const selection = graphql.visit(withoutArguments, {
    VariableDefinition: (node) => (variables.has(node.variable.name.value) ? undefined : null),
  });
  return {
    field,
    selection,
    text: graphql.print(selection),
    variables: [...variables],
  };
}
