import { eventFilter, values } from "../indexer/graphql/event-filter.ts";
import { type Descriptions, extend } from "../indexer/graphql/extend.ts";
import { guardArguments } from "../indexer/live/operations/arguments.ts";
import { graphql } from "../indexer/live/graphql.ts";
import { generatedSchema } from "../indexer/live/ponder.ts";
import { withSubscription } from "../indexer/live/operations/schema.ts";
import * as tables from "../indexer/ponder.schema.ts";

/** The schema of the API as text, made as the API makes it. */
export function printedSchema(descriptions: Descriptions): string {
  const generated = generatedSchema(tables);
  guardArguments(generated, tables, values);
  const schema = extend(generated, descriptions);
  const whole = withSubscription(schema, "event", eventFilter);
  // Sorted, because the order of a module's exports depends on who loads it.
  return `${graphql.printSchema(graphql.lexicographicSortSchema(whole))}\n`;
}
