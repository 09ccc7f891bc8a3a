import { setTimeout } from "node:timers/promises";
import type { Finality } from "../../packages/live-client/src/index.ts";
import { otherClients, type Result } from "../live/other-clients.ts";
import { eventName } from "./history.ts";

const query = `subscription ($after: String, $finality: Finality!) {
  events(after: $after, finality: $finality) {
    kind cursor event { id blockHash blockNumber logIndex } block { number }
  }
}`;

interface Message {
  readonly kind: "EVENT" | "UNDO" | "BLOCK";
  readonly cursor: string;
  readonly event: {
    readonly id: string;
    readonly blockHash: string;
    readonly blockNumber: string;
    readonly logIndex: number;
  } | null;
  readonly block: { readonly number: string };
}

export const transports = [
  "graphql-ws",
  "graphql-sse, a connection for each operation",
  "graphql-sse, one connection for all",
] as const;

export interface Place {
  readonly url: string;
  readonly transport: (typeof transports)[number];
}

/** What a server may say when it is not there yet; a client then comes again. */
const passing = ["CURSOR_AHEAD", "NOT_READY", "BUSY"];

/** A client that applies the messages it is sent and knows nothing else, and comes back with its last cursor wherever it is told. */
export class Follower {
  readonly finality: Finality;
  /** What it should never have been told. */
  broken: Error | undefined;
  /** How its connections ended that it did not end itself. */
  readonly losses: string[] = [];
  readonly #nextPlace: () => Place;
  readonly #kept: NonNullable<Message["event"]>[] = [];
  readonly #running: Promise<void>;
  #cursor = "";
  #leave: () => void = () => undefined;
  #isStopped = false;

  constructor(finality: Finality, nextPlace: () => Place) {
    this.finality = finality;
    this.#nextPlace = nextPlace;
    this.#running = this.#run();
  }

  get events(): string[] {
    return this.#kept.map(({ blockHash, logIndex }) => eventName(blockHash, logIndex));
  }

  /** Loses its connection; it comes back by itself, perhaps elsewhere. */
  disconnect(): void {
    this.#leave();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#leave();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped && !this.broken) {
      await this.#listen(this.#nextPlace());
      await setTimeout(50);
    }
  }

  async #listen({ url, transport }: Place): Promise<void> {
    const client = otherClients[transport]?.(url);
    if (!client) throw new Error(`There is no client ${transport}.`);
    const results = client
      .subscribe(query, { after: this.#cursor, finality: this.finality })
      .getReader();
    // what had been on its way is not read any more
    this.#leave = () => void results.cancel().catch(() => undefined);
    try {
      for (;;) {
        const { value, done } = await results.read();
        if (done) return;
        this.#hear(value);
      }
    } catch (error) {
      // a lost connection is part of life, and so is a server that is behind
      const said = error instanceof Error ? error.message : JSON.stringify(error);
      this.losses.push(`${transport}: ${said}`);
      if (/"code":"[A-Z_]+"/.test(said) && !passing.some((code) => said.includes(code))) {
        this.broken ??= new Error(`${this.finality} over ${transport}: ${said}`);
      }
      if (error instanceof Contradiction) this.broken ??= error;
    } finally {
      client.close();
    }
  }

  #hear(result: Result & { readonly errors?: unknown }): void {
    if (result.errors !== undefined) throw new Error(JSON.stringify(result.errors));
    const { kind, cursor, event, block } = (result.data as { events: Message }).events;
    this.#cursor = cursor;
    if (kind === "UNDO") {
      if (this.finality === "FINALIZED") throw new Contradiction("FINALIZED was told to undo.");
      while (Number(this.#kept.at(-1)?.blockNumber) > Number(block.number)) this.#kept.pop();
    } else if (kind === "EVENT" && event) {
      const last = this.#kept.at(-1);
      if (last && last.id >= event.id) {
        throw new Contradiction(`${this.finality} was told ${event.id} behind ${last.id}.`);
      }
      this.#kept.push(event);
    }
  }
}

class Contradiction extends Error {
  override readonly name = "Contradiction";
}
