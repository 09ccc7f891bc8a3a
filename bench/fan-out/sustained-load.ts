/**
 * Subscribers that stay and count what they get, and, beside them, some that come and go. Tells its parent when those that stay are
 * connected, and what they have counted whenever it is asked.
 */
import { once } from "node:events";
import { WebSocket } from "ws";

const [url = "", staying = "0", passing = "0"] = process.argv.slice(2);
const query = `subscription {
  events { kind cursor event { id type account blockNumber args } block { number } }
}`;
/** How often one of those that come and go does so. */
const changeEvery = 50;

export interface Count {
  /** What those that stay have got in all, and the one of them that got least. */
  messages: number;
  least: number;
  /** How many of those that come and go have come, and how many did not get in. */
  came: number;
  refused: number;
}

export type Report = { connected: true } | Count;

const counts: number[] = [];

async function subscribe(hear: () => void): Promise<WebSocket> {
  const socket = new WebSocket(url, "graphql-transport-ws", { perMessageDeflate: false });
  await once(socket, "open");
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
  await once(socket, "message");
  socket.on("message", hear);
  return socket;
}

for (let index = 0; index < Number(staying); index++) {
  counts[index] = 0;
  await subscribe(() => (counts[index] = (counts[index] ?? 0) + 1));
}
const guests: WebSocket[] = [];
let came = 0;
let refused = 0;
if (Number(passing) > 0) {
  setInterval(() => {
    if (guests.length >= Number(passing)) guests.shift()?.terminate();
    subscribe(() => undefined).then(
      (socket) => {
        came++;
        guests.push(socket);
      },
      () => refused++,
    );
  }, changeEvery);
}
const tell = (report: Report): void => {
  process.send?.(report);
};
tell({ connected: true });
process.on("disconnect", () => process.exit());
process.on("message", () => {
  const messages = counts.reduce((sum, count) => sum + count, 0);
  tell({ messages, least: Math.min(...counts), came, refused });
});
