import { eventFilter, values } from "../../indexer/graphql/event-filter.ts";
import { extend } from "../../indexer/graphql/extend.ts";
import { guardArguments } from "../../indexer/live/operations/arguments.ts";
import { OperationRefused, Operations } from "../../indexer/live/operations/operation.ts";
import { createPersistedOperations } from "../../indexer/live/operations/persisted.ts";
import { generatedSchema } from "../../indexer/live/ponder.ts";
import { withSubscription } from "../../indexer/live/operations/schema.ts";
import { readSettings } from "../../indexer/live/settings.ts";
import * as tables from "../../indexer/ponder.schema.ts";

const generated = generatedSchema(tables);
guardArguments(generated, tables, values);
/** The product's whole schema, as its API has it. */
export const schema = withSubscription(extend(generated, {}), "event", eventFilter);

/** What an operation counts for; it is told where it is too much. */
export function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const operations = new Operations(
    schema,
    { generated, tableOf: new Map() },
    eventFilter,
    (_, __, value) => value,
    { ...readSettings({}), maxCost: 0 },
    createPersistedOperations(new Map(), false),
  );
  try {
    operations.prepare({ query, variables });
    return 0;
  } catch (error) {
    const message = error instanceof OperationRefused ? error.message : String(error);
    const [, cost] = /This may cost (\d+)/.exec(message) ?? [];
    if (cost === undefined) throw error;
    return Number(cost);
  }
}
