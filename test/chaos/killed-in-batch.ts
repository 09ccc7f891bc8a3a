/**
 * Loaded into an indexer (`--import`): kills it when it has written a batch of old events into some of the tables and not yet
 * into the others. Once: the file that KILLED_IN_BATCH names remembers that it has happened.
 */
import { existsSync, writeFileSync } from "node:fs";

/** A batch is for more tables than this. */
const tables = 5;
const isWrite = /^(copy|insert into) "khipu"\."(?!_ponder)/i;

interface Connection {
  query(statement: string | { readonly text?: string }, ...rest: unknown[]): unknown;
}

interface Database {
  readonly driver: {
    /** The embedded database. */
    readonly instance?: Connection;
    /** The connections over which PostgreSQL is written. */
    readonly user?: { on(event: "connect", listener: (connection: Connection) => void): unknown };
  };
}

const memory = process.env["KILLED_IN_BATCH"];
let database: Database | undefined;
let written = 0;

Object.defineProperty(globalThis, "PONDER_DATABASE", {
  configurable: true,
  get: () => database,
  set(found: Database) {
    database = found;
    const { instance, user } = found.driver;
    if (memory === undefined || existsSync(memory)) return;
    if (instance) dieWritingOver(instance, memory);
    user?.on("connect", (connection) => dieWritingOver(connection, memory));
  },
});

function dieWritingOver(connection: Connection, memory: string): void {
  const query = connection.query.bind(connection);
  connection.query = (statement, ...rest) => {
    const sql = typeof statement === "string" ? statement : (statement.text ?? "");
    if (isWrite.test(sql) && ++written > tables) {
      writeFileSync(memory, "");
      process.kill(process.pid, "SIGKILL");
    }
    return query(statement, ...rest);
  };
}
