import type { Writable } from "node:stream";

/** A scan waits while more than this is queued on its connection. */
const scanQueueBytes = 65_536;

/** A promise for when a long queue has become short, or its stream is gone; undefined when it is short already. */
export function drained(stream: Writable): Promise<void> | undefined {
  if (stream.destroyed || stream.writableLength < scanQueueBytes) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("close", done);
      resolve();
    };
    stream.on("drain", done);
    stream.on("close", done);
  });
}

interface Queue {
  readonly stream: Writable;
  readonly close: () => void;
}

/** How often the queues of all connections are added up. */
const inspection = 500;

/** Keeps what waits for all connections together within bounds: the longest queues go first. */
export class Queues {
  readonly #most: number;
  readonly #queues = new Set<Queue>();
  readonly #timer = setInterval(() => this.#inspect(), inspection);

  constructor(most: number) {
    this.#most = most;
  }

  /** Watches a stream until the returned function is called; `close` has to empty it soon. */
  add(stream: Writable, close: () => void): () => void {
    const queue = { stream, close };
    this.#queues.add(queue);
    return () => this.#queues.delete(queue);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #inspect(): void {
    let total = 0;
    for (const { stream } of this.#queues) total += stream.writableLength;
    if (total <= this.#most) return;
    const longest = [...this.#queues].sort(
      (a, b) => b.stream.writableLength - a.stream.writableLength,
    );
    for (const queue of longest) {
      if (total <= this.#most) return;
      total -= queue.stream.writableLength;
      this.#queues.delete(queue);
      queue.close();
    }
  }
}
