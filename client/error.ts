export interface ErrorEntry {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    /** Seconds after which the same operation may succeed. */
    readonly retryAfter?: number;
  };
}

/** What the server, or the way to it, had to say. `code` is stable; docs/live-protocol.md lists them. */
export class LiveError extends Error {
  override readonly name = "LiveError";
  readonly code: string;
  readonly errors: readonly ErrorEntry[];

  constructor(errors: readonly ErrorEntry[], cause?: unknown) {
    super(errors.map((entry) => entry.message).join(" "), { cause });
    this.code = errors[0]?.extensions?.code ?? "UNKNOWN";
    this.errors = errors;
  }

  static of(code: string, message: string, cause?: unknown): LiveError {
    return new LiveError([{ message, extensions: { code } }], cause);
  }
}
