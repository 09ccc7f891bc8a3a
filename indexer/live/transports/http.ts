import type { IncomingMessage } from "node:http";
import type { ExecutionResult } from "graphql";
import { liveError } from "../errors.ts";
import { graphqlJson, plainJson, type MediaType } from "./media-type.ts";
import type { QueryOperation } from "../queries/live-queries.ts";
import type { Operation } from "../operations/operation.ts";
import {
  parseOperationRequest,
  parseRecord,
  type OperationRequest,
} from "../operations/request.ts";
import { errorsFor, type Service } from "../service.ts";

/** Answers a query by the rules of GraphQL over HTTP. `parsed` is the request, or why it is none. */
export async function answerQuery(
  parsed: OperationRequest | Refusal,
  mediaType: MediaType | undefined,
  prepare: (request: OperationRequest) => Operation,
  query: (operation: QueryOperation) => Promise<ExecutionResult>,
  service: Service,
): Promise<Response> {
  if (!mediaType)
    return new Response(null, { status: 406, headers: { accept: `${graphqlJson}, ${plainJson}` } });
  const reply = (
    status: number,
    result: ExecutionResult,
    headers: Record<string, string> = {},
  ): Response =>
    new Response(JSON.stringify(result), {
      status,
      headers: { "content-type": `${mediaType}; charset=utf-8`, ...headers },
    });
  const refuse = (
    status: number,
    message: string,
    headers: Record<string, string> = {},
  ): Response => reply(status, { errors: [liveError("BAD_REQUEST", message)] }, headers);
  // The older media type tells of errors in the body only.
  const refusedStatus = mediaType === plainJson ? 200 : 400;

  if ("status" in parsed) return refuse(parsed.status, parsed.message, parsed.headers);
  try {
    const operation = prepare(parsed);
    if (operation.kind !== "query") {
      return refuse(
        refusedStatus,
        "Subscriptions go over WebSocket, or over SSE (accept: text/event-stream).",
      );
    }
    const result = await query(operation.query);
    return reply(result.data === undefined ? refusedStatus : 200, result);
  } catch (error) {
    const errors = errorsFor(service, error);
    const retryAfter = errors[0]?.extensions["retryAfter"];
    if (typeof retryAfter === "number") {
      const status = errors[0]?.extensions["code"] === "TOO_MANY_REQUESTS" ? 429 : 503;
      return reply(status, { errors }, { "retry-after": String(retryAfter) });
    }
    const isInternal = errors[0]?.extensions["code"] === "INTERNAL";
    return reply(isInternal ? 500 : refusedStatus, { errors });
  }
}

export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Record<string, string>;
}

/** The operation in a request's body (POST) or address (GET). */
export async function readOperation(
  request: Request,
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<OperationRequest | Refusal> {
  let parameters: unknown;
  if (request.method === "GET") {
    const { searchParams } = new URL(request.url);
    parameters = Object.fromEntries(searchParams);
    for (const name of ["variables", "extensions"]) {
      const text = searchParams.get(name);
      if (text === null) continue;
      const value = parseRecord(text);
      if (!value) return { status: 400, message: `\`${name}\` must be a JSON object.` };
      parameters = { ...(parameters as object), [name]: value };
    }
  } else if (request.method === "POST") {
    const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type !== plainJson) return { status: 415, message: `Send ${plainJson}.` };
    const body = await readBody(incoming, maxBytes);
    if (typeof body !== "string") return body;
    parameters = parseRecord(body);
  } else {
    return { status: 405, message: "Use GET or POST.", headers: { allow: "GET, POST" } };
  }
  const operation = parseOperationRequest(parameters);
  return typeof operation === "string" ? { status: 400, message: operation } : operation;
}

/** A request's body, or why there is none. One that is too long is noticed before it has been taken in. */
async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string | Refusal> {
  if (Number(incoming.headers["content-length"]) > maxBytes) return tooLong(maxBytes);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of incoming.iterator({
      destroyOnReturn: false,
    }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBytes) return tooLong(maxBytes);
      parts.push(part);
    }
  } catch {
    return { status: 400, message: "The request broke off before its end." };
  }
  return Buffer.concat(parts).toString();
}

/** The connection ends with the answer, so that nobody has to read the rest. */
function tooLong(maxBytes: number): Refusal {
  return {
    status: 413,
    message: `A request may have ${maxBytes} bytes.`,
    headers: { connection: "close" },
  };
}
