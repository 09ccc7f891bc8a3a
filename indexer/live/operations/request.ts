/** A GraphQL request as it came in, already known to have these types. The query is empty when it is a persisted one. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses JSON that should be an object. */
export function parseRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Checks the parameters of a GraphQL request; gives a sentence about the first that is wrong. */
export function parseOperationRequest(value: unknown): OperationRequest | string {
  if (!isRecord(value)) return "Send a JSON object with `query`.";
  const { query, operationName, variables, extensions } = value;
  if (operationName != null && typeof operationName !== "string") {
    return "`operationName` must be a string.";
  }
  if (variables != null && !isRecord(variables)) return "`variables` must be an object.";
  if (extensions != null && !isRecord(extensions)) return "`extensions` must be an object.";
  const isPersisted = query === undefined && isRecord(extensions?.["persistedQuery"]);
  if (typeof query !== "string" && !isPersisted) return "`query` must be a string.";
  return {
    query: typeof query === "string" ? query : "",
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
    extensions: extensions ?? undefined,
  };
}
