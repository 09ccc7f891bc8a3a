/**
 * Many subscribers in a process of their own. Tells its parent when all are connected, then, for each round that the
 * parent announces, when each of them got its first message.
 */
import { once } from "node:events";
import { WebSocket } from "ws";

const [url = "", count = "0", variant = "same"] = process.argv.slice(2);
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

async function subscribe(index: number): Promise<void> {
  const socket = new WebSocket(url, "graphql-transport-ws", { perMessageDeflate: false });
  await once(socket, "open");
  const id = variant === "same" ? "1" : `subscriber-${index}`;
  // a hundred filters, each of which lets through what the benchmark emits
  const where = variant === "same" ? {} : { subject: ["1", `none-${index % 100}`] };
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  socket.send(JSON.stringify({ id, type: "subscribe", payload: { query, variables: { where } } }));
  await once(socket, "message");
  let round = 0;
  let messages = 0;
  socket.on("message", () => {
    messages++;
    // each round is two messages: the event, and the mark that its block is complete
    if (messages !== round * 2 + 1) return;
    round++;
    arrivals.push(clock());
    if (arrivals.length < subscribers) return;
    tell({ arrivals });
    arrivals = [];
  });
}

for (let from = 0; from < subscribers; from += atOnce) {
  const size = Math.min(atOnce, subscribers - from);
  await Promise.all(Array.from({ length: size }, (_, offset) => subscribe(from + offset)));
}
tell({ connected: true });
process.on("message", () => process.exit());
