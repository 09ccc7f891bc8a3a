import type { GraphQLError } from "graphql";
import { graphql } from "./graphql.ts";

/** Every `extensions.code` that this layer gives; docs/live-protocol.md says what each asks of a client. */
export type LiveErrorCode =
  | "CURSOR_MALFORMED"
  | "CURSOR_OF_ANOTHER_CHAIN"
  | "CURSOR_AHEAD"
  | "NOT_READY"
  | "BAD_REQUEST"
  | "BAD_FILTER"
  | "BAD_USER_INPUT"
  | "OPERATION_TOO_LARGE"
  | "TOO_MANY_SUBSCRIPTIONS"
  | "TOO_MANY_REQUESTS"
  | "BUSY"
  | "TIMED_OUT"
  | "PERSISTED_QUERY_NOT_FOUND"
  | "OPERATION_NOT_ALLOWED"
  | "INTERNAL";

export function liveError(
  code: LiveErrorCode,
  message: string,
  retryAfterSeconds?: number,
): GraphQLError {
  return new graphql.GraphQLError(message, {
    extensions: {
      code,
      ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
    },
  });
}

/** Why something cannot be answered that a client asked for, and what it may ask for. */
export function refused(message: string): GraphQLError {
  return liveError("BAD_USER_INPUT", message);
}
