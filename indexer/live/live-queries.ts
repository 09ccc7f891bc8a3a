import type { DocumentNode, ExecutionResult } from "graphql";
import { liveError } from "./errors.ts";
import { Encoded, type Outlet } from "./message.ts";
import { concerns, type Tables } from "./reads.ts";

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
  readonly outlets: Set<Outlet>;
  /** Those of them that have had no answer yet. */
  readonly fresh: Set<Outlet>;
  /** What was last sent, and its part that counts as the answer. */
  last: { readonly encoded: Encoded; readonly answer: string } | undefined;
  isStale: boolean;
  isRunning: boolean;
}

/** Queries that are answered again whenever their answer changes. Each distinct one runs once, and at most once at a time. */
export class LiveQueries {
  readonly #run: (query: QueryOperation) => Promise<ExecutionResult>;
  readonly #most: number;
  readonly #watches = new Map<string, Watch>();

  constructor(run: (query: QueryOperation) => Promise<ExecutionResult>, most: number) {
    this.#run = run;
    this.#most = most;
  }

  get size(): number {
    return this.#watches.size;
  }

  subscribe(operation: LiveQueryOperation, outlet: Outlet): () => void {
    let watch = this.#watches.get(operation.key);
    if (!watch) {
      if (this.#watches.size >= this.#most) {
        throw liveError("BUSY", "Too many different live queries are open. Try again later.", 5);
      }
      watch = {
        operation,
        outlets: new Set(),
        fresh: new Set(),
        last: undefined,
        isStale: true,
        isRunning: false,
      };
      this.#watches.set(operation.key, watch);
    }
    const { outlets, fresh } = watch;
    outlets.add(outlet);
    if (watch.last && !watch.isStale) {
      outlet.next(watch.last.encoded);
    } else {
      fresh.add(outlet);
      void this.#refresh(watch);
    }
    return () => {
      outlets.delete(outlet);
      fresh.delete(outlet);
      if (outlets.size === 0) this.#watches.delete(operation.key);
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
      watch.isStale = false;
      try {
        this.#answer(watch, await this.#run(watch.operation.query));
      } catch (error) {
        const outlets = [...watch.outlets];
        this.#watches.delete(watch.operation.key);
        watch.outlets.clear();
        for (const outlet of outlets) outlet.fail(error);
      }
    }
    watch.isRunning = false;
  }

  #answer(watch: Watch, result: ExecutionResult): void {
    const answer = JSON.stringify([result.data, result.errors]);
    const isNew = answer !== watch.last?.answer;
    if (isNew) watch.last = { encoded: new Encoded(JSON.stringify(result)), answer };
    const encoded = watch.last?.encoded;
    if (!encoded) return;
    for (const outlet of isNew ? watch.outlets : watch.fresh) outlet.next(encoded);
    watch.fresh.clear();
  }
}
