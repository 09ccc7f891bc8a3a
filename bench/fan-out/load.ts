/**
 * Many subscribers in a process of their own. Tells its parent when all are connected, then, for each round, when each of
 * them got its first message.
 */
import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { WebSocket } from "ws";

const [url = "", count = "0", transport = "ws", variant = "same"] = process.argv.slice(2);
const subscribers = Number(count);
/** How many connect at a time; Ponder gives up on live queries when many begin together. */
const atOnce = transport === "sql" ? 10 : 200;
const query = `subscription ($where: EventFilter) {
  events(where: $where) { kind cursor event { id type account blockNumber args } block { number } }
}`;

let arrivals: number[] = [];

export type Report = { connected: true } | { arrivals: number[] };
const tell = (report: Report): void => {
  process.send?.(report);
};

const clock = (): number => performance.timeOrigin + performance.now();

/** Each round is so many messages: with us two, the event and the mark that its block is complete. */
function newCounter(perRound = 2): (messages: number) => void {
  let round = 0;
  let heard = 0;
  return (messages) => {
    heard += messages;
    if (heard <= round * perRound) return;
    round = Math.ceil(heard / perRound);
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
  await follow(sent, "event: next\n", newCounter());
}

/** Ponder's own live queries: each change sends the whole result again, here the newest event. */
async function subscribeBySql(): Promise<void> {
  const address = new URL("/sql/live", url.replace("ws", "http"));
  const sql = `select id, type, account, block_number, args from event order by id desc limit 1`;
  address.searchParams.set("sql", JSON.stringify({ json: { sql, params: [] } }));
  await follow(request(address, { agent: false }).end(), "data: ", newCounter(1));
}

/** Resolves at the first message, which is no event yet; `hear` gets the later ones. */
async function follow(
  sent: ClientRequest,
  mark: string,
  hear: (messages: number) => void,
): Promise<void> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  const countIn = (data: Buffer): number => data.toString("latin1").split(mark).length - 1;
  await new Promise<void>((resolve) => {
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

const transports = { ws: subscribeBySocket, sse: subscribeByEvents, sql: subscribeBySql };
if (!(transport in transports)) throw new Error(`There is no transport ${transport}.`);
const subscribe = transports[transport as keyof typeof transports];
for (let from = 0; from < subscribers; from += atOnce) {
  const size = Math.min(atOnce, subscribers - from);
  await Promise.all(Array.from({ length: size }, (_, offset) => subscribe(from + offset)));
}
tell({ connected: true });
// it lives until it is killed, or its parent is gone
process.on("disconnect", () => process.exit());
