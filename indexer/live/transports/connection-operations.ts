import { liveError } from "../errors.ts";
import type { Operation, SharedDocument } from "../operations/operation.ts";
import { run, type OperationSink, type Service } from "../service.ts";
import type { LiveSettings } from "../settings.ts";
import type { Visitor } from "../limits/visitor.ts";

type Limits = Pick<LiveSettings, "maxSubscriptionsPerConnection" | "maxHeldBytes">;

export function tooMany({ maxSubscriptionsPerConnection: most }: Limits): Error {
  return liveError(
    "TOO_MANY_SUBSCRIPTIONS",
    `A connection may have ${most} operations at a time. End one first.`,
  );
}

interface RunningOperation {
  stop: () => void;
  /** About how many bytes it occupies, beside its document. */
  weight: number;
  document: SharedDocument | undefined;
}

/** The operations that run on one connection, by the ids that the client gave them. A place is freed on every way out. */
export class RunningOperations {
  readonly #service: Service;
  readonly #visitor: Visitor;
  readonly #limits: Limits;
  readonly #operations = new Map<string, RunningOperation>();
  /** How many operations have each document, which counts once. */
  readonly #documents = new Map<SharedDocument, number>();
  #weight = 0;

  constructor(service: Service, visitor: Visitor, limits: Limits) {
    this.#service = service;
    this.#visitor = visitor;
    this.#limits = limits;
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  /** Runs what `prepare` gives into the sink that is made; `ended` has to be called when that sink has had its last. */
  start(
    id: string,
    prepare: () => Operation,
    makeSink: (ended: () => void) => OperationSink,
  ): void {
    const operation: RunningOperation = {
      stop: () => undefined,
      weight: 0,
      document: undefined,
    };
    const isWanted = (): boolean => this.#operations.get(id) === operation;
    const sink = makeSink(this.#enderOf(id, operation));
    if (this.#operations.size >= this.#limits.maxSubscriptionsPerConnection) {
      sink.fail(tooMany(this.#limits));
      return;
    }
    this.#operations.set(id, operation);
    const weighed = (): Operation => {
      const prepared = prepare();
      this.#hold(operation, prepared);
      return prepared;
    };
    void run(this.#service, weighed, sink, this.#visitor, isWanted).then((stop) => {
      if (isWanted()) operation.stop = stop;
      else stop();
    });
  }

  /** Lives as long as the operation, and so is not made where the request would live on with it. */
  #enderOf(id: string, operation: RunningOperation): () => void {
    return () => {
      if (this.#operations.get(id) === operation) this.stop(id);
      else operation.stop();
    };
  }

  stop(id: string): void {
    const operation = this.#operations.get(id);
    if (!operation) return;
    this.#operations.delete(id);
    this.#letGo(operation);
    operation.stop();
  }

  stopAll(): void {
    for (const id of this.#operations.keys()) this.stop(id);
  }

  #hold(operation: RunningOperation, { weight, document }: Operation): void {
    const { maxHeldBytes } = this.#limits;
    const sharers = this.#documents.get(document) ?? 0;
    const more = weight + (sharers === 0 ? document.weight : 0);
    if (this.#weight + more > maxHeldBytes) {
      throw liveError(
        "OPERATION_TOO_LARGE",
        `The operations of one connection may hold ${maxHeldBytes} bytes. End one first, or ask for less.`,
      );
    }
    operation.weight = weight;
    operation.document = document;
    this.#documents.set(document, sharers + 1);
    this.#weight += more;
  }

  #letGo({ weight, document }: RunningOperation): void {
    if (!document) return;
    this.#weight -= weight;
    const sharers = (this.#documents.get(document) ?? 1) - 1;
    if (sharers > 0) this.#documents.set(document, sharers);
    else {
      this.#documents.delete(document);
      this.#weight -= document.weight;
    }
  }
}
