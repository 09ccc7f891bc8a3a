import { WebSocket } from "ws";

const retryMs = 1_000;

/**
 * A connection to where the chain pushes its heads, kept only to know when that place was away. Ponder polls for good after nine failures, and has had
 * them within moments where a connection is refused.
 */
export class HeadSocket {
  readonly #url: string;
  readonly #onReturn: () => void;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wasRefused = false;
  #isClosed = false;

  /** `onReturn` is called when the place is back after it has refused a connection. */
  constructor(url: string, onReturn: () => void) {
    this.#url = url;
    this.#onReturn = onReturn;
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, { perMessageDeflate: false });
    this.#socket = socket;
    let wasOpen = false;
    socket.on("open", () => {
      wasOpen = true;
      if (this.#wasRefused) this.#onReturn();
      this.#wasRefused = false;
    });
    // "close" follows
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#isClosed) return;
      if (!wasOpen) this.#wasRefused = true;
      this.#timer = setTimeout(() => this.#connect(), retryMs);
    });
  }
}
