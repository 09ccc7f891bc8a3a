/** The peer: the same bytes for every connection as soon as a block arrives, and nothing else. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createPublicClient, webSocket } from "viem";
import { WebSocketServer } from "ws";

const [chainUrl = "", size = "600", events = "1"] = process.argv.slice(2);
const filler = "x".repeat(Number(size));
const kinds = [...Array.from({ length: Number(events) }, () => "EVENT"), "BLOCK"];
const messages = kinds.map((kind) =>
  Buffer.from(JSON.stringify({ id: "1", type: "next", payload: { kind, filler } })),
);

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  // answers the greeting and the subscription, so that the same load serves for both
  socket.on("message", () => {
    socket.send('{"type":"connection_ack"}');
  });
});
await once(server, "listening");
const chain = createPublicClient({ transport: webSocket(chainUrl) });
chain.watchBlockNumber({
  onBlockNumber: () => {
    for (const socket of server.clients) {
      for (const message of messages) socket.send(message, { binary: false });
    }
  },
});
process.send?.({ port: (server.address() as AddressInfo).port });
process.on("disconnect", () => process.exit());
