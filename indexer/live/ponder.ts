/**
 * Everything that this layer takes from inside Ponder (0.17.7). Ponder promises nothing about these parts;
 * test/live/ponder.test.ts fails when they change.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { GraphQLSchema } from "graphql";
import pg from "pg";
import { sql, type ReadonlyDrizzle } from "ponder";
import type { Registry } from "prom-client";
import { currentExecution, Execution } from "./queries/execution.ts";
import { Semaphore } from "./limits/semaphore.ts";

const require = createRequire(import.meta.url);

interface Logger {
  info(entry: { msg: string; [detail: string]: unknown }): void;
  warn(entry: { msg: string; [detail: string]: unknown }): void;
  error(entry: { msg: string; [detail: string]: unknown }): void;
}

interface QueryBuilder {
  readonly raw: ReadonlyDrizzle;
  transaction<Result>(
    run: (transaction: QueryBuilder) => Promise<Result>,
    config: { isolationLevel: "repeatable read"; accessMode: "read only" },
  ): Promise<Result>;
}

/** What the indexer writes with: each block in one call of `transaction`, each statement in one of `wrap`. */
interface WritingQueryBuilder {
  transaction: (...args: readonly unknown[]) => Promise<unknown>;
  wrap: (
    how: { readonly label?: string } | ((database: Executing) => unknown),
    statement?: (database: unknown) => { toSQL: () => { sql: string } },
    ...rest: readonly unknown[]
  ) => Promise<unknown>;
}

interface Executing {
  execute(statement: unknown): Promise<unknown>;
}

interface PGlite {
  query(sql: string): Promise<{ rows: Record<string, unknown>[] }>;
  onNotification(listener: (channel: string, payload: string) => void): () => void;
}

interface Globals {
  readonly PONDER_COMMON: {
    readonly logger: Logger;
    readonly options: { maxThreads: number };
    readonly metrics: { readonly port?: number; readonly registry: Registry };
    readonly apiShutdown: { readonly add: (callback: () => unknown) => void };
  };
  readonly PONDER_DATABASE: {
    readonly driver:
      | { readonly dialect: "pglite"; readonly instance: PGlite }
      | { readonly dialect: "postgres"; readonly readonly: pg.Pool };
    readonly readonlyQB: QueryBuilder;
    readonly userQB: WritingQueryBuilder;
    readonly adminQB: Pick<WritingQueryBuilder, "wrap">;
    /** Keeps what the chain's node has answered. */
    readonly syncQB: Pick<WritingQueryBuilder, "wrap">;
  };
  readonly PONDER_NAMESPACE_BUILD: { readonly schema: string };
  readonly PONDER_PRE_BUILD: { readonly ordering: string };
  readonly PONDER_INDEXING_BUILD: {
    readonly chains: readonly IndexedChain[];
    readonly rpcs: readonly {
      request(body: { method: string; params?: unknown[] }): Promise<unknown>;
    }[];
  };
}

interface GraphqlModule {
  readonly buildGraphQLSchema: (options: { schema: Record<string, unknown> }) => GraphQLSchema;
  readonly buildDataLoaderCache: (builder: QueryBuilder) => unknown;
}

function globals(): Globals {
  if (!("PONDER_DATABASE" in globalThis)) {
    throw new Error("The live layer runs inside Ponder: call it from src/api/index.ts.");
  }
  return globalThis as unknown as Globals;
}

/** A file of Ponder's that its package does not export. */
function ponderFile(path: string): string {
  const folders = require.resolve.paths("ponder") ?? [];
  const found = folders.map((folder) => join(folder, "ponder", path)).find(existsSync);
  if (!found) throw new Error(`Ponder has no file ${path}: the live layer needs version 0.17.7.`);
  return found;
}

export function logger(): Logger {
  return globals().PONDER_COMMON.logger;
}

/** Ponder's own copy of the metrics library, and the registry that it serves at /metrics. */
export function prometheus(): {
  readonly client: typeof import("prom-client");
  readonly registry: Registry;
} {
  const ofPonder = createRequire(ponderFile("package.json"));
  return {
    client: ofPonder("prom-client") as typeof import("prom-client"),
    registry: globals().PONDER_COMMON.metrics.registry,
  };
}

export function onShutdown(callback: () => void): void {
  globals().PONDER_COMMON.apiShutdown.add(callback);
}

/**
 * At SIGTERM the bundler inside Ponder ends the process, before Ponder has unlocked and closed its database; the next start
 * would wait for that lock. From now on Ponder alone ends it.
 */
export function endInOrder(): void {
  for (const listener of process.listeners("SIGTERM")) {
    if (listener.name === "closeServerAndExit") process.off("SIGTERM", listener);
  }
}

export interface IndexedChain {
  readonly id: number;
  readonly name: string;
}

export function indexedChains(): readonly IndexedChain[] {
  return globals().PONDER_INDEXING_BUILD.chains;
}

/** The chain whose events are streamed: that with the id, or else the first. Cursors are places on one chain. */
export function indexedChain(id?: number): IndexedChain {
  const chains = indexedChains();
  const chain = id === undefined ? chains[0] : chains.find((known) => known.id === id);
  if (chain) return chain;
  const ids = chains.map((known) => known.id).join(", ");
  throw new Error(`The chain ${id ?? ""} is not indexed: these are: ${ids}.`);
}

/** The number of a chain's newest block by its node, or undefined when no node answers. */
export async function chainHead(chainId: number): Promise<number | undefined> {
  const answer = await askChain(chainId, { method: "eth_blockNumber" });
  return typeof answer === "string" ? Number(answer) : undefined;
}

/** The hash that a chain's block of this number has by its node, or undefined when no node knows. */
export async function chainBlockHash(chainId: number, number: number): Promise<string | undefined> {
  const method = "eth_getBlockByNumber";
  const block = await askChain(chainId, { method, params: [`0x${number.toString(16)}`, false] });
  const isBlock = typeof block === "object" && block !== null && "hash" in block;
  return isBlock ? String(block.hash) : undefined;
}

async function askChain(
  chainId: number,
  body: { method: string; params?: unknown[] },
): Promise<unknown> {
  const { chains, rpcs } = globals().PONDER_INDEXING_BUILD;
  try {
    return await rpcs[chains.findIndex(({ id }) => id === chainId)]?.request(body);
  } catch {
    return undefined;
  }
}

const embeddedTurns = new WeakMap<object, Semaphore>();

/**
 * The turns of writing and reading in the embedded database. There Ponder's transactions are none: its statements go to
 * one connection as they come, a reader between two of them would see half a block, and whoever dies leaves it. Here
 * they become real ones, and readers wait for their end.
 */
function turnsOfEmbedded(
  { instance }: { instance: PGlite },
  { userQB, adminQB, syncQB }: Pick<Globals["PONDER_DATABASE"], "userQB" | "adminQB" | "syncQB">,
): Semaphore {
  let turns = embeddedTurns.get(userQB);
  if (!turns) {
    const own = (turns = new Semaphore(1, Infinity));
    embeddedTurns.set(userQB, own);
    const write = userQB.transaction.bind(userQB);
    const isWriting = new AsyncLocalStorage<true>();
    // readers give way to a block: everybody waits for what it brings
    const isUrgent = true;
    userQB.transaction = (...args) =>
      isWriting.getStore()
        ? write(...args)
        : own.run(() => isWriting.run(true, () => atomically(instance, () => write(...args))), {
            isUrgent,
          });
    withinExecutions(instance);
    commitOnlyChanged(instance, userQB);
    emptyAtCommit(userQB);
    const keepApart = (builder: Pick<WritingQueryBuilder, "wrap">): void => {
      const run = builder.wrap.bind(builder);
      builder.wrap = async (...args) => {
        if (isWriting.getStore()) return run(...args);
        // a block that comes at the same time goes first
        await setImmediate();
        return own.run(() => run(...args));
      };
    };
    // A block that fails takes along what is written amidst it. That must not be Ponder's last word, that the database is
    // free, and not what the node has answered, which Ponder then believes to have.
    keepApart(adminQB);
    keepApart(syncQB);
  }
  return turns;
}

async function atomically<Result>(database: PGlite, work: () => Promise<Result>): Promise<Result> {
  await database.query("BEGIN");
  try {
    const result = await work();
    await database.query("COMMIT");
    return result;
  } catch (error) {
    // a database that cannot even do that has nothing more to say than the first error
    await database.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/**
 * After each block Ponder writes into every table's journal which block its new rows are of. Where there are none that
 * is a statement for nothing, and here each costs a millisecond.
 */
function commitOnlyChanged(database: PGlite, userQB: WritingQueryBuilder): void {
  const run = userQB.wrap.bind(userQB);
  let changed: Promise<Set<string>> | undefined;
  const readChanged = async (): Promise<Set<string>> => {
    try {
      const { rows } = await database.query("SELECT table_name FROM live_query_tables");
      return new Set(rows.map(({ table_name }) => `"_reorg__${wholeTable(String(table_name))}"`));
    } finally {
      changed = undefined;
    }
  };
  userQB.wrap = async (how, statement, ...rest) => {
    if (typeof how === "object" && how.label === "commit_block" && statement) {
      changed ??= readChanged();
      const journal = /"_reorg__\w+"/.exec(statement(userQB).toSQL().sql)?.[0];
      if (journal && !(await changed).has(journal)) return undefined;
    }
    return run(how, statement, ...rest);
  };
}

/**
 * Ponder empties its list of changed tables with a TRUNCATE, which makes a new file after each block and takes a fifth of
 * a small one's time. In a real transaction the list can be empty again at its end by itself.
 */
function emptyAtCommit(userQB: WritingQueryBuilder): void {
  const run = userQB.wrap.bind(userQB);
  userQB.wrap = (how, ...rest) => {
    if (typeof how !== "function") return run(how, ...rest);
    return run(
      (database) => {
        const execute = (statement: unknown): Promise<unknown> => {
          if (statement === "TRUNCATE TABLE live_query_tables") return Promise.resolve();
          const text = String(statement);
          const isList = /^CREATE TEMP TABLE IF NOT EXISTS live_query_tables \(.*\)$/.test(text);
          return database.execute(isList ? `${text} ON COMMIT DELETE ROWS` : statement);
        };
        // everything else as it is
        const emptying = Object.create(database, { execute: { value: execute } }) as Executing;
        return how(emptying);
      },
      ...rest,
    );
  };
}

/** How often the embedded database looks for space that nothing needs any more. PostgreSQL does that by itself. */
const tidyEvery = 300_000;
/** A larger table is only added to, but for a reorganisation now and then; to look through it would keep blocks waiting. */
const tidiedBytes = 67_108_864;

/** Has the embedded database use space again, of what is final in Ponder's journals above all. Returns the function that stops it. */
export function reuseSpace(): () => void {
  const { driver, ...builders } = globals().PONDER_DATABASE;
  if (driver.dialect !== "pglite") return () => undefined;
  const timer = setInterval(() => {
    tidy(driver.instance, turnsOfEmbedded(driver, builders)).catch((error: unknown) => {
      logger().warn({ msg: "Live layer could not tidy up the database", error });
    });
  }, tidyEvery);
  return () => clearInterval(timer);
}

/** Each table in a turn of its own, behind the block and its readers. */
export async function tidy(database: PGlite, turns: Semaphore): Promise<void> {
  const tables = `SELECT oid::regclass::text AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = '"${databaseSchema()}"'::regnamespace
      AND pg_relation_size(oid) BETWEEN 1 AND ${tidiedBytes}`;
  const { rows } = await turns.run(() => database.query(tables));
  for (const { name } of rows) {
    await setImmediate();
    await turns.run(() => database.query(`VACUUM ${String(name)}`));
  }
}

/**
 * Has the chains write one after the other, in this thread. Two that take rows back at the same time would wait for each other's
 * parts of the tables, and Ponder tries again without letting go of what it holds.
 */
function takeTurns(userQB: WritingQueryBuilder): void {
  globals().PONDER_COMMON.options.maxThreads = 1;
  const turns = new Semaphore(1, Infinity);
  const write = userQB.transaction.bind(userQB);
  userQB.transaction = (...args) => turns.run(() => write(...args));
}

const bounded = new WeakSet<pg.PoolClient>();

/** From now on nobody reads while a block is being written, nor for too long. To be called before anything is read. */
export function separateReaders(): void {
  const database = globals().PONDER_DATABASE;
  if (database.driver.dialect === "pglite") turnsOfEmbedded(database.driver, database);
  else {
    if (isApart()) takeTurns(database.userQB);
    database.driver.readonly.on("acquire", (client) => {
      if (bounded.has(client)) return;
      bounded.add(client);
      withinExecutions(client);
    });
  }
}

/** Statements of an execution wait for those before, and fail once it is to have no answer. */
function withinExecutions(client: { query: (...args: never[]) => unknown }): void {
  const run = client.query.bind(client) as (...args: readonly unknown[]) => Promise<unknown>;
  client.query = (...args: readonly unknown[]) =>
    currentExecution()?.statement(() => run(...args)) ?? run(...args);
}

/** Reads while no block is half written. */
async function whole<Result>(
  read: () => Promise<Result>,
  order: { isUrgent?: boolean; who?: unknown },
): Promise<Result> {
  const turns = readersTurns();
  return turns ? turns.run(read, order) : read();
}

/** The turns that readers have to take; undefined where the database knows how to keep them apart. */
function readersTurns(): Semaphore | undefined {
  const { driver, ...builders } = globals().PONDER_DATABASE;
  return driver.dialect === "pglite" ? turnsOfEmbedded(driver, builders) : undefined;
}

/** Runs one statement; an urgent one before all that waits for the embedded database. */
export function select<Result>(
  statement: (database: ReadonlyDrizzle) => PromiseLike<Result>,
  isUrgent = false,
): Promise<Result> {
  return whole(async () => statement(globals().PONDER_DATABASE.readonlyQB.raw), { isUrgent });
}

export function databaseSchema(): string {
  return globals().PONDER_NAMESPACE_BUILD.schema;
}

/**
 * Something that is another one after rows have been taken back. Ponder notifies nobody of that and leaves the checkpoint where it
 * was, but makes the trigger behind its notifications anew; so it does when it starts.
 */
export function reverts() {
  const table = `"${databaseSchema()}"."_ponder_checkpoint"`;
  return sql`coalesce((select t.oid::text from pg_trigger t
    where t.tgrelid = ${table}::regclass and t.tgname = 'live_query_notify'), '')`;
}

function isApart(): boolean {
  return globals().PONDER_PRE_BUILD.ordering === "experimental_isolated";
}

/** Where each chain is kept apart, the tables that Ponder says to have changed are the parts of single chains. */
function wholeTable(name: string): string {
  return isApart() ? name.replace(/_\d+$/, "") : name;
}

/** The database's name for a table; undefined for what is none. */
export function tableName(table: unknown): string | undefined {
  if (typeof table !== "object" || table === null) return undefined;
  const name: unknown = Reflect.get(table, Symbol.for("drizzle:Name"));
  return typeof name === "string" ? name : undefined;
}

export interface Column {
  readonly columnType: string;
  readonly dataType: string;
  readonly notNull: boolean;
  /** Of what a column is whose values are lists. */
  readonly baseColumn?: Column;
}

/** A table's columns by their names in TypeScript. */
export function columnsOf(table: object): Record<string, Column> {
  return Reflect.get(table, Symbol.for("drizzle:Columns")) as Record<string, Column>;
}

function graphqlModule(): GraphqlModule {
  return require(ponderFile("dist/esm/graphql/index.js")) as GraphqlModule;
}

/** The schema that Ponder's own endpoint would serve. */
export function generatedSchema(tables: Record<string, unknown>): GraphQLSchema {
  return graphqlModule().buildGraphQLSchema({ schema: tables });
}

/** Who reads for how long at most. */
export interface Reading {
  readonly who: unknown;
  readonly deadlineMs: number;
  readonly isWanted: () => boolean;
}

/** How long a reader of the embedded database may make a block wait. */
const wayGivenAfterMs = 150;

/**
 * Runs something on one state of the database, with the context that the generated resolvers want. Gives what came of it with the
 * milliseconds that it took, or an error; and whether it was given up because a block waits.
 */
export async function atOneCheckpoint<Result>(
  run: (database: ReadonlyDrizzle, context: object, execution: Execution) => Promise<Result>,
  { who, deadlineMs, isWanted }: Reading,
): Promise<{
  readonly spent: number;
  readonly hasGivenWay: boolean;
  readonly result: () => Result;
}> {
  const { buildDataLoaderCache } = graphqlModule();
  const turns = readersTurns();
  const mustGiveWay = (forMs: number): boolean =>
    turns?.isUrgent === true && forMs > wayGivenAfterMs;
  return whole(
    async () => {
      const execution = new Execution(deadlineMs, isWanted, mustGiveWay);
      const result = await execution.run(() =>
        globals().PONDER_DATABASE.readonlyQB.transaction(
          async (transaction) => {
            const qb = askedOnce(transaction);
            const context = { qb, getDataLoader: buildDataLoaderCache(qb) };
            try {
              const value = await run(transaction.raw, context, execution);
              return () => value;
            } catch (error) {
              // Ponder would try again
              if (!execution.isOver) throw error;
              return () => {
                throw error as Error;
              };
            }
          },
          { isolationLevel: "repeatable read", accessMode: "read only" },
        ),
      );
      return { spent: execution.spent, hasGivenWay: execution.hasGivenWay, result };
    },
    { who },
  );
}

/**
 * A transaction that asks once. Ponder asks the embedded database again, ten times in a minute, while a reader has it to itself;
 * an execution that is over would keep everybody waiting.
 */
function askedOnce(transaction: QueryBuilder): QueryBuilder {
  type Statement = (database: unknown) => unknown;
  const wrap = (...[how, statement]: [Statement] | [object, Statement]): unknown =>
    (statement ?? (how as Statement))(transaction);
  return Object.create(transaction, { wrap: { value: wrap } }) as QueryBuilder;
}

/** As a column of a transaction's first statement: ends those that follow when they take longer. The embedded database has no clock. */
export function timeLimit(milliseconds: number) {
  return globals().PONDER_DATABASE.driver.dialect === "pglite"
    ? sql`null`
    : sql`set_config('statement_timeout', ${String(Math.ceil(milliseconds))}, true)`;
}

/**
 * Calls back after each live block with the names of the tables that it changed, and with undefined when any of
 * them may have changed unheard. A revert is not announced by anybody.
 */
export function onCommit(listener: (tables: readonly string[] | undefined) => void): () => void {
  const channel = `${databaseSchema()}_live_query`;
  const { driver } = globals().PONDER_DATABASE;
  const hear = (payload: string | undefined): void => {
    listener(payload === undefined ? undefined : (JSON.parse(payload) as string[]).map(wholeTable));
  };
  if (driver.dialect === "pglite") {
    const stop = driver.instance.onNotification((name, payload) => {
      if (name === channel) hear(payload);
    });
    driver.instance.query(`LISTEN "${channel}"`).catch((error: unknown) => {
      logger().error({ msg: "Live layer cannot listen to the database", error });
    });
    return stop;
  }
  return listen(driver.readonly.options, channel, hear);
}

const reconnectDelay = 250;
/** How often a connection that hears nothing has to prove that it would. */
const probeEvery = 5_000;

/**
 * A connection of its own: Ponder's pools are small, and a place held in them blocks its work. It notifies itself of
 * something now and then, because a connection can fall silent without an end.
 */
function listen(
  options: pg.ClientConfig,
  channel: string,
  hear: (payload: string | undefined) => void,
): () => void {
  const probe = `live_probe_${randomUUID()}`;
  let client: pg.Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const fresh = new pg.Client(options);
    client = fresh;
    let lost = false;
    let hasHeard = true;
    const lose = (error?: Error): void => {
      if (lost || stopped) return;
      lost = true;
      clearInterval(pulse);
      logger().warn({ msg: "Live layer lost its database connection", error });
      fresh.end().catch(() => undefined);
      timer = setTimeout(() => void connect(), reconnectDelay);
    };
    const pulse = setInterval(() => {
      if (stopped) clearInterval(pulse);
      else if (!hasHeard) lose(new Error("The connection has fallen silent."));
      else {
        hasHeard = false;
        fresh.query("SELECT pg_notify($1, '')", [probe]).catch(lose);
      }
    }, probeEvery);
    fresh.on("error", lose);
    fresh.on("end", lose);
    fresh.on("notification", ({ channel: heard, payload }) => {
      hasHeard = true;
      if (heard === channel) hear(payload);
    });
    try {
      await fresh.connect();
      await fresh.query(`LISTEN "${channel}"; LISTEN "${probe}"`);
      // whatever was announced before was not heard
      hear(undefined);
    } catch (error) {
      lose(error as Error);
    }
  };

  void connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    client?.end().catch(() => undefined);
  };
}

/** Ponder's own addresses cannot be changed from inside its app, so they are answered before it hears of the request. */
function answerBefore(server: Server, answer: HttpListener["request"]): void {
  const others = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    if (answer(request, response)) return;
    for (const listener of others) listener.call(server, request, response);
  });
}

export interface HttpListener {
  /** Once for each server: hot reload makes new ones. */
  readonly found: (server: Server) => void;
  readonly connection: (socket: Socket) => void;
  /** Answers a request in Ponder's place; false: Ponder shall do it. */
  readonly request: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Ponder makes its own HTTP server and hands it to nobody, so it is found by the sockets that it accepts. */
export function onHttp(listener: HttpListener): () => void {
  let server: Server | undefined;
  const notice = (message: unknown): void => {
    const { socket } = message as { socket: Socket & { server?: Server } };
    if (socket.localPort !== globals().PONDER_COMMON.metrics.port) return;
    if (socket.server && socket.server !== server) {
      server = socket.server;
      server.on("upgrade", listener.upgrade);
      answerBefore(server, listener.request);
      listener.found(server);
    }
    listener.connection(socket);
  };
  subscribe("net.server.socket", notice);
  return () => {
    unsubscribe("net.server.socket", notice);
    server?.off("upgrade", listener.upgrade);
  };
}
