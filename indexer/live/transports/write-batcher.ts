import type { Duplex } from "node:stream";

/** So many sockets hold their bytes back at a time. When there are more, they go on, and the first readers are at work while the rest is written. */
const most = 256;

/** What is written to a socket without a break leaves in one system call, at the end of the turn of the event loop at the latest. */
export class WriteBatcher {
  readonly #held = new Set<Duplex>();

  write(socket: Duplex, bytes: Buffer): void {
    if (!this.#held.has(socket)) {
      if (this.#held.size === most) this.#releaseAll();
      if (this.#held.size === 0) {
        process.nextTick(() => {
          this.#releaseAll();
        });
      }
      this.#held.add(socket);
      socket.cork();
    }
    socket.write(bytes);
  }

  release(socket: Duplex): void {
    if (this.#held.delete(socket)) socket.uncork();
  }

  #releaseAll(): void {
    for (const socket of this.#held) this.release(socket);
  }
}
