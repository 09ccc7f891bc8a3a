import { once } from "node:events";
import {
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";

export interface RawConnection {
  readonly socket: Socket;
  /** All that the server has said so far. */
  readonly heard: () => string;
  readonly closed: Promise<void>;
}

/** The request that turns a connection into a WebSocket. */
export function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: graphql-transport-ws",
    "\r\n",
  ].join("\r\n");
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function answerOf(sent: ClientRequest): Promise<Answer> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

let attackers = 0;

/** Somebody with an address of its own, so that what is held against one is not held against all. */
export class Attacker {
  readonly #url: string;
  readonly #localAddress = `127.0.${1 + Math.floor(attackers / 250)}.${1 + (attackers++ % 250)}`;

  constructor(url: string) {
    this.#url = url;
  }

  /** A TCP connection on which it writes whatever it likes. */
  async connect(): Promise<RawConnection> {
    const { hostname, port } = new URL(this.#url);
    const socket = connect({
      host: hostname,
      port: Number(port),
      localAddress: this.#localAddress,
    });
    let heard = "";
    socket.on("data", (data: Buffer) => (heard += data.toString("latin1")));
    // a refused attacker gets resets; "close" follows
    socket.on("error", () => undefined);
    const closed = once(socket, "close").then(() => undefined);
    await once(socket, "connect");
    return { socket, heard: () => heard, closed };
  }

  /** A WebSocket that has not said anything yet; undefined when the server turned it away. */
  async openWebSocket(): Promise<WebSocket | undefined> {
    const socket = new WebSocket(this.#url.replace("http", "ws"), "graphql-transport-ws", {
      localAddress: this.#localAddress,
    });
    const opened = once(socket, "open").then(() => true);
    // whatever happens later shows in "close"
    const failed = new Promise<boolean>((resolve) => socket.on("error", () => resolve(false)));
    return (await Promise.race([opened, failed])) ? socket : undefined;
  }

  /** An HTTP request, without waiting for its answer. */
  request(options: RequestOptions, path = ""): ClientRequest {
    const sent = request(`${this.#url}${path}`, { localAddress: this.#localAddress, ...options });
    // a refused attacker gets resets; whoever waits for the answer hears of them
    sent.on("error", () => undefined);
    return sent;
  }

  /** Posts an operation, or what should be one, and gives the answer. */
  async post(body: string, headers: Record<string, string> = {}, path = ""): Promise<Answer> {
    const sent = this.request(
      { method: "POST", headers: { "content-type": "application/json", ...headers } },
      path,
    );
    sent.end(body);
    return answerOf(sent);
  }

  /** A WebSocket that has been greeted. */
  async greet(): Promise<WebSocket> {
    const socket = await this.openWebSocket();
    if (!socket) throw new Error("The server turned the attacker away.");
    socket.send('{"type":"connection_init"}');
    await once(socket, "message");
    return socket;
  }
}

export async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, "close")) as [number];
  return code;
}

/** The next message that is about this operation. */
export function answerTo(socket: WebSocket, id: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hear = (data: Buffer): void => {
      const message = data.toString();
      if (!message.startsWith(`{"id":${JSON.stringify(id)},`)) return;
      socket.off("message", hear);
      socket.off("close", lose);
      resolve(message);
    };
    const lose = (code: number): void => {
      reject(new Error(`The server closed the connection: ${code}`));
    };
    socket.on("message", hear);
    socket.on("close", lose);
  });
}

export function subscribeMessage(id: string, query: string, variables: object = {}): string {
  return JSON.stringify({ id, type: "subscribe", payload: { query, variables } });
}
