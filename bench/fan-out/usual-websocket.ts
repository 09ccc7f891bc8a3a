/** The other peer: graphql-ws as its documentation has it, each subscription executing and encoding for itself. */
import { once, setMaxListeners } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { useServer } from "graphql-ws/use/ws";
import { createPubSub, createSchema } from "graphql-yoga";
import { createPublicClient, webSocket } from "viem";
import { WebSocketServer } from "ws";

const [chainUrl = "", size = "600"] = process.argv.slice(2);
setMaxListeners(0);
const pubSub = createPubSub<{ events: [payload: object] }>();

const schema = createSchema({
  typeDefs: /* GraphQL */ `
    scalar JSON
    input EventFilter {
      subject: [String!]
    }
    type Event {
      id: String
      type: String
      account: String
      blockNumber: String
      args: JSON
    }
    type Block {
      number: String
    }
    type Message {
      kind: String
      cursor: String
      event: Event
      block: Block
    }
    type Query {
      nothing: String
    }
    type Subscription {
      events(where: EventFilter): Message
    }
  `,
  resolvers: {
    Subscription: {
      events: {
        subscribe: async function* () {
          const events = pubSub.subscribe("events");
          // where ours says that it has caught up
          yield { kind: "BLOCK" };
          yield* events;
        },
        resolve: (payload: unknown) => payload,
      },
    },
  },
});

const server = createServer();
const sockets = new WebSocketServer({ server, path: "/", perMessageDeflate: false });
useServer({ schema }, sockets);
server.listen(0, "127.0.0.1");
await once(server, "listening");
const args = { filler: "x".repeat(Number(size) / 2) };
const chain = createPublicClient({ transport: webSocket(chainUrl) });
chain.watchBlockNumber({
  onBlockNumber: (number) => {
    const block = { number: String(number) };
    const event = { id: "1", type: "Noted", account: "0x0", blockNumber: block.number, args };
    pubSub.publish("events", { kind: "EVENT", cursor: "c", event, block });
    pubSub.publish("events", { kind: "BLOCK", cursor: "c", event: null, block });
  },
});
process.send?.({ port: (server.address() as AddressInfo).port });
process.on("disconnect", () => process.exit());
