import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  SelectionSetNode,
} from "graphql";
import { graphql } from "../graphql.ts";
import type { EventMessage, Projection } from "../stream/message.ts";

/** Writes what is selected of an object, as JSON. */
type Write = (source: Readonly<Record<string, unknown>>) => string;

type Variables = Readonly<Record<string, unknown>>;

/**
 * A projection that gives what an operation selects of each message. It is made once into a function: to execute the operation for
 * each message takes twenty times as long, for the many who differ in what they select too.
 */
export class Selection implements Projection {
  readonly key: string;
  readonly #write: Write;

  constructor(
    key: string,
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Variables,
    field: string,
  ) {
    this.key = key;
    const type = schema.getSubscriptionType()?.getFields()[field]?.type;
    const definition = graphql.getOperationAST(document);
    const message = type && graphql.getNullableType(type);
    if (!definition || !graphql.isObjectType(message)) {
      throw new Error(`The schema's Subscription has no field ${field}.`);
    }
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const part of document.definitions) {
      if (part.kind === graphql.Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
    }
    const compiler = new Compiler(fragments, variables);
    const roots = compiler.fieldsOf([definition.selectionSet]);
    const names = [...roots].map(([name, nodes]) => ({
      start: `{"data":{${JSON.stringify(name)}:`,
      write: compiler.object(message, nodes),
    }));
    const [root] = names;
    if (!root) throw new Error("A valid subscription has a field.");
    this.#write = (source) => `${root.start}${root.write(source)}}}`;
  }

  encode(message: EventMessage): string {
    return this.#write(message as unknown as Readonly<Record<string, unknown>>);
  }
}

class Compiler {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Variables;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, variables: Variables) {
    this.#fragments = fragments;
    this.#variables = variables;
  }

  /** The fields by the names that they have in the answer, in its order. */
  fieldsOf(
    sets: readonly SelectionSetNode[],
    fields = new Map<string, FieldNode[]>(),
  ): Map<string, FieldNode[]> {
    for (const { selections } of sets) {
      for (const selection of selections) {
        if (!this.#isIncluded(selection)) continue;
        if (selection.kind === graphql.Kind.INLINE_FRAGMENT) {
          this.fieldsOf([selection.selectionSet], fields);
        } else if (selection.kind === graphql.Kind.FRAGMENT_SPREAD) {
          const fragment = this.#fragments.get(selection.name.value);
          if (fragment) this.fieldsOf([fragment.selectionSet], fields);
        } else {
          const name = (selection.alias ?? selection.name).value;
          const same = fields.get(name);
          if (same) same.push(selection);
          else fields.set(name, [selection]);
        }
      }
    }
    return fields;
  }

  object(type: GraphQLObjectType, nodes: readonly FieldNode[]): Write {
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const parts = [...this.fieldsOf(sets)].map(([name, same], place) => ({
      start: `${place === 0 ? "" : ","}${JSON.stringify(name)}:`,
      write: this.#field(type, same),
    }));
    return (source) => {
      let text = "{";
      for (const { start, write } of parts) text += start + write(source);
      return `${text}}`;
    };
  }

  #field(type: GraphQLObjectType, nodes: readonly FieldNode[]): Write {
    const name = nodes[0]?.name.value ?? "";
    if (name === "__typename") {
      const text = JSON.stringify(type.name);
      return () => text;
    }
    const of = type.getFields()[name]?.type;
    const object = objectIn(of);
    if (object) {
      const write = this.object(object, nodes);
      return (source) => {
        const value = source[name];
        return value === null || value === undefined
          ? "null"
          : write(value as Readonly<Record<string, unknown>>);
      };
    }
    const leaf = of && graphql.getNullableType(of);
    const isList = graphql.isListType(leaf);
    const one: unknown = isList ? graphql.getNullableType(leaf.ofType) : leaf;
    if (!graphql.isLeafType(one)) throw new Error(`The schema has no field ${type.name}.${name}.`);
    return (source) => leafText(source, name, one, isList);
  }

  #isIncluded({ directives }: SelectionSetNode["selections"][number]): boolean {
    const values = (name: "skip" | "include"): unknown => {
      const node = directives?.find((directive) => directive.name.value === name);
      const condition = node?.arguments?.[0]?.value;
      if (condition?.kind === graphql.Kind.VARIABLE) return this.#variables[condition.name.value];
      return condition?.kind === graphql.Kind.BOOLEAN ? condition.value : undefined;
    };
    return values("skip") !== true && values("include") !== false;
  }
}

/** Of each event, its fields as text: the same for all who want them. */
const texts = new WeakMap<object, Map<string, string>>();

function leafText(
  source: Readonly<Record<string, unknown>>,
  name: string,
  type: GraphQLLeafType,
  isList: boolean,
): string {
  let known = texts.get(source);
  if (!known) texts.set(source, (known = new Map<string, string>()));
  let text = known.get(name);
  if (text === undefined) {
    const value = source[name];
    const isNothing = value === null || value === undefined;
    text = isNothing ? "null" : textOf(type, value, isList);
    known.set(name, text);
  }
  return text;
}

function textOf(type: GraphQLLeafType, value: unknown, isList: boolean): string {
  const plain: unknown = isList
    ? (value as readonly unknown[]).map((item) => type.serialize(item))
    : type.serialize(value);
  return JSON.stringify(plain);
}

function objectIn(type: GraphQLOutputType | undefined): GraphQLObjectType | undefined {
  const of = type && graphql.getNullableType(type);
  return graphql.isObjectType(of) ? of : undefined;
}
