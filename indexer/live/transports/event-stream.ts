import type { ServerResponse } from "node:http";
import { drained } from "./queue.ts";

/** How long a stream that was too slow may take to read what is still on its way to it. */
const closeGrace = 5_000;

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  connection: "keep-alive",
  // nginx would hold events back otherwise
  "x-accel-buffering": "no",
  "access-control-allow-origin": "*",
};

const ignore = (): void => undefined;

/** One response that goes on and on. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #maxQueueBytes: number;
  readonly #onSlow: () => void;
  readonly #onEnd: () => void;
  #isOpen = true;

  constructor(
    response: ServerResponse,
    maxQueueBytes: number,
    onSlow: () => void,
    onEnd: () => void,
  ) {
    this.#onSlow = onSlow;
    this.#response = response;
    this.#maxQueueBytes = maxQueueBytes;
    this.#onEnd = onEnd;
    response.on("close", () => {
      this.#leave();
    });
    // "close" follows, and a broken client is not the server's concern
    response.on("error", ignore);
    response.writeHead(200, headers);
    // some browsers report an open stream only once something has come through
    this.ping();
  }

  write(bytes: Buffer): void {
    if (!this.#isOpen) return;
    this.#response.write(bytes);
    if (this.#response.writableLength > this.#maxQueueBytes) this.endSlow();
  }

  endSlow(): void {
    if (!this.#isOpen) return;
    this.#onSlow();
    this.#leave();
    this.#response.end(": too slow; connect again with the last event id\n\n");
    setTimeout(() => this.#response.destroy(), closeGrace).unref();
  }

  ping(): void {
    if (this.#isOpen) this.#response.write(":\n\n");
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#leave();
    this.#response.end();
  }

  drained(): Promise<void> | undefined {
    return drained(this.#response);
  }

  #leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onEnd();
  }
}

/** An event of graphql-sse. The data has no line breaks, being JSON. */
export function eventBytes(event: "next" | "complete", data: string, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
}
