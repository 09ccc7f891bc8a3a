/**
 * Many subscribers in a process of their own. Tells its parent when all are connected, then, for each round, when each of
 * them got its first message.
 */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { WebSocket } from "ws";

const [url = "", count = "0", transport = "ws", variant = "same"] = process.argv.slice(2);
const subscribers = Number(count);
const atOnce = 200;
const query = `subscription ($where: EventFilter) {
  events(where: $where) { kind cursor event { id type account blockNumber args } block { number } }
}`;

let arrivals: number[] = [];

export type Report = { connected: true } | { arrivals: number[] };
const tell = (report: Report): void => {
  process.send?.(report);
};

const clock = (): number => performance.timeOrigin + performance.now();

/** Each round is two messages: the event, and the mark that its block is complete. */
function newCounter(): (messages: number) => void {
  let round = 0;
  let heard = 0;
  return (messages) => {
    heard += messages;
    if (heard <= round * 2) return;
    round = Math.ceil(heard / 2);
    arrivals.push(clock());
    if (arrivals.length < subscribers) return;
    tell({ arrivals });
    arrivals = [];
  };
}

function variablesOf(index: number): object {
  // a hundred filters, each of which lets through what the benchmark emits
  return { where: variant === "same" ? {} : { subject: ["1", `none-${index % 100}`] } };
}

async function subscribeBySocket(index: number): Promise<void> {
  const socket = new WebSocket(url, "graphql-transport-ws", { perMessageDeflate: false });
  await once(socket, "open");
  const id = variant === "same" ? "1" : `subscriber-${index}`;
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  const payload = { query, variables: variablesOf(index) };
  socket.send(JSON.stringify({ id, type: "subscribe", payload }));
  await once(socket, "message");
  const hear = newCounter();
  socket.on("message", () => hear(1));
}

async function subscribeByEvents(index: number): Promise<void> {
  const sent = request(url.replace("ws", "http"), {
    method: "POST",
    agent: false,
    headers: { accept: "text/event-stream", "content-type": "application/json" },
  });
  sent.end(JSON.stringify({ query, variables: variablesOf(index) }));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const countIn = (data: Buffer): number =>
    data.toString("latin1").split("event: next\n").length - 1;
  await new Promise<void>((resolve) => {
    const hear = newCounter();
    let isReady = false;
    response.on("data", (data: Buffer) => {
      const messages = countIn(data);
      if (isReady) hear(messages);
      else if (messages > 0) {
        isReady = true;
        resolve();
      }
    });
  });
}

const subscribe = transport === "ws" ? subscribeBySocket : subscribeByEvents;
for (let from = 0; from < subscribers; from += atOnce) {
  const size = Math.min(atOnce, subscribers - from);
  await Promise.all(Array.from({ length: size }, (_, offset) => subscribe(from + offset)));
}
tell({ connected: true });
process.on("message", () => process.exit());
