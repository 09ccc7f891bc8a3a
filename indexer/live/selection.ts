import type { DocumentNode, GraphQLSchema } from "graphql";
import { graphql } from "./graphql.ts";
import type { EventMessage, Shape } from "./message.ts";

/** A shape that executes an operation's selection with each message as its root. */
export class Selection implements Shape {
  readonly key: string;
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #field: string;

  constructor(
    key: string,
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
    field: string,
  ) {
    this.key = key;
    this.#schema = schema;
    this.#document = document;
    this.#variables = variables;
    this.#field = field;
  }

  encode(message: EventMessage): string {
    const result = graphql.execute({
      schema: this.#schema,
      document: this.#document,
      variableValues: this.#variables,
      rootValue: { [this.#field]: message },
    });
    // No resolver below an event stream is asynchronous, so neither is the result.
    return JSON.stringify(result);
  }
}
