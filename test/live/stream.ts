import type {
  EventMessage,
  EventsRequest,
  LiveClient,
  LiveError,
} from "../../packages/live-client/src/index.ts";

export interface Stream {
  /** The next message that nobody has taken yet. */
  next(): Promise<EventMessage>;
  /** Takes messages until one fits, and gives all that it took. */
  until(fits: (message: EventMessage) => boolean): Promise<EventMessage[]>;
  /** The error that ends the stream. */
  readonly error: Promise<LiveError>;
  close(): void;
}

/** An event stream whose messages wait until a test asks for them. */
export function openStream(client: LiveClient, request: EventsRequest = {}): Stream {
  const waiting: EventMessage[] = [];
  let wake: () => void = () => undefined;
  const { promise: error, resolve: fail } = Promise.withResolvers<LiveError>();
  const close = client.events(request, {
    next(message) {
      waiting.push(message);
      wake();
    },
    error: fail,
  });
  const next = async (): Promise<EventMessage> => {
    for (;;) {
      const message = waiting.shift();
      if (message) return message;
      await Promise.race([
        new Promise<void>((resolve) => (wake = resolve)),
        error.then((reason) => Promise.reject(reason)),
      ]);
    }
  };
  return {
    next,
    async until(fits) {
      const taken: EventMessage[] = [];
      for (;;) {
        const message = await next();
        taken.push(message);
        if (fits(message)) return taken;
      }
    },
    error,
    close,
  };
}

/** What a message is about, short enough to compare: `EVENT 3`, `UNDO 2`, `BLOCK`. */
export function gist(message: EventMessage): string {
  const value = message.event?.args["value"];
  return typeof value === "string" ? `${message.kind} ${value}` : message.kind;
}
