import { startPostgres } from "../test/live/postgres.ts";
import type { Bench, Row } from "./harness.ts";
import { backfill } from "./index/backfill.ts";
import { History } from "./index/history.ts";
import { measureQueries } from "./index/queries.ts";

/** Histories of so many events; the comparison with the peer is made with the second. KHIPU_BENCH_EVENTS sets others. */
const SIZES = (process.env["KHIPU_BENCH_EVENTS"] ?? "20000,200000,1000000").split(",").map(Number);

/** An app that only stores the events may be twice as fast; a query may take 50 ms. */
const AIM_MS = 50;

const bench: Bench = {
  name: "index",
  about: `Backfill of deposits and ticket purchases of 5,000 people, four events each, on a local chain: ours, with all tables, and a Ponder app that only stores the same events, on PGlite and PostgreSQL. Then the time for each event at ${SIZES.join(", ")} events, and queries at the largest.`,

  async run() {
    const history = new History();
    const postgres = await startPostgres();
    try {
      await history.start();
      const rows: Row[] = [];
      const perEvent: { events: number; microseconds: number }[] = [];
      for (const [index, size] of SIZES.entries()) {
        const isLast = index === SIZES.length - 1;
        await timed(`a history of ${size} events`, () => history.growTo(size));
        const { events } = history;
        if (index === Math.min(1, SIZES.length - 1)) {
          rows.push(...(await compare(history, "PGlite", undefined)));
          rows.push(...(await compare(history, "PostgreSQL", postgres.url)));
        }
        const ours = await timed(`${size} events into PostgreSQL`, () =>
          backfill("ours", history, postgres.url),
        );
        perEvent.push({ events, microseconds: (ours.seconds * 1e6) / events });
        if (isLast) {
          const measured = await measureQueries(ours.api, history, postgres.url);
          for (const { name, p95, plan } of measured) {
            process.stdout.write(`${name}: p95 ${p95.toFixed(1)} ms, by ${plan}\n`);
            rows.push({
              name: `p95 of ${name}, at ${events} events`,
              unit: "ms",
              ours: p95,
              peer: AIM_MS,
              against: "what is aimed at",
              better: "less",
            });
          }
        }
        await ours.stop();
      }
      const [base, ...others] = perEvent;
      for (const { events, microseconds } of others) {
        rows.push({
          name: `time for each event at ${events}`,
          unit: "µs",
          ours: microseconds,
          peer: base?.microseconds ?? microseconds,
          against: `ours at ${base?.events ?? events}`,
          better: "less",
        });
      }
      return rows;
    } finally {
      await postgres.stop();
      await history.stop();
    }
  },
};

export default bench;

async function compare(
  history: History,
  database: string,
  url: string | undefined,
): Promise<Row[]> {
  const peer = await timed(`the peer into ${database}`, () => backfill("peer", history, url));
  await peer.stop();
  const ours = await timed(`ours into ${database}`, () => backfill("ours", history, url));
  await ours.stop();
  const { events } = history;
  const against = "an app that only stores the events";
  return [
    {
      name: `backfill of ${events} events, ${database}`,
      unit: "events/s",
      ours: events / ours.seconds,
      peer: events / peer.seconds,
      against,
      better: "more",
    },
    {
      name: `peak memory of it, ${database}`,
      unit: "MiB",
      ours: ours.peakMiB,
      peer: peer.peakMiB,
      against,
      better: "less",
    },
  ];
}

async function timed<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await run();
  process.stdout.write(`${what}: ${((performance.now() - start) / 1_000).toFixed(1)} s\n`);
  return result;
}
