import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** A list that can be waited on. */
class Inbox<Item> {
  readonly #items: Item[] = [];
  #wake: () => void = () => undefined;

  put(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  async take(): Promise<Item> {
    for (;;) {
      const [item] = this.#items.splice(0, 1);
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

export class FakeConnection {
  readonly #socket: WebSocket;
  readonly #heard = new Inbox<Message>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#heard.put(JSON.parse((data as Buffer).toString()) as Message);
    });
  }

  hear(): Promise<Message> {
    return this.#heard.take();
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Plays the greeting and gives the first operation. */
  async greet(head?: object): Promise<Message> {
    await this.hear();
    this.say({ type: "connection_ack", payload: head ? { head } : {} });
    return this.hear();
  }

  close(code: number, reason = ""): void {
    this.#socket.close(code, reason);
  }
}

/** A server that says only what a test tells it to. */
export async function startFakeServer() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const connections = new Inbox<FakeConnection>();
  server.on("connection", (socket) => {
    connections.put(new FakeConnection(socket));
  });
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    connection: () => connections.take(),
    get open() {
      return server.clients.size;
    },
    async stop() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}
