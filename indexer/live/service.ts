import type { ExecutionResult, GraphQLError } from "graphql";
import { liveError } from "./errors.ts";
import { graphql } from "./graphql.ts";
import type { Hub } from "./stream/hub.ts";
import { Encoded, type Sink } from "./stream/message.ts";
import type { LiveQueries, QueryOperation } from "./queries/live-queries.ts";
import type { Stats } from "./health/stats.ts";
import type { Visitor } from "./limits/visitor.ts";
import { OperationRefused, type Operation, type Operations } from "./operations/operation.ts";

/** What every transport offers its clients. */
export interface Service {
  readonly hub: Hub;
  readonly operations: Operations;
  readonly liveQueries: LiveQueries;
  readonly stats: Stats;
  query(
    operation: QueryOperation,
    visitor: Visitor,
    isWanted: () => boolean,
  ): Promise<ExecutionResult>;
  report(message: string, error: unknown): void;
  /** For what an operator may want to know and nobody needs to mend. */
  note(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** The sink of an operation that also may simply end. */
export interface OperationSink extends Sink {
  complete(): void;
}

/**
 * Runs an operation into an sink. Everything that goes wrong goes there too, so this never rejects.
 * Resolves to the function that ends the operation early.
 */
export async function run(
  service: Service,
  prepare: () => Operation,
  sink: OperationSink,
  visitor: Visitor,
  isWanted: () => boolean,
): Promise<() => void> {
  try {
    const operation = prepare();
    if (operation.kind === "events") {
      return await service.hub.subscribe(operation.request, sink, visitor, isWanted);
    }
    if (operation.kind === "live") {
      return service.liveQueries.subscribe(operation.live, sink, visitor);
    }
    const result = await service.query(operation.query, visitor, isWanted);
    if (isWanted()) {
      sink.next(new Encoded(JSON.stringify(result)));
      sink.complete();
    }
  } catch (error) {
    if (isWanted()) sink.fail(error);
  }
  return () => undefined;
}

/** An error of a field to tell a client; what is nobody's business but the operator's goes to the log instead. */
export function toldError(service: Service, error: GraphQLError): GraphQLError {
  if (typeof error.extensions["code"] === "string") return error;
  service.report("A field could not be answered", error.originalError ?? error);
  return new graphql.GraphQLError("The server could not answer this. Its log says why.", {
    ...(error.path && { path: error.path }),
    extensions: { code: "INTERNAL" },
  });
}

/** The errors to tell a client; what it has no business to know goes to the log instead. */
export function errorsFor(service: Service, error: unknown): readonly GraphQLError[] {
  if (error instanceof OperationRefused) return error.errors;
  if (error instanceof graphql.GraphQLError) return [error];
  service.report("Live operation failed", error);
  return [liveError("INTERNAL", "The server could not do this. Its log says why.")];
}
