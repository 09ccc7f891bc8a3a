import { Allowance, delayBeforeConnecting, delayBeforeRetry } from "./backoff.ts";
import { asLiveError, closeVerdicts, errorsIn, LiveError, noReason } from "./errors.ts";
import { toJson } from "./document.ts";
import type { Host, Operation } from "./operation.ts";
import {
  parseMessage,
  protocol,
  type LiveSocket,
  type LiveSocketConstructor,
  type ServerMessage,
} from "./socket.ts";
import { StateKeeper, type Head } from "./state.ts";

/** A value, or what gives it, anew for each connection. */
export type Given<Value> = Value | (() => Value | Promise<Value>);

export function valueOf<Value extends object>(
  given: Given<Value> | undefined,
): Value | Promise<Value> | undefined {
  return typeof given === "function" ? given() : given;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly connectionParams: Given<object> | undefined;
  readonly WebSocket: LiveSocketConstructor | undefined;
  readonly maxMessageBytes: number;
}

/** A connection without subscriptions is kept this long, so that changing pages does not reconnect. */
const linger = 2_000;
/** The server is asked for a sign of life this often. Quiet for twice as long: the connection is dead, whatever the platform says. */
const patience = 10_000;
/** What a message has beside the request in it. */
const envelope = 60;
/** The close code that stands for what this side found out by itself; no server sends it. */
const ours = 4499;

const noSocket = "Node before 22 has no WebSocket: give createLiveClient that of the package ws.";

/** One WebSocket for all operations: made when there are any, made again when it is lost. */
export class Connection implements Host {
  readonly states = new StateKeeper();
  readonly #options: ConnectionOptions;
  readonly #operations = new Set<Operation>();
  /** What there is on the present socket. */
  #socket: LiveSocket | undefined;
  /** Tells this attempt from those before. */
  #turn: object | undefined;
  readonly #running = new Map<string, Operation>();
  readonly #toStart = new Set<Operation>();
  /** Started, and not known to have been taken by the server: each with the ping that was sent behind it. */
  readonly #unconfirmed = new Map<Operation, number>();
  #allowance = new Allowance();
  #lastId = 0;
  #pings = 0;
  #pongs = 0;
  #lastHeard = 0;
  /** Of the attempts. */
  #attempt = 0;
  #window = 0;
  /** One of many operations brings the connection down: they are started one by one to find it. */
  #isCareful = false;
  /** Until the next attempt, or until a connection without operations is given up. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pumping: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get #status() {
    return this.states.state.status;
  }

  add(operation: Operation): void {
    const { state } = this.states;
    if (state.status === "closed") {
      operation.fail(LiveError.of("CLOSED", `The client is closed: ${state.reason}`));
      return;
    }
    if (this.#requestOf(operation) === undefined) return;
    this.#operations.add(operation);
    if (this.#operations.size === 1) clearTimeout(this.#timer);
    if (state.status === "idle") void this.#connect();
    else this.start(operation);
  }

  start(operation: Operation): void {
    if (!this.#operations.has(operation)) return;
    this.#toStart.add(operation);
    this.#pump();
  }

  stop(operation: Operation): void {
    const { id } = operation;
    this.#toStart.delete(operation);
    if (id === undefined) return;
    operation.id = undefined;
    this.#running.delete(id);
    this.#send({ id, type: "complete" });
  }

  leave(operation: Operation): void {
    this.stop(operation);
    if (!this.#operations.delete(operation) || this.#operations.size > 0) return;
    if (this.#status === "waiting") this.#rest();
    else if (this.#status !== "closed") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#rest(), linger);
    }
  }

  readonly reconnect = (): void => {
    if (this.#status === "closed") return;
    this.#attempt = 0;
    this.#release();
    if (this.#operations.size > 0) void this.#connect();
    else if (this.#status !== "idle") this.#rest();
  };

  /** Ends everything, for good. */
  close(error?: LiveError): void {
    if (this.#status === "closed") return;
    this.#release();
    this.states.become({
      status: "closed",
      code: error?.status ?? 1000,
      reason: error?.message ?? "Closed by the application.",
    });
    const ended = [...this.#operations];
    this.#operations.clear();
    for (const operation of ended) {
      if (error) operation.fail(error);
      else operation.close();
    }
  }

  async #connect(): Promise<void> {
    const turn = {};
    this.#turn = turn;
    this.#lastHeard = Date.now();
    this.#pulse = setInterval(() => this.#checkPulse(), patience);
    this.states.become({ status: "connecting", attempt: this.#attempt });
    let init: string;
    try {
      const payload = await valueOf(this.#options.connectionParams);
      init = toJson({ type: "connection_init", payload });
    } catch (cause) {
      if (turn === this.#turn) this.#lose(ours, `connectionParams failed: ${String(cause)}`);
      return;
    }
    if (turn === this.#turn) this.#open(turn, init);
  }

  #open(turn: object, init: string): void {
    const { url } = this.#options;
    const Socket =
      this.#options.WebSocket ?? (globalThis as { WebSocket?: LiveSocketConstructor }).WebSocket;
    if (!Socket) {
      this.close(LiveError.of("NO_WEBSOCKET", noSocket));
      return;
    }
    let socket: LiveSocket;
    try {
      socket = new Socket(url.replace(/^http/, "ws"), protocol);
    } catch (cause) {
      this.close(LiveError.of("BAD_URL", `No WebSocket can be opened to ${url}.`, { cause }));
      return;
    }
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (turn === this.#turn) socket.send(init);
    });
    socket.addEventListener("message", ({ data }) => {
      if (turn === this.#turn) this.#hear(data);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (turn === this.#turn) this.#lost(code, reason);
    });
    // "close" follows and says more
    socket.addEventListener("error", () => undefined);
  }

  #checkPulse(): void {
    if (Date.now() - this.#lastHeard >= 2 * patience) {
      this.#lose(ours, "The server has gone quiet.");
    } else if (this.#status === "open") {
      // it has stood for a while
      this.#attempt = 0;
      this.#ping();
    }
  }

  #ping(): void {
    this.#pings++;
    this.#send({ type: "ping" });
  }

  #send(message: object): void {
    if (this.#status !== "open") return;
    this.#allowance.take(1);
    this.#socket?.send(toJson(message));
  }

  /** Lets go of the present socket and all that belongs to it. */
  #release(code = 1000): void {
    this.#turn = undefined;
    clearInterval(this.#pulse);
    clearTimeout(this.#timer);
    (globalThis as Partial<EventTarget>).removeEventListener?.("online", this.reconnect);
    for (const operation of this.#running.values()) operation.id = undefined;
    this.#running.clear();
    this.#toStart.clear();
    this.#unconfirmed.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(code);
  }

  #rest(): void {
    this.#release();
    this.states.become({ status: "idle" });
  }

  /** The server, or the way to it, has ended the connection. */
  #lost(code: number, said: string): void {
    const usual =
      this.#status === "open"
        ? `The connection was lost (${code}).`
        : `No connection (${code}): the server is away, full, or refuses this origin.`;
    const reason = said || usual;
    const verdict = closeVerdicts[code];
    if (verdict === "fatal") {
      this.close(LiveError.of("CONNECTION_REFUSED", reason, { status: code }));
      return;
    }
    const suspects = [...this.#unconfirmed.keys()];
    this.#lose(code, reason);
    if (verdict !== "operation") return;
    if (suspects.length > 1) this.#isCareful = true;
    else {
      const name = code === 1009 ? "OPERATION_TOO_LARGE" : "BAD_REQUEST";
      suspects[0]?.fail(LiveError.of(name, reason, { status: code }));
    }
  }

  #lose(code: number, reason: string): void {
    // what this side ends by itself it gives a code that it may give
    this.#release(code === 4400 ? code : undefined);
    if (this.#operations.size === 0) {
      this.#rest();
      return;
    }
    const delay = delayBeforeConnecting(this.#attempt++, this.#window);
    this.#timer = setTimeout(() => void this.#connect(), delay);
    (globalThis as Partial<EventTarget>).addEventListener?.("online", this.reconnect);
    this.states.become({
      status: "waiting",
      attempt: this.#attempt,
      retryAt: Date.now() + delay,
      code,
      reason,
    });
  }

  #hear(data: unknown): void {
    this.#lastHeard = Date.now();
    const message = parseMessage(data);
    if (!message) {
      this.#lose(4400, "The server does not speak graphql-transport-ws.");
      return;
    }
    if ("id" in message) this.#hearFor(message);
    else this.#hearOf(message);
  }

  /** What is about the connection itself. */
  #hearOf(message: Exclude<ServerMessage, { id: string }>): void {
    switch (message.type) {
      case "connection_ack":
        if (this.#status === "connecting") this.#acknowledged(message.payload);
        return;
      case "ping":
        this.#send({ type: "pong" });
        this.states.learn(this.#learn(message.payload));
        return;
      case "pong":
        this.#pongs++;
        for (const [operation, ping] of this.#unconfirmed) {
          if (ping <= this.#pongs) this.#unconfirmed.delete(operation);
        }
        this.states.learn(this.#learn(message.payload));
        this.#pump();
    }
  }

  #hearFor(message: Extract<ServerMessage, { id: string }>): void {
    const operation = this.#running.get(message.id);
    if (!operation) return;
    this.#unconfirmed.delete(operation);
    switch (message.type) {
      case "next":
        this.#attempt = 0;
        operation.accept(message.payload);
        break;
      case "error": {
        this.#ended(operation, message.id);
        const error = new LiveError(errorsIn(message.payload) ?? [{ message: noReason }]);
        if (error.isRetryable) this.#retryLater(operation, error);
        else operation.fail(error);
        break;
      }
      case "complete":
        this.#ended(operation, message.id);
        operation.complete();
    }
    this.#pump();
  }

  #ended(operation: Operation, id: string): void {
    this.#running.delete(id);
    operation.id = undefined;
  }

  #learn(payload: unknown): Head | undefined {
    const { head, reconnectWindow } = (payload ?? {}) as Pulse;
    this.#window = reconnectWindow ?? this.#window;
    return head;
  }

  #acknowledged(payload: unknown): void {
    this.#lastId = this.#pings = this.#pongs = 0;
    this.#allowance = new Allowance();
    // all again, in the order in which they were asked for
    this.#toStart.clear();
    for (const operation of this.#operations) {
      if (operation.retry === undefined && !operation.isPaused) this.#toStart.add(operation);
    }
    this.states.become({ status: "open" }, this.#learn(payload));
    this.#pump();
  }

  #retryLater(operation: Operation, error: LiveError): void {
    const delay = delayBeforeRetry(operation.refusals++, error.retryAfter);
    operation.retry = setTimeout(() => {
      operation.retry = undefined;
      this.start(operation);
    }, delay);
    operation.waits(error, Date.now() + delay);
  }

  /** Starts what is to be started, as fast as a server likes it. */
  #pump(): void {
    if (this.#status !== "open") return;
    if (this.#toStart.size === 0 && this.#unconfirmed.size === 0) this.#isCareful = false;
    let hasStarted = false;
    for (const operation of this.#toStart) {
      if (this.#isCareful && this.#unconfirmed.size > 0) break;
      const wait = this.#allowance.take(0);
      if (wait > 0) {
        clearTimeout(this.#pumping);
        this.#pumping = setTimeout(() => this.#pump(), wait);
        break;
      }
      this.#toStart.delete(operation);
      this.#begin(operation);
      hasStarted = true;
    }
    if (hasStarted) this.#ping();
  }

  #begin(operation: Operation): void {
    const text = this.#requestOf(operation);
    if (text === undefined) return;
    const id = String(++this.#lastId);
    operation.id = id;
    this.#running.set(id, operation);
    this.#unconfirmed.set(operation, this.#pings + 1);
    this.#allowance.take(1);
    this.#socket?.send(`{"id":"${id}","type":"subscribe","payload":${text}}`);
  }

  /** Undefined where it cannot be sent: then it is told so. */
  #requestOf(operation: Operation): string | undefined {
    try {
      const text = operation.request();
      const length = new TextEncoder().encode(text).length + envelope;
      const { maxMessageBytes: most } = this.#options;
      if (length <= most) return text;
      throw LiveError.of("OPERATION_TOO_LARGE", `This has ${length} bytes: ${most} may be sent.`);
    } catch (error) {
      operation.fail(asLiveError(error));
      return undefined;
    }
  }
}

/** What the server says of itself with each sign of life. */
interface Pulse {
  readonly head?: Head;
  /** Milliseconds over which clients are to spread out when they come back. */
  readonly reconnectWindow?: number;
}
