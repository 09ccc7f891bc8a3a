import { delayBeforeRetry } from "./backoff.ts";
import { asLiveError, call, LiveError, report } from "./errors.ts";

export interface Handlers<Message> {
  /** Gets each message in order. What it returns is awaited before the next one is handed over. */
  next(message: Message): unknown;
  /** It has ended and is not tried again. A lost connection is no error: it is made again. */
  error?(error: LiveError): void;
  /** It has ended as it should. */
  complete?(): void;
  /** The server has refused it for now; it is asked again at this time, in milliseconds since 1970. */
  waiting?(error: LiveError, retryAt: number): void;
}

/** What becomes of a subscription whose `next` throws: it ends, or the same message is handed over again, ever more slowly. */
export type OnThrow = "end" | "retry";

/** One answer, as the server sends it. */
export interface Payload {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What an operation is, whoever asked for it. */
export interface Work<Message> {
  /** The text of the request, which differs each time that it is taken up again. Throws where it cannot be sent. */
  request(): string;
  /** What the application gets of an answer. What it throws ends the operation. */
  read(payload: Payload): Message;
  /** Lets the operation be taken up again behind this message. */
  received?(message: Message): void;
  /** Awaited after `next`. */
  handled?(message: Message): unknown;
  /** Only the newest message counts: one that nobody has taken yet is replaced. */
  readonly isLatestOnly?: boolean;
  readonly onThrow?: OnThrow | undefined;
}

/** What an operation wants of its connection. */
export interface Host {
  start(operation: Operation): void;
  stop(operation: Operation): void;
  /** It has ended, so forget it. */
  leave(operation: Operation): void;
}

/** So many messages may wait for their handler. */
const longestQueue = 1_000;

/** One subscription: hands over its messages one after the other, and knows how it goes on. */
export class Operation {
  /** On the present connection, where it runs there. */
  id: string | undefined;
  /** How often it has been refused for now since it last had an answer. */
  refusals = 0;
  /** Waits to be asked again. */
  retry: ReturnType<typeof setTimeout> | undefined;
  /** What arrives faster than it is handled is left to the server for a while. */
  isPaused = false;
  readonly #host: Host;
  readonly #work: Work<unknown>;
  readonly #handlers: Handlers<unknown>;
  readonly #onOver: () => void;
  readonly #queue: unknown[] = [];
  #isBusy = false;
  #isOver = false;
  #end: (() => void) | undefined;
  #isClosing = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #wake: () => void = () => undefined;

  /** `onOver` is called once it has ended, in whatever way. */
  constructor(host: Host, work: Work<unknown>, handlers: Handlers<unknown>, onOver: () => void) {
    this.#onOver = onOver;
    this.#host = host;
    this.#work = work;
    this.#handlers = handlers;
  }

  request(): string {
    return this.#work.request();
  }

  accept(payload: Payload): void {
    this.refusals = 0;
    let message: unknown;
    try {
      message = this.#work.read(payload);
      this.#work.received?.(message);
    } catch (error) {
      this.fail(asLiveError(error));
      return;
    }
    if (this.#work.isLatestOnly) this.#queue.length = 0;
    this.#queue.push(message);
    if (!this.#isBusy) void this.#handOver();
    if (this.#queue.length < longestQueue) return;
    if (this.#work.received) {
      this.isPaused = true;
      this.#host.stop(this);
    } else {
      this.fail(LiveError.of("TOO_SLOW", "Messages come faster than they are handled."));
    }
  }

  waits(error: LiveError, retryAt: number): void {
    call(() => this.#handlers.waiting?.(error, retryAt));
  }

  /** Ends it behind the messages that have arrived. */
  fail(error: LiveError): void {
    this.#endWith(() => {
      if (this.#handlers.error) call(() => this.#handlers.error?.(error));
      else report(error);
    });
  }

  complete(): void {
    this.#endWith(() => call(() => this.#handlers.complete?.()));
  }

  /** Ends it as soon as the message that is being handled is done with. */
  close(): void {
    this.#isClosing = true;
    this.#queue.length = 0;
    this.#wake();
    this.complete();
  }

  /** Ends it at once, without a word. */
  cancel(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    clearTimeout(this.retry);
    clearTimeout(this.#pause);
    this.#onOver();
  }

  #endWith(end: () => void): void {
    if (this.#isOver || this.#end) return;
    this.#host.leave(this);
    clearTimeout(this.retry);
    this.#end = end;
    // never before the function that began it has returned
    if (!this.#isBusy) queueMicrotask(() => this.#finish());
  }

  #finish(): void {
    if (this.#isOver || !this.#end) return;
    this.cancel();
    this.#end();
  }

  async #handOver(): Promise<void> {
    this.#isBusy = true;
    while (this.#queue.length > 0) {
      const message = this.#queue.shift();
      const isDone =
        (await this.#try(() => this.#handlers.next(message))) &&
        (await this.#try(() => this.#work.handled?.(message)));
      if (!isDone) break;
      if (this.isPaused && this.#queue.length === 0) {
        this.isPaused = false;
        this.#host.start(this);
      }
    }
    this.#isBusy = false;
    this.#finish();
  }

  /** Whether it was done in the end. */
  async #try(step: () => unknown): Promise<boolean> {
    for (let attempt = 0; !this.#isOver && !this.#isClosing; attempt++) {
      try {
        await step();
        return !this.#isOver;
      } catch (cause) {
        if (this.#work.onThrow !== "retry") {
          this.#queue.length = 0;
          this.#end = undefined;
          this.fail(handlerFailed(cause));
          return false;
        }
        const delay = delayBeforeRetry(attempt);
        this.waits(handlerFailed(cause), Date.now() + delay);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          this.#pause = setTimeout(resolve, delay);
        });
      }
    }
    return false;
  }
}

function handlerFailed(cause: unknown): LiveError {
  return LiveError.of("HANDLER_FAILED", `A message was not handled: ${String(cause)}`, { cause });
}
