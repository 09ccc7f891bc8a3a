import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { HeadSocket } from "./head-socket.ts";
import { Pulse } from "./process-time.ts";
import { Stall, type Reading } from "./stall.ts";

export interface WatchedChain {
  readonly chainId: number;
  readonly rpcUrls: readonly string[];
  /** Where the chain pushes its heads. */
  readonly wsUrl?: string | undefined;
}

export interface WatchdogOptions {
  /** Starts the indexer. */
  readonly start: () => ChildProcess;
  /** Where its API will be. */
  readonly apiUrl: string;
  readonly chains: readonly WatchedChain[];
  /** How long the index may stand still behind the chain. */
  readonly patienceMs: number;
  readonly say: (sentence: string) => void;
  /** Told over and over while the indexer has caught up with the chain. */
  readonly onCaughtUp?: () => void;
}

const lookEveryMs = 1_000;
const answerWithinMs = 5_000;
/** Ponder gives itself five seconds to end. */
const endWithinMs = 8_000;
/** One that is at work has not heard yet that it shall end. Whoever kills it throws an embedded index away. */
const endWithinMsAtWork = 300_000;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** One that has run for this long has not failed at its start. */
const steadyMs = 60_000;
/** With this exit code Ponder says that another try may go well. */
const tryAgain = 75;

/** Keeps an indexer running and following: starts it again when it dies by no fault of its settings, and when it stands still while the chain goes on. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #stalls: ReadonlyMap<number, Stall>;
  readonly #sockets: readonly HeadSocket[];
  readonly #stopped = new AbortController();
  #child: ChildProcess;
  #pulse: Pulse;
  #startedAt = Date.now();
  #delayMs = firstDelayMs;
  /** Why the indexer that runs now has to be started again. */
  #reason: string | undefined;
  /** Resolves with the exit code of an indexer that shall not be started again. */
  readonly ended: Promise<number>;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    const { chains, patienceMs } = options;
    this.#stalls = new Map(chains.map(({ chainId }) => [chainId, new Stall(patienceMs)]));
    this.#child = options.start();
    this.#pulse = new Pulse(this.#child.pid ?? 0);
    this.#sockets = chains.flatMap(({ wsUrl }) =>
      wsUrl === undefined
        ? []
        : new HeadSocket(wsUrl, () => {
            void this.#restart("the chain's WebSocket was away and is back");
          }),
    );
    this.ended = this.#supervise();
    void this.#watch();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Passes a signal on; the indexer is not started again. */
  stop(signal: NodeJS.Signals): void {
    this.#stopped.abort();
    this.#closeSockets();
    this.#child.kill(signal);
  }

  async #supervise(): Promise<number> {
    for (;;) {
      const [code, signal] = await endOf(this.#child);
      if (this.#stopped.signal.aborted) return code ?? 0;
      if (this.#reason === undefined && signal === null && code !== tryAgain) {
        this.#stopped.abort();
        this.#closeSockets();
        return code ?? 1;
      }
      if (this.#reason === undefined) {
        this.#options.say(
          `The indexer was ended by ${signal ?? `exit code ${code ?? "none"}`}: starting it again.`,
        );
        if (Date.now() - this.#startedAt > steadyMs) this.#delayMs = firstDelayMs;
        await setTimeout(this.#delayMs, undefined, { signal: this.#stopped.signal }).catch(
          () => undefined,
        );
        this.#delayMs = Math.min(longestDelayMs, this.#delayMs * 2);
        if (this.#isStopped()) return 0;
      }
      this.#reason = undefined;
      this.#startedAt = Date.now();
      for (const stall of this.#stalls.values()) stall.restarted();
      this.#child = this.#options.start();
      this.#pulse = new Pulse(this.#child.pid ?? 0);
    }
  }

  #closeSockets(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped()) {
      const readings = await this.#look();
      const isCaughtUp = [...readings.values()].every(
        ({ indexHead }) => typeof indexHead === "number",
      );
      if (isCaughtUp) this.#options.onCaughtUp?.();
      for (const [chainId, reading] of readings) {
        const reason = this.#stalls.get(chainId)?.see(reading, Date.now());
        if (reason !== undefined) await this.#restart(this.#about(chainId, reason));
      }
      await setTimeout(lookEveryMs, undefined, { signal: this.#stopped.signal }).catch(
        () => undefined,
      );
    }
  }

  #about(chainId: number, reason: string): string {
    return this.#stalls.size > 1 ? `chain ${chainId}: ${reason}` : reason;
  }

  async #restart(reason: string): Promise<void> {
    if (this.#reason !== undefined || this.#isStopped()) return;
    this.#reason = reason;
    this.#options.say(`Starting the indexer again: ${reason}.`);
    const child = this.#child;
    const end = endOf(child);
    child.kill("SIGTERM");
    const askedAt = Date.now();
    while (await isStillThere(end)) {
      const waited = Date.now() - askedAt;
      const patience = this.#pulse.isBusy() ? endWithinMsAtWork : endWithinMs;
      if (waited > patience) child.kill("SIGKILL");
    }
  }

  async #look(): Promise<Map<number, Reading>> {
    const { apiUrl, chains } = this.#options;
    const [indexHeads, ...chainHeads] = await Promise.all([
      indexHeadsAt(apiUrl),
      ...chains.map(({ rpcUrls }) => newestHead(rpcUrls)),
    ]);
    const isBusy = this.#pulse.isBusy();
    return new Map(
      chains.map(({ chainId }, place) => [
        chainId,
        { indexHead: indexHeads?.get(chainId), chainHead: chainHeads[place], isBusy },
      ]),
    );
  }
}

/** Whether a process has not ended within a second. */
function isStillThere(end: Promise<unknown>): Promise<boolean> {
  return Promise.race([end.then(() => false), setTimeout(1_000, true)]);
}

async function newestHead(rpcUrls: readonly string[]): Promise<number | undefined> {
  const heads = await Promise.all(rpcUrls.map(chainHeadAt));
  const known = heads.filter((head) => head !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

async function endOf(
  child: ChildProcess,
): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
  if (child.exitCode !== null || child.signalCode !== null)
    return [child.exitCode, child.signalCode];
  return (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
}

async function chainHeadAt(url: string): Promise<number | undefined> {
  const answer = await ask(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] }),
  });
  const { result } = (answer ?? {}) as { result?: unknown };
  return typeof result === "string" ? Number(result) : undefined;
}

/** The newest indexed block of each chain; null while old blocks are read. */
async function indexHeadsAt(url: string): Promise<Map<number, number | null> | undefined> {
  const answer = await ask(new URL("/live/fresh", url).href);
  if (typeof answer !== "object" || answer === null || !("chains" in answer)) return undefined;
  const { chains } = answer as { chains: { chainId: number; head: { number: string } | null }[] };
  return new Map(chains.map(({ chainId, head }) => [chainId, head && Number(head.number)]));
}

/** The JSON that a place answers; undefined when it does not. */
async function ask(url: string, options: RequestInit = {}): Promise<unknown> {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(answerWithinMs) });
    return await response.json();
  } catch {
    return undefined;
  }
}
