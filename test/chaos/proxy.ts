import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** Stands between two programs and does to their connections what networks do. */
export async function startProxy(target: string) {
  const { port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  const silenced = new WeakSet<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(targetPort), "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("data", (data) => {
        if (!silenced.has(socket)) other.write(data);
      });
      // "close" follows
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** The connections that there are stay open and carry nothing any more; new ones work. */
    hush() {
      for (const socket of sockets) silenced.add(socket);
    },
    /** Nobody gets through for as long as `meanwhile` takes. */
    async outage(meanwhile: () => Promise<unknown>) {
      server.close();
      for (const socket of sockets) socket.destroy();
      await meanwhile();
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
