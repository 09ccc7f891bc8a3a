import type { GraphQLFieldConfigMap, GraphQLSchema } from "graphql";
import type { FilterFields } from "../stream/filter.ts";
import { graphql } from "../graphql.ts";
import { finalities } from "../stream/message.ts";

const {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema: Schema,
  GraphQLString,
  isLeafType,
  isObjectType,
  getNullableType,
} = graphql;

/** The name of the event stream among the fields of Subscription. */
export const streamField = "events";

/** Adds Subscription to a schema: the event stream, and every query as a live query. `logType` is the generated type of the log's rows; its plain columns are the event's. */
export function withSubscription(
  base: GraphQLSchema,
  logType: string,
  fields: FilterFields,
): GraphQLSchema {
  const row = base.getType(logType);
  if (!isObjectType(row))
    throw new Error(`The schema has no type ${logType} for the log of events.`);
  const rowFields = Object.values(row.getFields()).filter((field) =>
    isLeafType(getNullableType(field.type)),
  );

  const finality = new GraphQLEnumType({
    name: "Finality",
    description: "How settled an event's block is.",
    values: {
      LATEST: { description: "Indexed; a reorganisation may still undo it." },
      SAFE: { description: "Some blocks deep; only an unusual reorganisation can undo it." },
      FINALIZED: { description: "It will not be undone." },
    } satisfies Record<(typeof finalities)[number], object>,
  });

  const event = new GraphQLObjectType({
    name: "Event",
    description: "One event of the protocol, as its contract emitted it.",
    fields: Object.fromEntries(rowFields.map(({ name, type }) => [name, { type }])),
  });

  const block = new GraphQLObjectType({
    name: "BlockRef",
    fields: {
      number: { type: new GraphQLNonNull(GraphQLString) },
      hash: { type: new GraphQLNonNull(GraphQLString) },
      timestamp: { type: new GraphQLNonNull(GraphQLString) },
      finality: { type: new GraphQLNonNull(finality) },
    },
  });

  const kind = new GraphQLEnumType({
    name: "EventMessageKind",
    values: {
      EVENT: { description: "It happened." },
      UNDO: {
        description:
          "No event above `block` that this subscription was sent is on the chain any more: drop them.",
      },
      BLOCK: { description: "Every event up to the end of `block` has been sent." },
    },
  });

  const message = new GraphQLObjectType({
    name: "EventMessage",
    fields: {
      kind: { type: new GraphQLNonNull(kind) },
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        description:
          "Opaque. Give it as `after` to go on right behind this message, on any transport or server.",
      },
      event: {
        type: event,
        description: "The event; with UNDO the retracted one, where it is known; with BLOCK null.",
      },
      block: {
        type: new GraphQLNonNull(block),
        description: "The event's block; with UNDO the newest one that still holds.",
      },
    },
  });

  const filter = new GraphQLInputObjectType({
    name: "EventFilter",
    description: "Each list means any of its values; fields are and-ed.",
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, columns]) => [
        name,
        {
          type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
          description: `Looks at ${columns.join(" and ")}.`,
        },
      ]),
    ),
  });

  const subscriptionFields: GraphQLFieldConfigMap<unknown, unknown> = {
    // each query is a live query too
    ...base.getQueryType()?.toConfig().fields,
    [streamField]: {
      type: new GraphQLNonNull(message),
      description: "Events as they happen, from a cursor on or from now.",
      args: {
        after: {
          type: GraphQLString,
          description:
            'A cursor of an earlier message; "" begins with the very first event; absent: from now on.',
        },
        where: { type: filter },
        finality: { type: new GraphQLNonNull(finality), defaultValue: "LATEST" },
      },
    },
  };

  return new Schema({
    ...base.toConfig(),
    subscription: new GraphQLObjectType({ name: "Subscription", fields: subscriptionFields }),
  });
}
