import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { EventStream, eventBytes } from "./event-stream.ts";
import type { Encoded } from "../stream/message.ts";
import type { Operation } from "../operations/operation.ts";
import type { Queues } from "./queue.ts";
import { RunningOperations, tooMany } from "./connection-operations.ts";
import { errorsFor, type OperationSink, type Service } from "../service.ts";
import type { LiveSettings } from "../settings.ts";
import type { Visitor } from "../limits/visitor.ts";

/** How long a reservation waits for its stream. */
const reservationLife = 30_000;

export interface EventStreams {
  /** Answers with a stream of one operation (graphql-sse, distinct connections mode). */
  open(
    prepare: () => Operation,
    lastEventId: string | undefined,
    visitor: Visitor,
    response: ServerResponse,
  ): void;
  /** A token for one stream of many operations (single connection mode); undefined when there are too many. */
  reserve(visitor: Visitor): string | undefined;
  session(token: string): Session | undefined;
  close(): void;
}

/** Serves graphql-sse. */
export function createEventStreams(
  service: Service,
  queues: Queues,
  settings: LiveSettings,
): EventStreams {
  const streams = new Set<EventStream>();
  const sessions = new Map<string, Session>();

  function begin(response: ServerResponse, onEnd: () => void): EventStream {
    const stream: EventStream = new EventStream(
      response,
      settings.maxQueueBytes,
      () => {
        service.stats.slowConnections++;
        service.note("Closed a stream that is read too slowly", {});
      },
      () => {
        clearInterval(pulse);
        streams.delete(stream);
        leaveQueue();
        onEnd();
      },
    );
    // each at its own time: all together they would keep the next event waiting
    const pulse = setInterval(() => {
      stream.ping();
    }, settings.pingSeconds * 1_000);
    const leaveQueue = queues.add(response, () => stream.endSlow());
    streams.add(stream);
    return stream;
  }

  /** Apart from the request, which need not live as long as its stream. */
  function beginDistinct(response: ServerResponse, visitor: Visitor) {
    const running = new RunningOperations(service, visitor, settings);
    const stream = begin(response, () => {
      running.stopAll();
    });
    return { running, stream };
  }

  return {
    open(prepare, lastEventId, visitor, response) {
      const { running, stream } = beginDistinct(response, visitor);
      const prepareResumed = (): Operation => {
        const operation = prepare();
        if (operation.kind !== "events" || lastEventId === undefined) return operation;
        return { ...operation, request: { ...operation.request, after: lastEventId } };
      };
      running.start("", prepareResumed, (ended) => new DistinctOutlet(service, stream, ended));
    },

    reserve(visitor) {
      if (sessions.size >= settings.maxConnections) return undefined;
      const token = randomUUID();
      const session = new Session(service, visitor, settings, begin, () => sessions.delete(token));
      sessions.set(token, session);
      return token;
    },

    session: (token) => sessions.get(token),

    close() {
      // without a `complete`: the client's own retry finds another server, or this one again
      for (const stream of streams) stream.end();
    },
  };
}

/** Where the one operation of a stream goes. */
class DistinctOutlet implements OperationSink {
  readonly #service: Service;
  readonly #stream: EventStream;
  readonly #ended: () => void;

  constructor(service: Service, stream: EventStream, ended: () => void) {
    this.#service = service;
    this.#stream = stream;
    this.#ended = ended;
  }

  next(encoded: Encoded): void {
    this.#service.stats.messages.sse++;
    this.#stream.write(encoded.form("sse", distinctEvent));
  }

  fail(error: unknown): void {
    this.#stream.write(eventBytes("next", errorResult(this.#service, error)));
    this.complete();
  }

  complete(): void {
    this.#ended();
    this.#stream.write(eventBytes("complete", ""));
    this.#stream.end();
  }

  drained(): Promise<void> | undefined {
    return this.#stream.drained();
  }
}

/** One stream that many operations share. */
export class Session {
  readonly #service: Service;
  readonly #begin: (response: ServerResponse, onEnd: () => void) => EventStream;
  readonly #running: RunningOperations;
  readonly #limits: LiveSettings;
  readonly #onEnd: () => void;
  readonly #expiry: NodeJS.Timeout;
  #stream: EventStream | undefined;
  /** What was asked for before the stream was there. */
  #waiting: (() => void)[] = [];

  constructor(
    service: Service,
    visitor: Visitor,
    settings: LiveSettings,
    begin: (response: ServerResponse, onEnd: () => void) => EventStream,
    onEnd: () => void,
  ) {
    this.#service = service;
    this.#begin = begin;
    this.#running = new RunningOperations(service, visitor, settings);
    this.#limits = settings;
    this.#onEnd = onEnd;
    this.#expiry = setTimeout(onEnd, reservationLife).unref();
  }

  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  open(response: ServerResponse): void {
    clearTimeout(this.#expiry);
    this.#stream = this.#begin(response, () => {
      this.#running.stopAll();
      this.#onEnd();
    });
    for (const start of this.#waiting.splice(0)) start();
  }

  /** Whether an operation with this id runs already. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Whatever goes wrong from now on goes to the stream. */
  start(id: string, operation: Operation): void {
    const start = (): void => {
      this.#running.start(
        id,
        () => operation,
        (ended) => this.#sink(id, ended),
      );
    };
    if (this.#stream) start();
    else if (this.#waiting.length < this.#limits.maxSubscriptionsPerConnection) {
      this.#waiting.push(start);
    } else throw tooMany(this.#limits);
  }

  stop(id: string): void {
    this.#running.stop(id);
  }

  #sink(id: string, ended: () => void): OperationSink {
    const key = JSON.stringify(id);
    const write = (event: "next" | "complete", data: string): void => {
      this.#stream?.write(eventBytes(event, data));
    };
    const complete = (): void => {
      ended();
      write("complete", `{"id":${key}}`);
    };
    return {
      next: ({ json }) => {
        this.#service.stats.messages.sse++;
        write("next", `{"id":${key},"payload":${json}}`);
      },
      fail: (error) => {
        write("next", `{"id":${key},"payload":${errorResult(this.#service, error)}}`);
        complete();
      },
      complete,
      drained: () => this.#stream?.drained(),
    };
  }
}

function errorResult(service: Service, error: unknown): string {
  return JSON.stringify({ errors: errorsFor(service, error) });
}

function distinctEvent({ json, cursor }: Encoded): Buffer {
  return eventBytes("next", json, cursor);
}
