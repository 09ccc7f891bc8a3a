export interface ErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly code?: string;
    /** Seconds after which the same operation may succeed. */
    readonly retryAfter?: number;
    readonly [name: string]: unknown;
  };
}

/** What the server says. docs/live-protocol.md tells what to do about each. */
export type ServerErrorCode =
  | "CURSOR_MALFORMED"
  | "CURSOR_OF_ANOTHER_CHAIN"
  | "CURSOR_AHEAD"
  | "NOT_READY"
  | "BAD_REQUEST"
  | "BAD_FILTER"
  | "BAD_USER_INPUT"
  | "GRAPHQL_PARSE_FAILED"
  | "GRAPHQL_VALIDATION_FAILED"
  | "OPERATION_TOO_LARGE"
  | "TOO_MANY_SUBSCRIPTIONS"
  | "TOO_MANY_REQUESTS"
  | "BUSY"
  | "TIMED_OUT"
  | "PERSISTED_QUERY_NOT_FOUND"
  | "OPERATION_NOT_ALLOWED"
  | "INTERNAL";

/** What the client says by itself. */
export type ClientErrorCode =
  | "BAD_URL"
  | "NO_WEBSOCKET"
  | "CONNECTION_REFUSED"
  | "CLOSED"
  | "BAD_ANSWER"
  | "HANDLER_FAILED"
  | "TOO_SLOW"
  | "UNREACHABLE"
  | "DEADLINE_PASSED"
  | "UNKNOWN";

/** Any other code that a server gives comes as it is. */
export type LiveErrorCode = ServerErrorCode | ClientErrorCode | (string & {});

/** After these the same may succeed later; after all others it would fail the same way again, unless the server says when to try. */
export const retryableCodes: ReadonlySet<LiveErrorCode> = new Set<
  ServerErrorCode | ClientErrorCode
>([
  "CURSOR_AHEAD",
  "NOT_READY",
  "TOO_MANY_REQUESTS",
  "BUSY",
  "INTERNAL",
  "UNREACHABLE",
  "DEADLINE_PASSED",
]);

/**
 * Close codes after which coming back as before would not help. `fatal`: the connection is refused. `operation`: the message that
 * began one operation was refused. After any other the client comes back.
 */
export const closeVerdicts: Readonly<Record<number, "fatal" | "operation">> = {
  1002: "operation",
  1003: "operation",
  1007: "operation",
  1009: "operation",
  4400: "operation",
  4401: "fatal",
  4403: "fatal",
  4406: "fatal",
  4409: "operation",
  4429: "fatal",
};

interface Details {
  /** Of the HTTP answer, or the code with which the connection was closed. */
  readonly status?: number | undefined;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** What the server, or the way to it, had to say. */
export class LiveError extends Error {
  override readonly name = "LiveError";
  readonly code: LiveErrorCode;
  readonly errors: readonly ErrorEntry[];
  readonly status: number | undefined;
  /** Seconds after which the same may succeed, where the server says so. */
  readonly retryAfter: number | undefined;
  /** Whether the same may succeed later. */
  readonly isRetryable: boolean;

  constructor(errors: readonly ErrorEntry[], { status, retryAfter, cause }: Details = {}) {
    super(errors.map(({ message }) => message).join(" "), { cause });
    const { code = "UNKNOWN", retryAfter: told } = errors[0]?.extensions ?? {};
    this.code = code;
    this.errors = errors;
    this.status = status;
    this.retryAfter = secondsIn(told) ?? retryAfter;
    this.isRetryable = this.retryAfter !== undefined || retryableCodes.has(code);
  }

  static of(code: LiveErrorCode, message: string, details?: Details): LiveError {
    return new LiveError([{ message, extensions: { code } }], details);
  }
}

function secondsIn(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

export function asLiveError(cause: unknown): LiveError {
  if (cause instanceof LiveError) return cause;
  return LiveError.of("UNKNOWN", String(cause), { cause });
}

export const noReason = "The server gave no reason.";

/** The errors of an answer, if they are any. */
export function errorsIn(value: unknown): readonly ErrorEntry[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((entry: Partial<ErrorEntry> | null) => ({
    ...entry,
    message: entry?.message ?? noReason,
  }));
}

/** Gives an error that nobody listens for to the platform, which shows it, or ends the process, as for any uncaught one. */
export function report(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError) reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Calls one of the application's functions; what it throws is nobody else's concern. */
export function call(callback: (() => unknown) | undefined): void {
  try {
    void Promise.resolve(callback?.()).catch(report);
  } catch (error) {
    report(error);
  }
}
