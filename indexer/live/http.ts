import type { ExecutionResult } from "graphql";
import { liveError } from "./errors.ts";
import { graphqlJson, plainJson, type MediaType } from "./media-type.ts";
import { OperationRefused } from "./operation.ts";
import { parseOperationRequest, parseRecord, type OperationRequest } from "./request.ts";
import { errorsFor, type Service } from "./service.ts";

/** Answers a query by the rules of GraphQL over HTTP. */
export async function answerQuery(
  request: Request,
  mediaType: MediaType | undefined,
  service: Service,
  maxBytes: number,
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

  const parsed = await readOperation(request, maxBytes);
  if ("status" in parsed) return refuse(parsed.status, parsed.message, parsed.headers);
  try {
    const operation = service.operations.prepare(parsed);
    if (operation.kind !== "query") {
      return refuse(
        refusedStatus,
        "Subscriptions go over WebSocket, or over SSE (accept: text/event-stream).",
      );
    }
    const result = await service.query(operation.query);
    return reply(result.data === undefined ? refusedStatus : 200, result);
  } catch (error) {
    const status = error instanceof OperationRefused ? refusedStatus : 500;
    return reply(status, { errors: errorsFor(service, error) });
  }
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Record<string, string>;
}

/** The operation in a request's body (POST) or address (GET). */
export async function readOperation(
  request: Request,
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
    if (Number(request.headers.get("content-length")) > maxBytes) return tooLong(maxBytes);
    const text = await request.text();
    if (text.length > maxBytes) return tooLong(maxBytes);
    parameters = parseRecord(text);
  } else {
    return { status: 405, message: "Use GET or POST.", headers: { allow: "GET, POST" } };
  }
  const operation = parseOperationRequest(parameters);
  return typeof operation === "string" ? { status: 400, message: operation } : operation;
}

function tooLong(maxBytes: number): Refusal {
  return { status: 413, message: `A request may have ${maxBytes} bytes.` };
}
