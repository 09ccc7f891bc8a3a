import { graphql } from "../live/graphql.ts";

/** Why a field cannot be answered, for whoever asked. */
export function refused(message: string): Error {
  return new graphql.GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}
