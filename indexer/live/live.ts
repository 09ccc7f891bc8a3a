import type { ServerResponse } from "node:http";
import type { ExecutionResult, GraphQLSchema } from "graphql";
import { Hono, type Context } from "hono";
import { checkValue, guardArguments, type Values } from "./operations/arguments.ts";
import type { FilterFields } from "./stream/filter.ts";
import { graphql } from "./graphql.ts";
import { ConnectionLimits } from "./limits/connection-limits.ts";
import { createEndpoint } from "./transports/endpoint.ts";
import { liveError } from "./errors.ts";
import { startFeed } from "./stream/feed.ts";
import { freshnessOf } from "./health/freshness.ts";
import { Heads } from "./stream/heads.ts";
import { Hub } from "./stream/hub.ts";
import { LiveQueries, type QueryOperation } from "./queries/live-queries.ts";
import { registerMetrics } from "./health/metrics.ts";
import { Operations } from "./operations/operation.ts";
import {
  atOneCheckpoint,
  chainBlockHash,
  chainHead,
  columnsOf,
  endInOrder,
  type Reading,
  generatedSchema,
  indexedChain,
  indexedChains,
  logger,
  onShutdown,
  onHttp,
  reuseSpace,
  separateReaders,
  tableName,
} from "./ponder.ts";
import { Queues } from "./transports/queue.ts";
import { createPersistedOperations, readPersistedOperations } from "./operations/persisted.ts";
import { checkpointTable, type Sources } from "./queries/table-dependencies.ts";
import { createLogReader, newestFinal, type LogTable } from "./stream/log-reader.ts";
import { withSubscription } from "./operations/schema.ts";
import { toldError, type Service } from "./service.ts";
import { readSettings } from "./settings.ts";
import { newStats } from "./health/stats.ts";
import { createEventStreams } from "./transports/sse.ts";
import { Semaphore } from "./limits/semaphore.ts";
import { monitorFinality, type WatchedChain } from "./health/finality-monitor.ts";
import type { Visitor } from "./limits/visitor.ts";
import { createWebSockets, turnAway } from "./transports/websocket.ts";

export interface LiveOptions {
  /** Ponder's `ponder:schema`. */
  readonly schema: Record<string, unknown>;
  readonly log: {
    readonly table: LogTable;
    /** Fields of `where` and the columns that each looks at; the most selective first. */
    readonly where: FilterFields;
    /** Whose events are streamed, and whose blocks answers name; by default the first chain's. Queries see all chains. */
    readonly chainId?: number | undefined;
  };
  /** What columns can hold, for those whose types do not say; by default anything. */
  readonly values?: Values;
  /** Adds the product's own fields to the generated schema. */
  readonly extend?: (schema: GraphQLSchema) => GraphQLSchema;
}

/** What Ponder's server gives with each request. */
interface Environment {
  Bindings: { outgoing: ServerResponse };
}

/** The whole API of a Ponder app: queries, event streams, GraphiQL. The result is what `src/api/index.ts` exports. */
export function createLive({
  schema: tables,
  log,
  values = { hexDigits: {}, known: {} },
  extend,
}: LiveOptions): Hono {
  const settings = readSettings(process.env);
  separateReaders();
  endInOrder();
  onShutdown(reuseSpace());
  const names = Object.entries(tables);
  const logName = names.find(([, table]) => table === log.table)?.[0];
  if (!logName) throw new Error("The log's table is not in the schema.");
  const generated = generatedSchema(tables);
  guardArguments(generated, tables, values);
  const schema = withSubscription(extend?.(generated) ?? generated, logName, log.where);
  const sources: Sources = {
    generated,
    tableOf: new Map([
      ...names.flatMap(([name, table]) => {
        const inDatabase = tableName(table);
        return inDatabase === undefined
          ? []
          : [[name, inDatabase] as const, [`${name}Page`, inDatabase] as const];
      }),
      ["Meta", checkpointTable],
    ]),
  };

  const columns = columnsOf(log.table);
  const normalize = (field: string, columnName: string, value: string): string => {
    const column = columns[columnName];
    if (!column) return value;
    checkValue(field, columnName, column, value, values);
    return column.columnType === "PgHex" ? value.toLowerCase() : value;
  };
  const { id: streamed } = indexedChain(log.chainId);
  const reader = createLogReader(log.table, streamed);
  const stats = newStats();
  const hub = new Hub(reader, settings, stats);
  const { persistedFile, isPersistedOnly } = settings;
  const documents =
    persistedFile === undefined
      ? new Map<string, string>()
      : readPersistedOperations(persistedFile);
  const persisted = createPersistedOperations(documents, isPersistedOnly);
  const runOnce = (operation: QueryOperation, reading: Reading) =>
    atOneCheckpoint(async (transaction, contextValue, execution): Promise<ExecutionResult> => {
      stats.queries++;
      const { head, finalized, last } = await reader.state(transaction, reading.deadlineMs);
      const result = await graphql.execute({
        schema,
        document: operation.document,
        operationName: operation.operationName,
        variableValues: operation.variables,
        contextValue,
      });
      execution.assertComplete();
      const checkpoint = {
        block: { number: String(head.number), timestamp: String(head.timestamp) },
        finalized: { number: String(finalized.number), timestamp: String(finalized.timestamp) },
        lastEvent: { number: String(last.number), hash: last.hash },
        cursor: hub.cursorAt(last),
      };
      return {
        ...result,
        ...(result.errors && { errors: result.errors.map((error) => toldError(service, error)) }),
        extensions: { ...result.extensions, checkpoint },
      };
    }, reading);
  /** Runs queries in turns. One that gave way to a block begins again behind it, until its time is over. */
  const queryIn =
    (turns: Semaphore) =>
    async (
      operation: QueryOperation,
      visitor: Visitor,
      isWanted: () => boolean,
    ): Promise<ExecutionResult> => {
      for (let left = settings.queryMs; ;) {
        if (visitor.queries.isSpent) throw tooMuch();
        const { spent, hasGivenWay, result } = await turns.run(
          () => runOnce(operation, { who: visitor, deadlineMs: left, isWanted }),
          { who: visitor },
        );
        visitor.queries.charge(spent);
        left -= spent;
        if (!hasGivenWay || left <= 0) return result();
      }
    };
  const service: Service = {
    hub,
    operations: new Operations(schema, sources, log.where, normalize, settings, persisted),
    // apart from the others, so that a flood of queries cannot push them out of the line
    liveQueries: new LiveQueries(
      queryIn(new Semaphore(settings.runningQueries, Infinity)),
      settings,
    ),
    stats,
    query: queryIn(new Semaphore(settings.runningQueries, settings.waitingQueries)),
    report(msg, error) {
      logger().error({ msg, error });
    },
    note(msg, details) {
      logger().info({ msg, ...details });
    },
  };
  const connectionLimits = new ConnectionLimits(settings);
  const heads = new Heads();
  const vigils = indexedChains().map(({ id, name }) => ({
    id,
    name,
    finalityMonitor: monitorFinality(
      {
        head: () => chainHead(id),
        hashOf: (number) => chainBlockHash(id, number),
        async newestFinal() {
          const chain = hub.head && heads.chains.find(({ chainId }) => chainId === id);
          return chain && newestFinal(log.table, chain);
        },
      },
      ({ number, hash }) => {
        service.report(
          "The index has final events that are no longer on the chain: index anew into another database",
          { chain: name, number, hash },
        );
      },
    ),
  }));
  onShutdown(() => {
    for (const { finalityMonitor } of vigils) finalityMonitor.stop();
  });
  const chains = (): WatchedChain[] =>
    vigils.map((chain) => {
      const known = heads.chains.find(({ chainId }) => chainId === chain.id)?.head;
      // there is none before all old blocks of all chains are read
      return { ...chain, head: chain.id === streamed ? hub.head : hub.head && known };
    });
  const metrics = registerMetrics({
    stats,
    connectionLimits,
    hub,
    chains,
    liveQueries: service.liveQueries,
  });
  onShutdown(
    startFeed(reader, heads, hub, service.liveQueries, {
      onReady(block) {
        service.note("Live layer is ready", { block });
      },
      onDelivered: metrics.delivered,
      onError(error) {
        service.report("Live layer could not read the log", error);
      },
    }),
  );

  const queues = new Queues(settings.maxQueuedBytes);
  const webSockets = createWebSockets(service, connectionLimits, queues, settings);
  const streams = createEventStreams(service, queues, settings);
  onShutdown(
    onHttp({
      found(server) {
        server.headersTimeout = server.requestTimeout = settings.requestSeconds * 1_000;
      },
      connection: (socket) => connectionLimits.admit(socket),
      request(request, response) {
        if (
          request.url !== "/ready" ||
          !vigils.some(({ finalityMonitor }) => finalityMonitor.isOrphaned)
        )
          return false;
        response.writeHead(503).end("The index is not of this chain any more: index anew.");
        return true;
      },
      upgrade(request, socket, head) {
        const path = request.url?.split("?")[0];
        if (path === "/graphql") webSockets.handleUpgrade(request, socket, head);
        else turnAway(socket, "404 Not Found");
      },
    }),
  );
  onShutdown(() => {
    queues.close();
    webSockets.close();
    streams.close();
  });

  const endpoint = createEndpoint(service, streams, connectionLimits, settings);
  const handle = (context: Context<Environment>): Promise<Response> =>
    endpoint(context.req.raw, context.env.outgoing);
  const app = new Hono<Environment>();
  app.all("/graphql", handle);
  app.all("/graphql/stream", handle);
  app.get("/live/fresh", (context) => {
    const freshness = freshnessOf(streamed, chains(), context.req.query("seconds"));
    return context.json(freshness, freshness.isFresh ? 200 : 503);
  });
  return app as unknown as Hono;
}

function tooMuch(): Error {
  const message =
    "The queries of this address have run for as long as they may. Try again shortly.";
  return liveError("TOO_MANY_REQUESTS", message, 1);
}
