import { answerIn, type Answer, type Result } from "./answer.ts";
import { Connection, type Given } from "./connection.ts";
import type { CursorStore } from "./cursor-store.ts";
import { asSubscription, textOf, toJson, type LiveDocument, type Print } from "./document.ts";
import { LiveError } from "./errors.ts";
import { eventMessageIn, eventsDocument, type EventMessage, type EventsRequest } from "./events.ts";
import { iterate } from "./iterate.ts";
import { Operation, type Handlers, type OnThrow, type Work } from "./operation.ts";
import { query, type Fetch } from "./query.ts";
import type { LiveSocketConstructor } from "./socket.ts";
import type { ConnectionState, StateListener } from "./state.ts";

export interface LiveClientOptions {
  /** The endpoint, `http(s)://host/graphql`; the WebSocket is at the same place. In a browser it may be relative. */
  readonly url: string;
  /** The payload of `connection_init`, or what gives it: asked again at each connection. */
  readonly connectionParams?: Given<object> | undefined;
  /** For queries, or what gives them: asked again at each. A WebSocket has no headers in browsers: use `connectionParams`. */
  readonly headers?: Given<Readonly<Record<string, string>>> | undefined;
  /** The platform's by default. */
  readonly WebSocket?: LiveSocketConstructor | undefined;
  /** The platform's by default. */
  readonly fetch?: Fetch | undefined;
  /** Makes the text of documents that have lost theirs: `print` of the package graphql. */
  readonly print?: Print | undefined;
  /** The SHA-256 of a document that is on the server's list, which then is sent instead of its text. */
  readonly persisted?: ((document: string) => string | undefined) | undefined;
  /** What the server takes at most, 65,536 by default: a larger operation is refused before it is sent. */
  readonly maxMessageBytes?: number | undefined;
}

interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

interface Handling extends Cancellable {
  /** What becomes of it when `next` throws or rejects: it ends with HANDLER_FAILED (the default), or the same message is handed over again. */
  readonly onThrow?: OnThrow | undefined;
}

/** Variables have to be given where some are required. A bigint is sent as decimal text. */
type WithVariables<Variables extends object> = object extends Variables
  ? { readonly variables?: Variables | undefined }
  : { readonly variables: Variables };

type Optional<Options> = object extends Options ? [options?: Options] : [options: Options];

export type LiveQueryOptions<Variables extends object> = Handling & WithVariables<Variables>;

export type SubscribeOptions<Data, Variables extends object> = LiveQueryOptions<Variables> & {
  /** Variables to change when it is taken up again after a lost connection, from the last data that arrived. */
  readonly resume?: ((data: Data) => object) | undefined;
};

export type QueryOptions<Variables extends object> = Cancellable &
  WithVariables<Variables> & {
    /** Milliseconds until DEADLINE_PASSED, 30,000 by default. */
    readonly timeout?: number | undefined;
  };

export interface EventsOptions extends Handling, EventsRequest {
  /** Begins behind the cursor in it, where there is one, and keeps each cursor once its message has been handled. */
  readonly store?: CursorStore | undefined;
}

/** What is subscribed without handlers is read with `for await`, which ends it when it is left. */
export type Stream<Message> = AsyncIterableIterator<Message, undefined>;

export type Unsubscribe = () => void;

export interface LiveClient {
  /** All subscriptions share one connection. */
  subscribe<Data, Variables extends object = object>(
    document: LiveDocument<Data, Variables>,
    options: SubscribeOptions<Data, NoInfer<Variables>>,
    handlers: Handlers<Answer<Data>>,
  ): Unsubscribe;
  subscribe<Data, Variables extends object = object>(
    document: LiveDocument<Data, Variables>,
    ...options: Optional<SubscribeOptions<Data, NoInfer<Variables>>>
  ): Stream<Answer<Data>>;

  /** A query's present answer, then each changed one. Of several that wait for their handler only the newest is handed over. */
  live<Data, Variables extends object = object>(
    document: LiveDocument<Data, Variables>,
    options: LiveQueryOptions<NoInfer<Variables>>,
    handlers: Handlers<Answer<Data>>,
  ): Unsubscribe;
  live<Data, Variables extends object = object>(
    document: LiveDocument<Data, Variables>,
    ...options: Optional<LiveQueryOptions<NoInfer<Variables>>>
  ): Stream<Answer<Data>>;

  /** The event stream, taken up behind its last message after every lost connection. */
  events(options: EventsOptions, handlers: Handlers<EventMessage>): Unsubscribe;
  events(options?: EventsOptions): Stream<EventMessage>;

  /** Asks once, over HTTP. Rejects with a LiveError, or with the reason of its signal. */
  query<Data, Variables extends object = object>(
    document: LiveDocument<Data, Variables>,
    ...options: Optional<QueryOptions<NoInfer<Variables>>>
  ): Promise<Result<Data>>;

  readonly state: ConnectionState;
  /** Is told of each change from now on, behind the change. */
  onState(listener: StateListener, options?: Cancellable): () => void;
  /** Makes the connection anew, at once. Browsers that come online do so by themselves. */
  reconnect(): void;
  /** Ends everything, for good. */
  close(): void;
}

type AnyOptions = Handling & {
  readonly variables?: object | undefined;
  readonly resume?: ((data: never) => object) | undefined;
  readonly timeout?: number | undefined;
};

/** Throws where the address is none. Connects when something is subscribed. */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  const { connectionParams, headers, fetch, print, persisted, maxMessageBytes = 65_536 } = options;
  const url = addressIn(options.url);
  const connection = new Connection({
    url,
    connectionParams,
    WebSocket: options.WebSocket,
    maxMessageBytes,
  });
  const closing = new AbortController();

  const requestOf = (text: string, variables: object): string => {
    const sha256Hash = persisted?.(text);
    return toJson(
      sha256Hash === undefined
        ? { query: text, variables }
        : { variables, extensions: { persistedQuery: { version: 1, sha256Hash } } },
    );
  };

  /** The request now, and what it is after some variables have changed. What cannot be sent is told like any other refusal. */
  const requester = (text: () => string, variables: object = {}) => {
    let known: { text: string; variables: object } | { error: LiveError };
    try {
      // what the application does with its object later makes no difference
      known = { text: text(), variables: JSON.parse(toJson(variables)) as object };
    } catch (cause) {
      known = {
        error: LiveError.of("BAD_REQUEST", `This cannot be sent: ${String(cause)}`, { cause }),
      };
    }
    let changed = {};
    return {
      request: (): string => {
        if ("error" in known) throw known.error;
        return requestOf(known.text, { ...known.variables, ...changed });
      },
      change: (change: object): void => {
        changed = { ...changed, ...change };
      },
    };
  };

  const begin = <Message>(
    work: Work<Message>,
    handlers: Handlers<Message>,
    signal: AbortSignal | undefined,
  ): Unsubscribe => {
    const end = (): void => {
      operation.cancel();
      connection.leave(operation);
    };
    const operation = new Operation(
      connection,
      // only the work's own messages reach its functions
      work,
      handlers,
      () => signal?.removeEventListener("abort", end),
    );
    if (!signal?.aborted) {
      signal?.addEventListener("abort", end);
      connection.add(operation);
    }
    return end;
  };

  const either = <Message>(
    subscribe: (handlers: Handlers<Message>, signal?: AbortSignal) => Unsubscribe,
    { signal }: Cancellable,
    handlers: Handlers<Message> | undefined,
  ): Unsubscribe | Stream<Message> =>
    handlers ? subscribe(handlers, signal) : iterate(subscribe, signal);

  const answers = (
    text: () => string,
    { variables, resume, onThrow }: AnyOptions,
    isLatestOnly: boolean,
  ): Work<Answer<unknown>> => {
    const { request, change } = requester(text, variables);
    return {
      request,
      read: answerIn,
      isLatestOnly,
      onThrow,
      ...(resume && {
        received: ({ data, error }) => {
          if (!error) change(resume(data as never));
        },
      }),
    };
  };

  const eventsFrom = (
    { where, finality, after, onThrow, store }: EventsOptions,
    handlers: Handlers<EventMessage>,
    signal: AbortSignal | undefined,
  ): Unsubscribe => {
    const { request, change } = requester(() => eventsDocument, { where, finality, after });
    const work: Work<EventMessage> = {
      request,
      read: eventMessageIn,
      received: ({ cursor }) => {
        change({ after: cursor });
      },
      onThrow,
      ...(store && { handled: (message) => store.save(message.cursor, message) }),
    };
    if (!store) return begin(work, handlers, signal);
    let isOver = false;
    let end: Unsubscribe = () => {
      isOver = true;
    };
    void Promise.resolve()
      .then(() => store.load())
      .then(
        (cursor) => {
          if (cursor != null) change({ after: cursor });
          return work;
        },
        (cause: unknown): Work<EventMessage> => ({
          ...work,
          request: () => {
            throw LiveError.of("HANDLER_FAILED", "The cursor was not loaded.", { cause });
          },
        }),
      )
      .then((loaded) => {
        if (!isOver) end = begin(loaded, handlers, signal);
      });
    return () => end();
  };

  // the signatures above say what may be given, and what comes of it
  const client = {
    subscribe: (
      document: LiveDocument<never, never>,
      given: AnyOptions = {},
      handlers?: Handlers<Answer<unknown>>,
    ) =>
      either(
        (to, signal) =>
          begin(
            answers(() => textOf(document, print), given, false),
            to,
            signal,
          ),
        given,
        handlers,
      ),
    live: (
      document: LiveDocument<never, never>,
      given: AnyOptions = {},
      handlers?: Handlers<Answer<unknown>>,
    ) =>
      either(
        (to, signal) =>
          begin(
            answers(() => asSubscription(textOf(document, print)), given, true),
            to,
            signal,
          ),
        given,
        handlers,
      ),
    events: (given: EventsOptions = {}, handlers?: Handlers<EventMessage>) =>
      either((to, signal) => eventsFrom(given, to, signal), given, handlers),
    query: async (document: LiveDocument<never, never>, given: AnyOptions = {}) =>
      query(
        { url, headers, fetch },
        requester(() => textOf(document, print), given.variables).request(),
        [given.signal, closing.signal],
        given.timeout ?? 30_000,
      ),
    get state() {
      return connection.states.state;
    },
    onState(listener: StateListener, { signal }: Cancellable = {}) {
      const end = connection.states.onState(listener);
      if (signal?.aborted) end();
      signal?.addEventListener("abort", end, { once: true });
      return end;
    },
    reconnect: connection.reconnect,
    close() {
      connection.close();
      closing.abort(LiveError.of("CLOSED", "The client is closed."));
    },
  };
  return client as LiveClient;
}

function addressIn(given: string): string {
  const { location } = globalThis as { location?: { readonly href: string } };
  try {
    const url = new URL(given, location?.href);
    if (/^(https?|wss?):$/.test(url.protocol)) return url.href.replace(/^ws/, "http");
  } catch {
    // said below
  }
  throw LiveError.of("BAD_URL", `"${given}" is no address: give http(s)://….`);
}
