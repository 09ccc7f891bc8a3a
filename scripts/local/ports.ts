import { createServer } from "node:net";
import { Failure } from "../command.ts";

/** The port in environment variable `variable`, or `fallback`; throws when it is no port, or when something listens there. */
export async function claimPort(variable: string, fallback: number): Promise<number> {
  const value = process.env[variable];
  const port = value === undefined || value === "" ? fallback : Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure(`${variable} is "${value}": it must be a port number from 1 to 65535.`);
  }
  if (!(await isFree(port))) {
    throw new Failure(
      `Port ${port} is in use. Stop what listens there, or choose another port, for example ${variable}=${port + 1}.`,
    );
  }
  return port;
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
