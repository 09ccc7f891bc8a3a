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
  /** How many messages have come, pings among them. */
  count = 0;

  constructor(socket: WebSocket, choke: Choke | undefined) {
    this.#socket = socket;
    socket.on("message", (data) => {
      if (socket.readyState !== socket.OPEN) return;
      this.count++;
      const text = (data as Buffer).toString();
      if (choke && text.includes(choke.on)) {
        socket.close(choke.code, "I choke on this.");
        return;
      }
      const message = JSON.parse(text) as Message;
      // as the protocol asks for
      if (message.type === "ping") this.say({ type: "pong" });
      else this.#heard.put(message);
    });
  }

  /** The next message that is no ping. */
  hear(): Promise<Message> {
    return this.#heard.take();
  }

  say(message: object): void {
    this.sayRaw(JSON.stringify(message));
  }

  sayRaw(data: string | Buffer): void {
    this.#socket.send(data);
  }

  next(id: string | undefined, data: unknown): void {
    this.say({ id, type: "next", payload: { data } });
  }

  refuse(id: string | undefined, extensions: object, message = "No."): void {
    this.say({ id, type: "error", payload: [{ message, extensions }] });
  }

  /** Plays the greeting. */
  async acknowledge(payload: object = {}): Promise<Message> {
    const init = await this.hear();
    this.say({ type: "connection_ack", payload });
    return init;
  }

  /** Plays the greeting and gives the first operation. */
  async greet(head?: object): Promise<Message> {
    await this.acknowledge(head ? { head } : {});
    return this.hear();
  }

  close(code: number, reason = ""): void {
    this.#socket.close(code, reason);
  }

  get closed(): Promise<number> {
    return once(this.#socket, "close").then(([code]) => code as number);
  }
}

/** A text that makes the server close the connection with a code. */
interface Choke {
  readonly on: string;
  readonly code: number;
}

export type FakeServer = Awaited<ReturnType<typeof startFakeServer>>;

/** A server that says only what a test tells it to, and answers pings. */
export async function startFakeServer(choke?: Choke) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const connections = new Inbox<FakeConnection>();
  server.on("connection", (socket) => {
    connections.put(new FakeConnection(socket, choke));
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
