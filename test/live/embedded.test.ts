import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { atOneCheckpoint, select, separateReaders, tidy } from "../../indexer/live/ponder.ts";
import { Semaphore } from "../../indexer/live/limits/semaphore.ts";

/** The embedded database that Ponder brings. */
interface Embedded {
  exec(sql: string): Promise<unknown>;
  query(sql: string): Promise<{ rows: unknown[] }>;
  close(): Promise<void>;
}

const ofPonder = createRequire(
  createRequire(import.meta.url).resolve("../../node_modules/ponder/package.json"),
);
/** A module as Ponder itself imports it; `require` would give another copy. */
const importOfPonder = (name: string): Promise<unknown> =>
  import(ofPonder.resolve(name).replace(/\.cjs$/, ".js"));
const { PGlite } = (await importOfPonder("@electric-sql/pglite")) as { PGlite: new () => Embedded };
const { drizzle } = (await importOfPonder("drizzle-orm/pglite")) as {
  drizzle: (client: Embedded) => object;
};

let database: Embedded;
let executed: string[];
/** Ponder's query builder as it is on the embedded database: its transactions are just calls. */
const builder = () => ({
  raw: { execute: (sql: string) => database.query(sql) },
  transaction: (work: () => Promise<unknown>) => work(),
  async execute(sql: string) {
    executed.push(sql);
    await database.query(sql);
  },
  async wrap(
    how: { label: string } | ((db: { execute: (sql: string) => unknown }) => unknown),
    statement?: (db: unknown) => { toSQL: () => { sql: string } },
  ) {
    if (typeof how === "function") await how(this);
    else await this.execute(statement?.(this).toSQL().sql ?? "");
  },
});
let userQB: ReturnType<typeof builder>;
let adminQB: ReturnType<typeof builder>;
let syncQB: ReturnType<typeof builder>;

const savers = () =>
  select(async ({ execute }) => (await execute("SELECT id FROM saver")).rows as { id: number }[]);
const addSaver = (id: number) => (db: { execute: (sql: string) => unknown }) =>
  db.execute(`INSERT INTO saver VALUES (${id})`);

beforeEach(async () => {
  database = new PGlite();
  executed = [];
  userQB = builder();
  adminQB = builder();
  syncQB = builder();
  await database.exec(`
    CREATE TABLE saver (id INT); CREATE TABLE _reorg__saver (checkpoint INT);
    CREATE TABLE pool (id INT); CREATE TABLE _reorg__pool (checkpoint INT)`);
  Reflect.set(globalThis, "PONDER_PRE_BUILD", { ordering: "multichain" });
  Reflect.set(globalThis, "PONDER_DATABASE", {
    driver: { dialect: "pglite", instance: database },
    readonlyQB: userQB,
    userQB,
    adminQB,
    syncQB,
  });
  separateReaders();
});

afterEach(async () => {
  Reflect.deleteProperty(globalThis, "PONDER_PRE_BUILD");
  Reflect.deleteProperty(globalThis, "PONDER_DATABASE");
  await database.close();
});

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

test.each([
  ["says of itself", () => adminQB],
  ["keeps of the chain", () => syncQB],
])("what Ponder %s does not end with a block that fails", async (_, other) => {
  const begun = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<never>();
  const failing = userQB.transaction(() => {
    begun.resolve(undefined);
    return end.promise;
  });
  await begun.promise;
  const written = other().wrap(addSaver(1));
  end.reject(new Error("the process ends"));
  await expect(failing).rejects.toThrow("the process ends");
  await written;
  expect(await savers()).toEqual([{ id: 1 }]);
});

test("a block and whoever reads it go before what Ponder keeps of the chain", async () => {
  const kept = syncQB.wrap(addSaver(1));
  await Promise.resolve();
  const ends = Promise.withResolvers<undefined>();
  const block = userQB.transaction(async () => {
    await userQB.wrap(addSaver(2));
    await ends.promise;
  });
  // by now what is kept waits for the end of the block
  await setImmediate();
  await setImmediate();
  const isUrgent = true;
  const read = select(
    async ({ execute }) => (await execute("SELECT id FROM saver")).rows as unknown[],
    isUrgent,
  );
  ends.resolve(undefined);
  expect(await read).toEqual([{ id: 2 }]);
  await Promise.all([block, kept]);
  expect(await savers()).toEqual([{ id: 2 }, { id: 1 }]);
});

/** What Ponder does in each block's transaction, around the handlers. */
async function index(changed: readonly string[]): Promise<void> {
  const run = (sql: string) => userQB.wrap((db) => db.execute(sql));
  await userQB.transaction(async () => {
    await run("CREATE TEMP TABLE IF NOT EXISTS live_query_tables (table_name TEXT PRIMARY KEY)");
    for (const table of changed) await run(`INSERT INTO live_query_tables VALUES ('${table}')`);
    await Promise.all(
      ["saver", "pool"].map((table) =>
        userQB.wrap({ label: "commit_block" }, () => ({
          toSQL: () => ({ sql: `update "_reorg__${table}" set "checkpoint" = 7` }),
        })),
      ),
    );
    await run("TRUNCATE TABLE live_query_tables");
  });
}

test("after each block only the journals of the tables that it changed are marked", async () => {
  for (const table of ["saver", "pool"]) await index([table]);
  expect(executed.filter((sql) => sql.startsWith("update"))).toEqual([
    'update "_reorg__saver" set "checkpoint" = 7',
    'update "_reorg__pool" set "checkpoint" = 7',
  ]);
});

test("the list of changed tables is empty after each block, without a statement for that", async () => {
  await index(["saver"]);
  expect((await database.query("SELECT * FROM live_query_tables")).rows).toEqual([]);
  expect(executed.filter((sql) => sql.startsWith("TRUNCATE"))).toEqual([]);
});

test("the space of what is final is used again, a table at a time, and a block waits for one at most", async () => {
  Reflect.set(globalThis, "PONDER_NAMESPACE_BUILD", { schema: "public" });
  await database.exec(`
    INSERT INTO _reorg__saver SELECT n FROM generate_series(1, 50000) n;
    INSERT INTO pool SELECT n FROM generate_series(1, 10) n;
    DELETE FROM _reorg__saver;`);
  const size = async () => {
    const { rows } = await database.query("SELECT pg_relation_size('_reorg__saver') AS size");
    return Number((rows[0] as { size: unknown }).size);
  };
  expect(await size()).toBeGreaterThan(1_000_000);
  const order: string[] = [];
  const turns = new Semaphore(1, Infinity);
  const isUrgent = true;
  const tidied = tidy(database as never, turns).then(() => order.push("tidied"));
  await setImmediate();
  await turns.run(() => Promise.resolve(order.push("block")), { isUrgent });
  await tidied;
  expect(order).toEqual(["block", "tidied"]);
  expect(await size()).toBe(0);
  Reflect.deleteProperty(globalThis, "PONDER_NAMESPACE_BUILD");
});

/** Ponder's own query builder, which asks again what has failed. */
async function builderOfPonder(): Promise<object> {
  const path = "../../node_modules/ponder/dist/esm/database/queryBuilder.js";
  const { createQB } = (await import(path)) as {
    createQB: (database: object, options: { common: object }) => object;
  };
  const silent = () => undefined;
  const common = {
    logger: { trace: silent, warn: silent },
    metrics: {
      ponder_database_method_duration: { observe: silent },
      ponder_database_method_error_total: { inc: silent },
    },
    shutdown: { isKilled: false },
  };
  return createQB(drizzle(database), { common });
}

test("a query that is over is not asked again while a block waits", async () => {
  Reflect.set(globalThis, "PONDER_DATABASE", {
    ...(Reflect.get(globalThis, "PONDER_DATABASE") as object),
    readonlyQB: await builderOfPonder(),
  });
  interface Executing {
    execute: (sql: string) => Promise<unknown>;
  }
  interface Context {
    qb: { wrap: (how: object, read: (db: Executing) => Promise<unknown>) => Promise<unknown> };
  }
  let isWanted = true;
  const late = atOneCheckpoint(
    (_, context) => {
      isWanted = false;
      const { qb } = context as Context;
      return qb.wrap({ label: "read" }, (db) => db.execute("SELECT id FROM saver"));
    },
    { who: "somebody", deadlineMs: 5_000, isWanted: () => isWanted },
  );
  const startedAt = performance.now();
  await userQB.transaction(() => database.query("INSERT INTO saver VALUES (1)"));
  expect((await late).result).toThrow("The query took more than the 5 s");
  // asked again as often as Ponder does it would be a minute
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
