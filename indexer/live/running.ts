import { liveError } from "./errors.ts";
import type { Operation } from "./operation.ts";
import { run, type OperationOutlet, type Service } from "./service.ts";

export function tooMany(most: number): Error {
  return liveError(
    "TOO_MANY_SUBSCRIPTIONS",
    `A connection may have ${most} operations at a time. End one first.`,
  );
}

interface RunningOperation {
  stop: () => void;
}

/** The operations that run on one connection, by the ids that the client gave them. A place is freed on every way out. */
export class RunningOperations {
  readonly #service: Service;
  readonly #most: number;
  readonly #operations = new Map<string, RunningOperation>();

  constructor(service: Service, most: number) {
    this.#service = service;
    this.#most = most;
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  /** Runs what `prepare` gives into the outlet that is made; `ended` has to be called when that outlet has had its last. */
  start(
    id: string,
    prepare: () => Operation,
    makeOutlet: (ended: () => void) => OperationOutlet,
  ): void {
    const operation: RunningOperation = { stop: () => undefined };
    const isWanted = (): boolean => this.#operations.get(id) === operation;
    const outlet = makeOutlet(() => {
      operation.stop();
      if (isWanted()) this.#operations.delete(id);
    });
    if (this.#operations.size >= this.#most) {
      outlet.fail(tooMany(this.#most));
      return;
    }
    this.#operations.set(id, operation);
    void run(this.#service, prepare, outlet, isWanted).then((stop) => {
      if (isWanted()) operation.stop = stop;
      else stop();
    });
  }

  stop(id: string): void {
    this.#operations.get(id)?.stop();
    this.#operations.delete(id);
  }

  stopAll(): void {
    for (const operation of this.#operations.values()) operation.stop();
    this.#operations.clear();
  }
}
