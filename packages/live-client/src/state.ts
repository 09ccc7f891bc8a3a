import { call } from "./errors.ts";

/** The newest block that the server has indexed, as decimal strings. */
export interface Head {
  readonly number: string;
  readonly timestamp: string;
}

interface Known {
  readonly head?: Head;
}

export type ConnectionState = Known &
  (
    | {
        /** Nothing is subscribed, so nothing is connected. */
        readonly status: "idle";
      }
    | { readonly status: "connecting"; readonly attempt: number }
    | { readonly status: "open" }
    | {
        readonly status: "waiting";
        /** How often it has been lost without a sign of success. */
        readonly attempt: number;
        /** When the next attempt starts, in milliseconds since 1970. */
        readonly retryAt: number;
        /** The close code of the WebSocket. */
        readonly code: number;
        readonly reason: string;
      }
    | {
        /** For good. */
        readonly status: "closed";
        readonly code: number;
        readonly reason: string;
      }
  );

export type StateListener = (state: ConnectionState) => void;

/** The present state, and who is told of it. */
export class StateKeeper {
  #state: ConnectionState = { status: "idle" };
  #head: Head | undefined;
  readonly #listeners = new Set<StateListener>();

  get state(): ConnectionState {
    return this.#state;
  }

  become(next: ConnectionState, head = this.#head): void {
    this.#head = head;
    const state = this.#head ? { ...next, head: this.#head } : next;
    this.#state = state;
    // later, so that whatever a listener does finds everything in order
    queueMicrotask(() => {
      for (const listener of this.#listeners) call(() => listener(state));
    });
  }

  learn(head: Head | undefined): void {
    if (head && head.number !== this.#head?.number) this.become(this.#state, head);
  }

  onState(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
