import { once } from "node:events";
import { WebSocket } from "ws";

export interface RawMessage {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** A WebSocket on which a test says exactly what it wants, after the greeting. */
export async function openRawSocket(url: string) {
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws");
  const waiting: RawMessage[] = [];
  let wake: () => void = () => undefined;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  socket.on("message", (data) => {
    waiting.push(JSON.parse((data as Buffer).toString()) as RawMessage);
    wake();
  });
  const next = async (): Promise<RawMessage> => {
    for (;;) {
      const message = waiting.shift();
      if (message) return message;
      await Promise.race([
        new Promise<void>((resolve) => (wake = resolve)),
        closed.then(({ code, reason }) => {
          throw new Error(`The server closed the connection: ${code} ${reason}`);
        }),
      ]);
    }
  };
  await once(socket, "open");
  socket.send('{"type":"connection_init"}');
  await next();
  return {
    closed,
    next,
    /** What has come and was not taken. */
    rest: () => Promise.resolve(waiting.splice(0)),
    send: (text: string) => {
      socket.send(text);
    },
    subscribe: (id: string, query: string, variables = {}) => {
      socket.send(JSON.stringify({ id, type: "subscribe", payload: { query, variables } }));
    },
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
    close: () => {
      socket.close();
    },
  };
}
