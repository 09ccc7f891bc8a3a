import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import {
  closings,
  connectionActs,
  type ConnectionEvent,
  type ConnectionState,
} from "./connection-states.ts";
import { WriteBatcher } from "./write-batcher.ts";
import type { Encoded } from "../stream/message.ts";
import { parseOperationRequest, parseRecord } from "../operations/request.ts";
import type { ConnectionLimits } from "../limits/connection-limits.ts";
import { burstSeconds, TokenBucket } from "../limits/token-bucket.ts";
import { drained, type Queues } from "./queue.ts";
import { RunningOperations } from "./connection-operations.ts";
import { errorsFor, type OperationSink, type Service } from "../service.ts";
import type { LiveSettings } from "../settings.ts";
import type { Visitor } from "../limits/visitor.ts";

const protocol = "graphql-transport-ws";

const longestId = 128;
/** So many clients a second come back after a restart without keeping each other waiting. */
const comebacksPerSecond = 1_000;
/** How long a closed connection may take to read what is still on its way to it. */
const closeGrace = 5_000;

/** Answers an upgrade with an HTTP error. Nobody else listens to such a socket any more, so its errors are heard here. */
export function turnAway(socket: Duplex, status: string, headers = ""): void {
  socket.on("error", () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

export interface WebSockets {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Serves graphql-transport-ws. */
export function createWebSockets(
  service: Service,
  connectionLimits: ConnectionLimits,
  queues: Queues,
  settings: LiveSettings,
): WebSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: settings.maxMessageBytes,
    perMessageDeflate: false,
    clientTracking: false,
    // answered here, where it is counted
    autoPong: false,
    handleProtocols: (offered) => offered.has(protocol) && protocol,
  });
  const writeBatcher = new WriteBatcher();
  const connections = new Set<Connection>();

  return {
    handleUpgrade(request, socket, head) {
      if (!connectionLimits.isWelcome(request)) {
        turnAway(socket, "403 Forbidden");
        return;
      }
      const leave = connectionLimits.enter(request);
      if (!leave) {
        turnAway(socket, "503 Service Unavailable", "Retry-After: 5\r\n");
        return;
      }
      socket.on("close", leave);
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const visitor = connectionLimits.visitor(request);
        const connection = new Connection(
          webSocket,
          socket,
          writeBatcher,
          service,
          visitor,
          settings,
          () => connectionLimits.connections,
        );
        const leaveQueue = queues.add(socket, () => connection.closeSlow());
        connections.add(connection);
        webSocket.on("close", () => {
          leaveQueue();
          connections.delete(connection);
        });
      });
    },
    close() {
      for (const connection of connections) {
        connection.happen("server stops");
      }
    },
  };
}

class Connection {
  readonly #webSocket: WebSocket;
  /** Data frames go straight to the socket: they are prebuilt, and the same bytes for many connections. */
  readonly #socket: Duplex;
  readonly #writeBatcher: WriteBatcher;
  readonly #service: Service;
  readonly #settings: LiveSettings;
  readonly #operations: RunningOperations;
  readonly #countAll: () => number;
  readonly #initTimer: NodeJS.Timeout;
  readonly #rate: TokenBucket;
  readonly #work: TokenBucket;
  #state: ConnectionState = "OPENED";
  #heard = true;

  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    writeBatcher: WriteBatcher,
    service: Service,
    visitor: Visitor,
    settings: LiveSettings,
    countAll: () => number,
  ) {
    this.#countAll = countAll;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#writeBatcher = writeBatcher;
    this.#service = service;
    this.#settings = settings;
    this.#operations = new RunningOperations(service, visitor, settings);
    this.#work = visitor.work;
    this.#rate = new TokenBucket(settings.messagesPerSecond, burstSeconds);
    this.#initTimer = setTimeout(() => {
      this.happen("init timeout");
    }, settings.initSeconds * 1_000);
    webSocket.on("message", (data, isBinary) => {
      if (this.#mayHear()) this.#work.timed(() => this.#hear(data, isBinary));
    });
    webSocket.on("ping", (data) => {
      if (!this.#mayHear()) return;
      webSocket.pong(data);
      this.#checkQueue();
    });
    webSocket.on("pong", () => {
      this.#heard = true;
    });
    // each at its own time: all together they would keep the next event waiting
    const pulse = setInterval(() => {
      this.#checkPulse();
    }, settings.pingSeconds * 1_000);
    webSocket.on("close", () => {
      clearInterval(pulse);
      this.happen("lost");
    });
    // "close" follows, and a broken client is not the server's concern
    webSocket.on("error", () => undefined);
    if (webSocket.protocol !== protocol) this.happen("protocol");
  }

  /** Asks the other side for a sign of life; one that gave none since the last time is gone. */
  #checkPulse(): void {
    if (!this.#heard) {
      this.happen("silence");
      return;
    }
    this.#heard = false;
    this.#webSocket.ping();
  }

  /** Does what the table of states says. `message` is the one that happened, where it was one. */
  happen(event: ConnectionEvent, message: Readonly<Record<string, unknown>> = {}): void {
    const act = connectionActs[this.#state][event];
    switch (act) {
      case "ignore":
        return;
      case "acknowledge":
        clearTimeout(this.#initTimer);
        this.#state = "READY";
        this.#say({ type: "connection_ack", payload: this.#pulsePayload() });
        return;
      case "answer pong":
        this.#say({ type: "pong", payload: this.#pulsePayload() });
        return;
      case "run":
        this.#subscribe(message);
        return;
      case "end operation":
        this.#operations.stop(String(message["id"]));
        return;
      case "terminate":
        this.#webSocket.terminate();
        return;
      case "end":
        this.#end();
        return;
      default:
        this.#close(Number(act.slice("close ".length)) as keyof typeof closings);
    }
  }

  #close(code: keyof typeof closings): void {
    this.#end();
    this.#writeBatcher.release(this.#socket);
    this.#webSocket.close(code, closings[code]);
    setTimeout(() => {
      this.#webSocket.terminate();
    }, closeGrace).unref();
  }

  #end(): void {
    this.#state = "CLOSING";
    clearTimeout(this.#initTimer);
    this.#operations.stopAll();
  }

  #mayHear(): boolean {
    this.#heard = true;
    if (this.#rate.take() && !this.#work.isSpent) return true;
    this.happen("flood");
    return false;
  }

  #hear(data: RawData, isBinary: boolean): void {
    const message = isBinary ? undefined : parseRecord((data as Buffer).toString());
    switch (message?.["type"]) {
      case "connection_init":
      case "ping":
      case "pong":
      case "subscribe":
        this.happen(message["type"], message);
        return;
      case "complete":
        this.happen(typeof message["id"] === "string" ? "complete" : "other", message);
        return;
      default:
        this.happen("other");
    }
  }

  #pulsePayload(): object {
    const head = this.#service.hub.head;
    const reconnectWindow = Math.ceil(this.#countAll() / comebacksPerSecond) * 1_000;
    return {
      reconnectWindow,
      ...(head && { head: { number: String(head.number), timestamp: String(head.timestamp) } }),
    };
  }

  #subscribe({ id, payload }: Readonly<Record<string, unknown>>): void {
    const request = parseOperationRequest(payload);
    if (typeof id !== "string" || id.length === 0 || id.length > longestId) this.happen("other");
    else if (typeof request === "string") this.happen("other");
    else if (this.#operations.has(id)) this.happen("id taken");
    else {
      this.#operations.start(
        id,
        () => this.#service.operations.prepare(request),
        (ended) => this.#sink(id, ended),
      );
    }
  }

  #sink(id: string, ended: () => void): OperationSink {
    const prefix = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    const name = id.length <= longestSharedId ? `ws ${id}` : undefined;
    const frame = (encoded: Encoded): Buffer => textFrame(prefix, encoded.form("ws", bodyOf));
    return {
      next: (encoded) => {
        this.#service.stats.messages.websocket++;
        if (name === undefined) {
          const body = encoded.form("ws", bodyOf);
          this.#write(frameStart(prefix, body.length));
          this.#write(body);
        } else this.#write(encoded.form(name, frame));
        this.#checkQueue();
      },
      fail: (error) => {
        ended();
        this.#say({ id, type: "error", payload: errorsFor(this.#service, error) });
      },
      complete: () => {
        ended();
        this.#say({ id, type: "complete" });
      },
      drained: () => this.#drained(),
    };
  }

  #say(message: object): void {
    this.#write(textFrame(Buffer.from(JSON.stringify(message)), nothing));
    this.#checkQueue();
  }

  #write(bytes: Buffer): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    this.#writeBatcher.write(this.#socket, bytes);
  }

  #checkQueue(): void {
    if (this.#state === "CLOSING") return;
    if (this.#socket.writableLength > this.#settings.maxQueueBytes) this.closeSlow();
  }

  closeSlow(): void {
    this.#service.stats.slowConnections++;
    this.#service.note("Closed a connection that reads too slowly", {
      queued: this.#socket.writableLength,
    });
    this.happen("queue too long");
  }

  #drained(): Promise<void> | undefined {
    return drained(this.#socket);
  }
}

/** Clients that count their operations give the same short ids, so their frames are the same bytes. */
const longestSharedId = 2;

function bodyOf(encoded: Encoded): Buffer {
  return Buffer.from(`${encoded.json}}`);
}

const nothing = Buffer.alloc(0);

/** An unmasked text frame (RFC 6455, 5.2). */
function textFrame(first: Buffer, rest: Buffer): Buffer {
  return Buffer.concat([frameStart(first, rest.length), rest]);
}

/** The same as far as `first`; so many bytes are to follow it. */
function frameStart(first: Buffer, rest: number): Buffer {
  const length = first.length + rest;
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const start = Buffer.allocUnsafe(headerLength + first.length);
  start[0] = 0x81;
  if (headerLength === 2) {
    start[1] = length;
  } else if (headerLength === 4) {
    start[1] = 126;
    start.writeUInt16BE(length, 2);
  } else {
    start[1] = 127;
    start.writeBigUInt64BE(BigInt(length), 2);
  }
  first.copy(start, headerLength);
  return start;
}
