import type { ServerResponse } from "node:http";
import type { ConnectionLimits } from "../limits/connection-limits.ts";
import { liveError } from "../errors.ts";
import { graphiqlPage } from "./graphiql.ts";
import { answerQuery, readOperation, type Refusal } from "./http.ts";
import type { Operation } from "../operations/operation.ts";
import type { OperationRequest } from "../operations/request.ts";
import { eventStream, graphqlJson, html, plainJson, preferredType } from "./media-type.ts";
import { errorsFor, type Service } from "../service.ts";
import type { LiveSettings } from "../settings.ts";
import type { EventStreams, Session } from "./sse.ts";
import type { Visitor } from "../limits/visitor.ts";

export type Endpoint = (request: Request, response: ServerResponse) => Promise<Response>;

/** What comes over plain HTTP: queries, GraphiQL for people, and graphql-sse in both of its modes. */
export function createEndpoint(
  service: Service,
  streams: EventStreams,
  connectionLimits: ConnectionLimits,
  settings: LiveSettings,
): Endpoint {
  return async (request, response) => {
    const incoming = response.req;
    const visitor = connectionLimits.visitor(incoming);
    const { work } = visitor;
    if (!visitor.requests.take() || work.isSpent) {
      return refuse(429, "Too many requests. Try again shortly.", { "retry-after": "1" });
    }
    const prepare = (operation: OperationRequest): Operation =>
      work.timed(() => service.operations.prepare(operation));
    const read = () => readOperation(request, incoming, settings.maxMessageBytes);
    const token = tokenOf(request);
    const mediaType = preferredType(
      request.headers.get("accept"),
      request.method === "GET"
        ? [graphqlJson, plainJson, eventStream, html]
        : [graphqlJson, plainJson, eventStream],
    );
    const wantsStream = mediaType === eventStream;
    if (request.method === "PUT") return reserve(streams, visitor);
    if (token !== undefined) {
      const session = streams.session(token);
      if (!session) return refuse(404, "There is no stream with this token: reserve one with PUT.");
      if (request.method === "DELETE") return stop(session, request);
      if (wantsStream) return attach(session, connectionLimits, response);
      return start(session, await read(), prepare, service);
    }
    if (wantsStream) {
      const operation = await read();
      if ("status" in operation) return refuseAs(operation);
      if (!takePlace(connectionLimits, response)) return full();
      streams.open(
        () => prepare(operation),
        request.headers.get("last-event-id") ?? undefined,
        visitor,
        response,
      );
      return alreadySent();
    }
    if (mediaType === html) {
      return new Response(await graphiqlPage("/graphql"), {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    }
    const isWanted = (): boolean => !response.destroyed;
    return answerQuery(
      await read(),
      mediaType,
      prepare,
      (operation) => service.query(operation, visitor, isWanted),
      service,
    );
  };
}

function tokenOf(request: Request): string | undefined {
  return (
    request.headers.get("x-graphql-event-stream-token") ??
    new URL(request.url).searchParams.get("token") ??
    undefined
  );
}

function reserve(streams: EventStreams, visitor: Visitor): Response {
  const token = streams.reserve(visitor);
  return token === undefined
    ? full()
    : new Response(token, {
        status: 201,
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
}

/** Takes a connection's place for as long as its response lasts. */
function takePlace(connectionLimits: ConnectionLimits, response: ServerResponse): boolean {
  const leave = connectionLimits.enter(response.req);
  if (leave) response.on("close", leave);
  return leave !== undefined;
}

function full(): Response {
  return refuse(503, "There are too many streams. Try again later.", { "retry-after": "5" });
}

function attach(
  session: Session,
  connectionLimits: ConnectionLimits,
  response: ServerResponse,
): Response {
  if (session.isOpen) return refuse(409, "This token's stream is open already.");
  if (!takePlace(connectionLimits, response)) return full();
  session.open(response);
  return alreadySent();
}

function start(
  session: Session,
  operation: OperationRequest | Refusal,
  prepare: (request: OperationRequest) => Operation,
  service: Service,
): Response {
  if ("status" in operation) return refuseAs(operation);
  const id = operation.extensions?.["operationId"];
  if (typeof id !== "string" || id === "") return refuse(400, "Give an `extensions.operationId`.");
  if (session.has(id)) return refuse(409, `There is an operation ${id} already.`);
  try {
    session.start(id, prepare(operation));
    return new Response(null, { status: 202 });
  } catch (error) {
    return reply(400, { errors: errorsFor(service, error) });
  }
}

function stop(session: Session, request: Request): Response {
  const id = new URL(request.url).searchParams.get("operationId");
  if (!id) return refuse(400, "Give the `operationId` to stop.");
  session.stop(id);
  return new Response(null, { status: 200 });
}

function refuseAs({ status, message, headers }: Refusal): Response {
  return refuse(status, message, headers);
}

function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  const code = status === 429 || status === 503 ? "TOO_MANY_REQUESTS" : "BAD_REQUEST";
  return reply(status, { errors: [liveError(code, message)] }, headers);
}

function reply(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** Tells the server around Hono that the answer is on its way by itself. */
function alreadySent(): Response {
  return new Response(null, { headers: { "x-hono-already-sent": "true" } });
}
