import { createLiveClient } from "../../packages/live-client/src/index.ts";
import { gist, openStream } from "./stream.ts";
import type { Chain } from "./world.ts";

/** An honest subscriber, who shows whether the others are unharmed. */
export async function openBystander(url: string, chain: Chain, room: number) {
  const statuses: string[] = [];
  const client = createLiveClient({ url });
  client.onState(({ status }) => statuses.push(status));
  const stream = openStream(client, { where: { subject: [String(room)] } });
  await stream.next();
  let value = 0;
  return {
    /** Milliseconds until an event that happens now is heard. */
    async delay(): Promise<number> {
      const start = performance.now();
      const wanted = `EVENT ${++value}`;
      await chain.note(room, value);
      await stream.until((message) => gist(message) === wanted);
      return performance.now() - start;
    },
    /** How often the connection had to be made. */
    connections: () => statuses.filter((status) => status === "connecting").length,
    close: () => client.close(),
  };
}

export type Bystander = Awaited<ReturnType<typeof openBystander>>;
