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
