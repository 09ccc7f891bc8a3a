import { setTimeout } from "node:timers/promises";
import type { DocumentNode, ExecutionResult } from "graphql";
import { liveError } from "../errors.ts";
import { Encoded, type Sink } from "../stream/message.ts";
import { concerns, type Tables } from "./table-dependencies.ts";
import type { LiveSettings } from "../settings.ts";
import type { Visitor } from "../limits/visitor.ts";

/** A valid query with its variables. */
export interface QueryOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface LiveQueryOperation {
  /** Equal for operations that always have the same answer. */
  readonly key: string;
  readonly query: QueryOperation;
  readonly reads: Tables;
}

/** One distinct operation, whoever asked for it. */
interface Watch {
  readonly operation: LiveQueryOperation;
  readonly outlets: Map<Sink, Visitor>;
  /** Those of them that have had no answer yet. */
  readonly fresh: Set<Sink>;
  /** What was last sent, and its part that counts as the answer. */
  last: { readonly encoded: Encoded; readonly answer: string } | undefined;
  isStale: boolean;
  isRunning: boolean;
}

type Run = (
  query: QueryOperation,
  visitor: Visitor,
  isWanted: () => boolean,
) => Promise<ExecutionResult>;

/** How long those wait whose queries have run for as long as they may. */
const spentMs = 250;

/** Queries that are answered again whenever their answer changes. Each distinct one runs once, and at most once at a time. */
export class LiveQueries {
  readonly #run: Run;
  readonly #limits: Pick<LiveSettings, "maxLiveQueries" | "maxLiveQueriesPerAddress">;
  readonly #watches = new Map<string, Watch>();

  constructor(run: Run, limits: Pick<LiveSettings, "maxLiveQueries" | "maxLiveQueriesPerAddress">) {
    this.#run = run;
    this.#limits = limits;
  }

  get size(): number {
    return this.#watches.size;
  }

  subscribe(operation: LiveQueryOperation, sink: Sink, visitor: Visitor): () => void {
    const { key } = operation;
    const { maxLiveQueries, maxLiveQueriesPerAddress: most } = this.#limits;
    if (!visitor.holds("live query", key) && visitor.countOf("live query") >= most) {
      throw liveError(
        "TOO_MANY_SUBSCRIPTIONS",
        `An address may have ${most} different live queries. End one first.`,
      );
    }
    let watch = this.#watches.get(key);
    if (!watch) {
      if (this.#watches.size >= maxLiveQueries) {
        throw liveError("BUSY", "Too many different live queries are open. Try again later.", 5);
      }
      watch = {
        operation,
        outlets: new Map(),
        fresh: new Set(),
        last: undefined,
        isStale: true,
        isRunning: false,
      };
      this.#watches.set(key, watch);
    }
    const own = watch;
    own.outlets.set(sink, visitor);
    const release = visitor.hold("live query", key);
    if (own.last && !own.isStale && !own.isRunning) {
      sink.next(own.last.encoded);
    } else {
      own.fresh.add(sink);
      void this.#refresh(own);
    }
    return () => {
      release();
      own.outlets.delete(sink);
      own.fresh.delete(sink);
      if (own.outlets.size === 0) this.#forget(own);
    };
  }

  /** Tells which tables have changed; undefined: it may be any of them. */
  changed(tables: Tables): void {
    for (const watch of this.#watches.values()) {
      if (!concerns(tables, watch.operation.reads)) continue;
      watch.isStale = true;
      void this.#refresh(watch);
    }
  }

  async #refresh(watch: Watch): Promise<void> {
    if (watch.isRunning) return;
    watch.isRunning = true;
    while (watch.isStale && watch.outlets.size > 0) {
      // whoever of those who ask has something left pays for it
      const visitor = [...watch.outlets.values()].find(({ queries }) => !queries.isSpent);
      if (!visitor) {
        await setTimeout(spentMs);
        continue;
      }
      watch.isStale = false;
      try {
        const isWanted = (): boolean => watch.outlets.size > 0;
        this.#answer(watch, await this.#run(watch.operation.query, visitor, isWanted));
      } catch (error) {
        const outlets = [...watch.outlets.keys()];
        this.#forget(watch);
        watch.outlets.clear();
        for (const sink of outlets) sink.fail(error);
      }
    }
    watch.isRunning = false;
  }

  /** There may be another one in its place already. */
  #forget(watch: Watch): void {
    const { key } = watch.operation;
    if (this.#watches.get(key) === watch) this.#watches.delete(key);
  }

  #answer(watch: Watch, result: ExecutionResult): void {
    const answer = JSON.stringify([result.data, result.errors]);
    const isNew = answer !== watch.last?.answer;
    if (isNew) watch.last = { encoded: new Encoded(JSON.stringify(result)), answer };
    const encoded = watch.last?.encoded;
    if (!encoded) return;
    for (const sink of isNew ? watch.outlets.keys() : watch.fresh) sink.next(encoded);
    watch.fresh.clear();
  }
}
