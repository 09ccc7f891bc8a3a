import { createServer } from "node:net";
import { Failure } from "../command.ts";

/** The port in environment variable `variable`, or `fallback`; throws when it is no port. */
export function readPort(variable: string, fallback: number): number {
  const value = process.env[variable];
  return portFrom(variable, value === undefined || value === "" ? String(fallback) : value);
}

/** The port that was given as `value`; throws when it is none. */
export function portFrom(source: string, value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new Failure(`${source} is "${value}": it must be a port number from 1 to 65535.`);
}

/** Throws when something listens on a port, and names one that is free. `choice` is how another is chosen: `NAME=`. */
export async function requireFreePort(port: number, choice: string): Promise<void> {
  if (await isFree(port)) return;
  throw new Failure(
    `Port ${port} is in use. Stop what listens there, or choose another port, for example ${choice}${await freePort()}.`,
  );
}

/** A port that nothing listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

async function isFree(port: number): Promise<boolean> {
  // A listener on every interface and one on loopback alone do not see each other, so both are tried.
  for (const host of ["127.0.0.1", "::"]) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code !== "EADDRINUSE" && error.code !== "EACCES");
      });
      server.listen(port, host, () => server.close(() => resolve(true)));
    });
    if (!free) return false;
  }
  return true;
}
