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

export type Count = { connected: true } | { messages: number; least: number };

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
if (Number(passing) > 0) {
  setInterval(() => {
    if (guests.length >= Number(passing)) guests.shift()?.terminate();
    void subscribe(() => undefined).then((socket) => guests.push(socket));
  }, changeEvery);
}
const tell = (count: Count): void => {
  process.send?.(count);
};
tell({ connected: true });
process.on("disconnect", () => process.exit());
process.on("message", () => {
  tell({ messages: counts.reduce((sum, count) => sum + count, 0), least: Math.min(...counts) });
});
