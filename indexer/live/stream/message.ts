import type { BlockRef, LogEvent } from "./tail.ts";

export type Finality = "LATEST" | "SAFE" | "FINALIZED";
export const finalities: readonly Finality[] = ["LATEST", "SAFE", "FINALIZED"];

/** What an operation selects of each message. Equal ones are the same object, so that each message is encoded once. */
export interface Projection {
  readonly key: string;
  encode(message: EventMessage): string;
}

/** One message of an event stream, the same for everybody who gets it. */
export class EventMessage {
  readonly kind: "EVENT" | "UNDO" | "BLOCK";
  readonly cursor: string;
  readonly event: LogEvent | null;
  readonly block: { number: string; hash: string; timestamp: string; finality: Finality };
  readonly #encoded = new Map<Projection, Encoded>();

  constructor(
    kind: EventMessage["kind"],
    cursor: string,
    event: LogEvent | null,
    block: BlockRef,
    finality: Finality,
  ) {
    this.kind = kind;
    this.cursor = cursor;
    this.event = event;
    this.block = {
      number: String(block.number),
      hash: block.hash,
      timestamp: String(block.timestamp),
      finality,
    };
  }

  /** As JSON of what a projection selects; worked out once, however many ask. */
  as(projection: Projection): Encoded {
    let encoded = this.#encoded.get(projection);
    if (!encoded) {
      encoded = new Encoded(projection.encode(this), this.cursor);
      this.#encoded.set(projection, encoded);
    }
    return encoded;
  }

  /** What was encoded for a projection is not needed any more. */
  forget(projection: Projection): void {
    this.#encoded.delete(projection);
  }
}

/** A GraphQL result on its way out, with the bytes that each transport makes of it. */
export class Encoded {
  readonly json: string;
  readonly cursor: string | undefined;
  readonly #forms = new Map<string, Buffer>();

  constructor(json: string, cursor?: string) {
    this.json = json;
    this.cursor = cursor;
  }

  form(name: string, make: (encoded: Encoded) => Buffer): Buffer {
    let bytes = this.#forms.get(name);
    if (!bytes) this.#forms.set(name, (bytes = make(this)));
    return bytes;
  }
}

/** The way out of one subscription. */
export interface Sink {
  next(encoded: Encoded): void;
  fail(error: unknown): void;
  /** A promise while more is queued than a scan should add to; it resolves when the queue is short again, or gone. */
  drained(): Promise<void> | undefined;
}
