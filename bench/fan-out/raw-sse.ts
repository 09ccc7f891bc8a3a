/** The peer over SSE: the same bytes for every response as soon as a block arrives, and nothing else. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createPublicClient, webSocket } from "viem";

const [chainUrl = "", size = "600"] = process.argv.slice(2);
const filler = "x".repeat(Number(size));
const messages = ["EVENT", "BLOCK"].map((kind) =>
  Buffer.from(`event: next\ndata: ${JSON.stringify({ kind, filler })}\n\n`),
);

const responses = new Set<ServerResponse>();
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "text/event-stream" });
  // where ours says that it has caught up
  response.write("event: next\ndata: {}\n\n");
  responses.add(response);
  response.on("close", () => responses.delete(response));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const chain = createPublicClient({ transport: webSocket(chainUrl) });
chain.watchBlockNumber({
  onBlockNumber: () => {
    for (const response of responses) for (const message of messages) response.write(message);
  },
});
process.send?.({ port: (server.address() as AddressInfo).port });
process.on("disconnect", () => process.exit());
