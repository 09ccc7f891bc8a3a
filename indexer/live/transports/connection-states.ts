/**
 * The life of a WebSocket connection: every state, everything that can happen, and what is done then. docs/live-protocol.md shows the same table,
 * and a test compares the two. A pair that is left out does not compile.
 */
export type ConnectionState = "OPENED" | "READY" | "CLOSING";

export type ConnectionEvent =
  /** Messages of graphql-transport-ws. */
  | "connection_init"
  | "subscribe"
  | "complete"
  | "ping"
  | "pong"
  /** Anything else that is sent, also a message of the above with something missing. */
  | "other"
  /** `subscribe` with the id of an operation that runs. */
  | "id taken"
  /** More messages, or more work for them, than are allowed. */
  | "flood"
  /** A subprotocol that is not spoken here. */
  | "protocol"
  | "init timeout"
  /** No sign of life since the last time one was asked for. */
  | "silence"
  | "queue too long"
  | "server stops"
  | "lost";

/** Close codes of graphql-transport-ws, and those of WebSocket itself after which a client may come back. */
export const closings = {
  4400: "This is not a message of graphql-transport-ws.",
  4401: "Send connection_init first.",
  4406: "Ask for the subprotocol graphql-transport-ws.",
  4408: "Send connection_init first.",
  4409: "There is an operation with this id already.",
  4429: "connection_init was sent twice.",
  1008: "Too many messages: send fewer a second.",
  1012: "The server restarts: resume from your last cursor.",
  1013: "Too slow: resume from your last cursor.",
} as const;

type Close = { [Code in keyof typeof closings]: `close ${Code}` }[keyof typeof closings];

export type ConnectionAct =
  | "ignore"
  /** Say `connection_ack`; from now on READY. */
  | "acknowledge"
  | "answer pong"
  /** Run the operation, or say what is wrong with it. */
  | "run"
  | "end operation"
  /** Send what is queued, then close; from now on CLOSING. */
  | Close
  /** Cut the connection off. */
  | "terminate"
  /** Free all it had. */
  | "end";

export const connectionActs: Readonly<
  Record<ConnectionState, Readonly<Record<ConnectionEvent, ConnectionAct>>>
> = {
  OPENED: {
    connection_init: "acknowledge",
    subscribe: "close 4401",
    complete: "ignore",
    ping: "answer pong",
    pong: "ignore",
    other: "close 4400",
    "id taken": "close 4401",
    flood: "close 1008",
    protocol: "close 4406",
    "init timeout": "close 4408",
    silence: "terminate",
    "queue too long": "close 1013",
    "server stops": "close 1012",
    lost: "end",
  },
  READY: {
    connection_init: "close 4429",
    subscribe: "run",
    complete: "end operation",
    ping: "answer pong",
    pong: "ignore",
    other: "close 4400",
    "id taken": "close 4409",
    flood: "close 1008",
    protocol: "ignore",
    "init timeout": "ignore",
    silence: "terminate",
    "queue too long": "close 1013",
    "server stops": "close 1012",
    lost: "end",
  },
  CLOSING: {
    connection_init: "ignore",
    subscribe: "ignore",
    complete: "ignore",
    ping: "ignore",
    pong: "ignore",
    other: "ignore",
    "id taken": "ignore",
    flood: "ignore",
    protocol: "ignore",
    "init timeout": "ignore",
    silence: "terminate",
    "queue too long": "ignore",
    "server stops": "ignore",
    lost: "end",
  },
};
