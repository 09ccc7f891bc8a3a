/**
 * Loaded into an indexer (`--import`): kills it when it has written a batch of old events into some of the embedded database's
 * tables and not yet into the others. Once: the file that KILLED_IN_BATCH names remembers that it has happened.
 */
import { existsSync, writeFileSync } from "node:fs";

/** A batch is for more tables than this. */
const tables = 5;
const isWrite = /^(copy|insert into) "khipu"\."(?!_ponder)/i;

interface Database {
  readonly driver: { readonly instance?: { query(sql: string, ...rest: unknown[]): unknown } };
}

const memory = process.env["KILLED_IN_BATCH"];
let database: Database | undefined;

Object.defineProperty(globalThis, "PONDER_DATABASE", {
  configurable: true,
  get: () => database,
  set(found: Database) {
    database = found;
    const { instance } = found.driver;
    if (memory === undefined || !instance || existsSync(memory)) return;
    const query = instance.query.bind(instance);
    let written = 0;
    instance.query = (sql, ...rest) => {
      if (isWrite.test(sql) && ++written > tables) {
        writeFileSync(memory, "");
        process.kill(process.pid, "SIGKILL");
      }
      return query(sql, ...rest);
    };
  },
});
