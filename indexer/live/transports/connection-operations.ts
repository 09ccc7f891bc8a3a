import { liveError } from "../errors.ts";
import type { Operation } from "../operations/operation.ts";
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
  /** About how many bytes it occupies. */
  weight: number;
}

/** The operations that run on one connection, by the ids that the client gave them. A place is freed on every way out. */
export class RunningOperations {
  readonly #service: Service;
  readonly #visitor: Visitor;
  readonly #limits: Limits;
  readonly #operations = new Map<string, RunningOperation>();
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
    makeOutlet: (ended: () => void) => OperationSink,
  ): void {
    const operation: RunningOperation = { stop: () => undefined, weight: 0 };
    const isWanted = (): boolean => this.#operations.get(id) === operation;
    const sink = makeOutlet(this.#enderOf(id, operation));
    if (this.#operations.size >= this.#limits.maxSubscriptionsPerConnection) {
      sink.fail(tooMany(this.#limits));
      return;
    }
    this.#operations.set(id, operation);
    const weighed = (): Operation => {
      const prepared = prepare();
      this.#hold(operation, prepared.weight);
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
    this.#weight -= operation.weight;
    operation.stop();
  }

  stopAll(): void {
    for (const id of this.#operations.keys()) this.stop(id);
  }

  #hold(operation: RunningOperation, weight: number): void {
    const { maxHeldBytes } = this.#limits;
    if (this.#weight + weight > maxHeldBytes) {
      throw liveError(
        "OPERATION_TOO_LARGE",
        `The operations of one connection may hold ${maxHeldBytes} bytes. End one first, or ask for less.`,
      );
    }
    operation.weight = weight;
    this.#weight += weight;
  }
}
