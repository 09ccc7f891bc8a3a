import type { Handlers } from "./operation.ts";

interface Waiter<Message> {
  resolve(result: IteratorResult<Message, undefined>): void;
  reject(error: unknown): void;
}

/**
 * The messages of a subscription for `for await`. It begins with the first message that is asked for; a message counts as handled when the one
 * behind it is asked for, so it is not where the loop is left in the middle.
 */
export function iterate<Message>(
  subscribe: (handlers: Handlers<Message>) => () => void,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<Message, undefined> {
  const waiters: Waiter<Message>[] = [];
  const arrived: { readonly message: Message; readonly release: () => void }[] = [];
  let release: () => void = () => undefined;
  let unsubscribe: (() => void) | undefined;
  let isOver = false;
  let error: unknown;

  const end = (cause?: unknown): void => {
    if (isOver) return;
    isOver = true;
    error = cause;
    signal?.removeEventListener("abort", abort);
    unsubscribe?.();
    serve();
  };
  const abort = (): void => {
    arrived.length = 0;
    end(signal?.reason);
  };
  const serve = (): void => {
    for (let waiter; (waiter = waiters[0]) && (isOver || arrived.length > 0); waiters.shift()) {
      const next = arrived.shift();
      if (next) {
        release = next.release;
        waiter.resolve({ done: false, value: next.message });
      } else if (error === undefined) waiter.resolve({ done: true, value: undefined });
      else {
        waiter.reject(error);
        error = undefined;
      }
    }
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      release();
      if (signal?.aborted) abort();
      else if (!unsubscribe && !isOver) {
        signal?.addEventListener("abort", abort);
        unsubscribe = subscribe({
          next: (message) =>
            new Promise<void>((done) => {
              arrived.push({ message, release: done });
              serve();
            }),
          error: end,
          complete: end,
        });
      }
      return new Promise((resolve, reject) => {
        waiters.push({ resolve, reject });
        serve();
      });
    },
    return() {
      arrived.length = 0;
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
