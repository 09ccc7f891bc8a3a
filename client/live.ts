import { LiveError, type ErrorEntry } from "./error.ts";
import { eventsDocument, type EventMessage, type EventsRequest } from "./events.ts";
import type { LiveSocket, LiveSocketConstructor } from "./socket.ts";

/** GraphQL text, or a typed document as code generators make them (`toString` gives the text). */
export type LiveDocument<Data, V> =
  string | { toString(): string; __apiType?: (variables: V) => Data };

export type Variables = Readonly<Record<string, unknown>>;

export interface Sink<Data> {
  next(data: Data): void;
  /** The subscription has ended and is not tried again. A lost connection is no error: it is resumed. */
  error?(error: LiveError): void;
  complete?(): void;
}

/** The newest block that the server has indexed, as decimal strings. */
export interface Head {
  readonly number: string;
  readonly timestamp: string;
}

export type ConnectionState =
  /** Nothing is subscribed, so nothing is connected. */
  | { readonly status: "idle"; readonly head?: Head }
  | { readonly status: "connecting"; readonly attempt: number; readonly head?: Head }
  | { readonly status: "open"; readonly head?: Head }
  | {
      readonly status: "waiting";
      readonly attempt: number;
      /** When the next attempt starts, in milliseconds since 1970. */
      readonly retryAt: number;
      readonly reason: string;
      readonly head?: Head;
    }
  | { readonly status: "closed"; readonly reason: string; readonly head?: Head };

export interface LiveClientOptions {
  /** The endpoint, `http(s)://host/graphql`; the WebSocket is at the same place. */
  readonly url: string;
  onState?(state: ConnectionState): void;
  /** For platforms without one. */
  readonly WebSocket?: LiveSocketConstructor;
  readonly fetch?: typeof fetch;
}

export interface SubscribeOptions<Data> {
  /** Variables to change when the subscription is made again after a lost connection, from the last data seen. */
  readonly resume?: (data: Data) => Variables;
}

export interface LiveClient {
  /** All subscriptions share one connection. The returned function ends this one. */
  subscribe<Data, V extends Variables>(
    document: LiveDocument<Data, V>,
    variables: V,
    sink: Sink<Data>,
    options?: SubscribeOptions<Data>,
  ): () => void;
  query<Data, V extends Variables>(
    document: LiveDocument<Data, V>,
    variables: V,
    signal?: AbortSignal,
  ): Promise<Data>;
  /** The event stream, taken up from its last cursor after every lost connection. */
  events(request: EventsRequest, sink: Sink<EventMessage>): () => void;
  state(): ConnectionState;
  /** Ends everything, for good. */
  close(): void;
}

interface Operation {
  readonly query: string;
  variables: Variables;
  readonly sink: Sink<unknown>;
  readonly resume: ((data: unknown) => Variables) | undefined;
  retry?: ReturnType<typeof setTimeout>;
}

interface Payload {
  data?: unknown;
  errors?: readonly ErrorEntry[];
}

type ServerMessage =
  | { type: "connection_ack" | "ping" | "pong"; payload?: { head?: Head } }
  | { type: "next"; id: string; payload: Payload }
  | { type: "error"; id: string; payload: readonly ErrorEntry[] }
  | { type: "complete"; id: string };

const protocol = "graphql-transport-ws";
const firstDelay = 250;
const longestDelay = 15_000;
/** A connection without subscriptions is kept this long, so that changing pages does not reconnect. */
const linger = 2_000;
/** The server is asked for a sign of life this often. Quiet for twice as long: the connection is dead, whatever the platform says. */
const patience = 10_000;
/** Close codes after which the same attempt would fail the same way. */
const hopeless = new Set([4400, 4401, 4403, 4406, 4409, 4429]);

/** Doubles with each attempt; the jitter keeps clients from coming back all at once. */
function delayBefore(attempt: number): number {
  const full = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt, 16));
  return full / 2 + (Math.random() * full) / 2;
}

export function createLiveClient(options: LiveClientOptions): LiveClient {
  const socketUrl = options.url.replace(/^http/, "ws");
  const operations = new Map<string, Operation>();
  let lastId = 0;
  let state: ConnectionState = { status: "idle" };
  let head: Head | undefined;
  let socket: LiveSocket | undefined;
  let attempt = 0;
  let lastHeard = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pulse: ReturnType<typeof setInterval> | undefined;

  function become(next: ConnectionState): void {
    state = head ? { ...next, head } : next;
    options.onState?.(state);
  }

  function learnHead(found: Head | undefined): void {
    if (!found || found.number === head?.number) return;
    head = found;
    become(state);
  }

  function send(message: object): void {
    socket?.send(JSON.stringify(message));
  }

  function connect(): void {
    clearTimeout(timer);
    become({ status: "connecting", attempt });
    lastHeard = Date.now();
    pulse = setInterval(checkPulse, patience);
    let opened: LiveSocket;
    try {
      opened = new (options.WebSocket ?? WebSocket)(socketUrl, protocol);
    } catch (cause) {
      end(LiveError.of("BAD_URL", `${socketUrl} is not an address to connect to.`, cause));
      return;
    }
    socket = opened;
    opened.addEventListener("open", () => {
      if (opened === socket) send({ type: "connection_init" });
    });
    opened.addEventListener("message", ({ data }) => {
      if (opened === socket) hear(JSON.parse(String(data)) as ServerMessage);
    });
    opened.addEventListener("close", ({ code, reason }) => {
      if (opened === socket) lose(code, reason);
    });
    // "close" follows and says more
    opened.addEventListener("error", () => undefined);
  }

  function checkPulse(): void {
    if (Date.now() - lastHeard >= 2 * patience) lose(4499, "The server has gone quiet.");
    else if (state.status === "open") send({ type: "ping" });
  }

  function release(): void {
    clearInterval(pulse);
    const old = socket;
    socket = undefined;
    old?.close(1000, "Done");
  }

  function rest(): void {
    release();
    become({ status: "idle" });
  }

  function lose(code: number, reason: string): void {
    release();
    if (hopeless.has(code)) {
      end(
        LiveError.of(
          "CONNECTION_REFUSED",
          reason || `The server refused the connection (${code}).`,
        ),
      );
      return;
    }
    if (operations.size === 0) {
      clearTimeout(timer);
      rest();
      return;
    }
    const delay = delayBefore(attempt++);
    become({
      status: "waiting",
      attempt,
      retryAt: Date.now() + delay,
      reason: reason || `The connection was lost (${code}).`,
    });
    timer = setTimeout(connect, delay);
  }

  function end(error: LiveError | undefined): void {
    release();
    clearTimeout(timer);
    const ended = [...operations.values()];
    operations.clear();
    become({ status: "closed", reason: error?.message ?? "Closed by the application." });
    for (const operation of ended) {
      clearTimeout(operation.retry);
      if (error) operation.sink.error?.(error);
      else operation.sink.complete?.();
    }
  }

  function hear(message: ServerMessage): void {
    lastHeard = Date.now();
    switch (message.type) {
      case "connection_ack":
        attempt = 0;
        head = message.payload?.head ?? head;
        become({ status: "open" });
        for (const id of operations.keys()) start(id);
        return;
      case "ping":
        send({ type: "pong" });
        learnHead(message.payload?.head);
        return;
      case "pong":
        learnHead(message.payload?.head);
        return;
      case "next":
        deliver(message.id, message.payload);
        return;
      case "error":
        fail(message.id, message.payload);
        return;
      case "complete": {
        const operation = drop(message.id);
        operation?.sink.complete?.();
      }
    }
  }

  function deliver(id: string, { data, errors }: Payload): void {
    const operation = operations.get(id);
    if (!operation) return;
    if (errors) {
      send({ type: "complete", id });
      fail(id, errors);
      return;
    }
    if (operation.resume) {
      operation.variables = { ...operation.variables, ...operation.resume(data) };
    }
    operation.sink.next(data);
  }

  function fail(id: string, errors: readonly ErrorEntry[]): void {
    const operation = operations.get(id);
    const retryAfter = errors[0]?.extensions?.retryAfter;
    if (operation && retryAfter !== undefined) {
      const delay = retryAfter * 1_000 * (1 + Math.random());
      operation.retry = setTimeout(() => {
        if (state.status === "open") start(id);
      }, delay);
      return;
    }
    drop(id)?.sink.error?.(new LiveError(errors));
  }

  function start(id: string): void {
    const operation = operations.get(id);
    if (!operation) return;
    clearTimeout(operation.retry);
    const { query, variables } = operation;
    send({ type: "subscribe", id, payload: { query, variables } });
  }

  function drop(id: string): Operation | undefined {
    const operation = operations.get(id);
    if (!operation) return undefined;
    clearTimeout(operation.retry);
    operations.delete(id);
    if (operations.size === 0) {
      clearTimeout(timer);
      if (state.status === "waiting") rest();
      else timer = setTimeout(rest, linger);
    }
    return operation;
  }

  const client: LiveClient = {
    subscribe(document, variables, sink, subscribeOptions) {
      if (state.status === "closed") {
        sink.error?.(LiveError.of("CLOSED", `The client is closed: ${state.reason}`));
        return () => undefined;
      }
      const id = String(++lastId);
      operations.set(id, {
        query: document.toString(),
        variables,
        // what arrives under this id answers this document, so it has this document's type
        sink,
        resume: subscribeOptions?.resume as ((data: unknown) => Variables) | undefined,
      });
      if (operations.size === 1) clearTimeout(timer);
      if (state.status === "idle") connect();
      else if (state.status === "open") start(id);
      return () => {
        if (drop(id) && state.status === "open") send({ type: "complete", id });
      };
    },

    async query<Data, V extends Variables>(
      document: LiveDocument<Data, V>,
      variables: V,
      signal?: AbortSignal,
    ): Promise<Data> {
      let body: Payload;
      try {
        const response = await (options.fetch ?? fetch)(options.url, {
          method: "POST",
          headers: { "content-type": "application/json", accept: "application/json" },
          body: JSON.stringify({ query: document.toString(), variables }),
          ...(signal && { signal }),
        });
        body = (await response.json()) as Payload;
      } catch (cause) {
        if (signal?.aborted) throw cause;
        throw LiveError.of("UNREACHABLE", `${options.url} does not answer queries.`, cause);
      }
      if (body.errors) throw new LiveError(body.errors);
      return body.data as Data;
    },

    events: (request, sink) =>
      client.subscribe<{ events: EventMessage }, Variables>(
        eventsDocument,
        { ...request },
        {
          next: ({ events }) => {
            sink.next(events);
          },
          error: (error) => sink.error?.(error),
          complete: () => sink.complete?.(),
        },
        { resume: ({ events }) => ({ after: events.cursor }) },
      ),

    state: () => state,
    close: () => {
      if (state.status !== "closed") end(undefined);
    },
  };
  return client;
}
