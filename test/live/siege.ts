import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Attacker } from "./attacker.ts";
import { openBystander, type Bystander } from "./bystander.ts";
import { startChain, startIndexer, type Chain, type Indexer } from "./world.ts";

/** An event that takes longer than this has been held up, also where other work keeps the machine busy. */
const harmlessMs = 10_000;
/** What attacks may add to the memory of a server at rest. */
const allowedMiB = 250;
const mostFloodEvents = 20_000;

/** A server under attack, and one peaceful subscriber who must notice nothing of it after each test. */
export class Siege {
  chain!: Chain;
  indexer!: Indexer;
  bystander!: Bystander;
  /** A new one for each test. */
  attacker!: Attacker;
  readonly #noisyRoom: number;
  #atRest = 0;

  /** To be called in the `describe` of the attacks. */
  constructor(
    environment: Readonly<Record<string, string>>,
    rooms: { readonly noisy: number; readonly quiet: number },
  ) {
    this.#noisyRoom = rooms.noisy;
    beforeAll(async () => {
      this.chain = await startChain();
      this.indexer = await startIndexer(this.chain, {
        environment: {
          LIVE_MAX_QUEUE_BYTES: "1048576",
          LIVE_MAX_QUEUED_BYTES: "16777216",
          ...environment,
        },
      });
      this.bystander = await openBystander(this.indexer.url, this.chain, rooms.quiet);
      await this.chain.burst(rooms.noisy, 500);
      await this.bystander.delay();
      this.#atRest = this.indexer.residentMiB();
    });
    beforeEach(() => {
      this.attacker = new Attacker(this.indexer.url);
    });
    afterEach(async () => {
      await this.expectHarmless();
      expect(this.bystander.connections()).toBe(1);
    });
    afterAll(async () => {
      this.bystander.close();
      await this.indexer.stop();
      await this.chain.stop();
    });
  }

  async expectHarmless(withinMs = harmlessMs): Promise<void> {
    const delay = await this.bystander.delay();
    expect(delay, this.indexer.warnings()).toBeLessThan(withinMs);
    expect(this.indexer.residentMiB() - this.#atRest).toBeLessThan(allowedMiB);
  }

  /** So many events at a time in the noisy room until the server says such a line, which has to come soon. */
  async floodUntil(events: number, fits: (line: string) => boolean): Promise<void> {
    const over = new AbortController();
    void this.indexer.line(fits).then(() => over.abort());
    for (let sent = 0; !over.signal.aborted; sent += events) {
      await this.chain.burst(this.#noisyRoom, events);
      await this.expectHarmless(3 * harmlessMs);
      expect(sent).toBeLessThan(mostFloodEvents);
    }
  }
}
