import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to PostgreSQL whose listening connections can fall silent without an end, as behind a lost route. */
export async function openSilentProxy(url: string) {
  const target = new URL(url);
  const listening = new Set<Socket>();
  const all = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      all.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => all.delete(socket));
    }
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
    near.on("data", (data) => {
      if (data.includes("LISTEN")) listening.add(far);
    });
    near.pipe(far);
    far.pipe(near);
  }).listen(0, target.hostname);
  await once(server, "listening");
  const own = new URL(url);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    /** Nothing more comes from the connections that listen now; how many those are. */
    silence(): number {
      const silenced = listening.size;
      for (const far of listening) far.unpipe();
      for (const far of listening) far.resume();
      listening.clear();
      return silenced;
    },
    async stop(): Promise<void> {
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
