import { createRequire } from "node:module";
import { afterEach, beforeEach, expect, test } from "vitest";
import { select, separateReaders } from "../../indexer/live/ponder.ts";

/** The embedded database that Ponder brings. */
interface Embedded {
  exec(sql: string): Promise<unknown>;
  query(sql: string): Promise<{ rows: unknown[] }>;
  close(): Promise<void>;
}

const ofPonder = createRequire(
  createRequire(import.meta.url).resolve("../../node_modules/ponder/package.json"),
);
const { PGlite } = ofPonder("@electric-sql/pglite") as { PGlite: new () => Embedded };

let database: Embedded;
let executed: string[];
/** Ponder's query builder as it is on the embedded database: its transactions are just calls. */
const builder = () => ({
  raw: { execute: (sql: string) => database.query(sql) },
  transaction: (work: () => Promise<unknown>) => work(),
  wrap: async (_how: unknown, statement: (db: unknown) => { toSQL: () => { sql: string } }) => {
    const { sql } = statement(undefined).toSQL();
    executed.push(sql);
    await database.query(sql);
  },
});
let userQB: ReturnType<typeof builder>;
let adminQB: ReturnType<typeof builder>;

beforeEach(async () => {
  database = new PGlite();
  executed = [];
  userQB = builder();
  adminQB = builder();
  await database.exec(`
    CREATE TABLE saver (id INT); CREATE TABLE _reorg__saver (checkpoint INT);
    CREATE TABLE pool (id INT); CREATE TABLE _reorg__pool (checkpoint INT);
    CREATE TEMP TABLE live_query_tables (table_name TEXT PRIMARY KEY)`);
  Reflect.set(globalThis, "PONDER_DATABASE", {
    driver: { dialect: "pglite", instance: database },
    readonlyQB: userQB,
    userQB,
    adminQB,
  });
  separateReaders();
});

afterEach(async () => {
  Reflect.deleteProperty(globalThis, "PONDER_DATABASE");
  await database.close();
});

const savers = () =>
  select(async ({ execute }) => (await execute("SELECT id FROM saver")).rows as { id: number }[]);

test("a block that fails leaves nothing of itself in the embedded database", async () => {
  await userQB.transaction(() => database.query("INSERT INTO saver VALUES (1)"));
  const failing = userQB.transaction(async () => {
    await database.query("INSERT INTO saver VALUES (2)");
    throw new Error("the handler failed");
  });
  await expect(failing).rejects.toThrow("the handler failed");
  expect(await savers()).toEqual([{ id: 1 }]);
});

test("a transaction inside of another ends with it, and readers wait for that", async () => {
  let asked: Promise<unknown> = Promise.resolve();
  await userQB.transaction(async () => {
    await userQB.transaction(() => database.query("INSERT INTO saver VALUES (1)"));
    asked = savers();
    await database.query("INSERT INTO saver VALUES (2)");
  });
  expect(await asked).toEqual([{ id: 1 }, { id: 2 }]);
});

test("what Ponder writes for itself does not end with a block that fails", async () => {
  const begun = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<never>();
  const failing = userQB.transaction(() => {
    begun.resolve(undefined);
    return end.promise;
  });
  await begun.promise;
  const sql = "INSERT INTO saver VALUES (1)";
  const unlocked = adminQB.wrap({ label: "unlock" }, () => ({ toSQL: () => ({ sql }) }));
  end.reject(new Error("the process ends"));
  await expect(failing).rejects.toThrow("the process ends");
  await unlocked;
  expect(await savers()).toEqual([{ id: 1 }]);
});

test("after each block only the journals of the tables that it changed are marked", async () => {
  const mark = (table: string) =>
    userQB.wrap({ label: "commit_block" }, () => ({
      toSQL: () => ({ sql: `update "_reorg__${table}" set "checkpoint" = 7` }),
    }));
  await userQB.transaction(async () => {
    for (const table of ["saver", "pool"]) {
      await database.exec(
        `TRUNCATE live_query_tables; INSERT INTO live_query_tables VALUES ('${table}')`,
      );
      await Promise.all([mark("saver"), mark("pool")]);
    }
  });
  expect(executed).toEqual([
    'update "_reorg__saver" set "checkpoint" = 7',
    'update "_reorg__pool" set "checkpoint" = 7',
  ]);
});
