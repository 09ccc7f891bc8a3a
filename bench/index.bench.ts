import { type Postgres, startPostgres } from "../test/live/postgres.ts";
import type { Bench, Row } from "./harness.ts";
import { type Backfill, backfill, type RunningIndexer } from "./index/backfill.ts";
import { History } from "./index/history.ts";
import { measureQueries } from "./index/queries.ts";

/** Histories of so many events; the comparison with the peer is made with the second. KHIPU_BENCH_EVENTS sets others. */
const SIZES = (process.env["KHIPU_BENCH_EVENTS"] ?? "20000,200000,1000000").split(",").map(Number);

/** What a query may take. */
const AIM_MS = 50;

const bench: Bench = {
  name: "index",
  about: `Backfill of deposits and ticket purchases of 5,000 people, four events each, on a local chain, at ${SIZES.join(", ")} events: ours, with all tables, and a Ponder app that only stores the same events, each from nothing into a database of its own. Then queries at the largest.`,

  async run() {
    const history = new History();
    const postgres = await startPostgres();
    try {
      await history.start();
      const rows: Row[] = [];
      const backfills: Compared[] = [];
      for (const [index, size] of SIZES.entries()) {
        await timed(`a history of ${size} events`, () => history.growTo(size));
        if (index === 1) {
          const embedded = await compare(history, undefined);
          await embedded.ours.stop();
          rows.push(throughput("PGlite", embedded), memory("PGlite", embedded));
        }
        const compared = await compare(history, postgres);
        rows.push(throughput("PostgreSQL", compared), memory("PostgreSQL", compared));
        backfills.push(compared);
        if (index === SIZES.length - 1) rows.push(...(await queries(history, compared.ours)));
        await compared.ours.stop();
      }
      return [...rows, ...marginal(backfills)];
    } finally {
      await postgres.stop();
      await history.stop();
    }
  },
};

export default bench;

interface Compared {
  events: number;
  /** It goes on, to be asked. */
  ours: RunningIndexer;
  peer: Backfill;
}

async function compare(history: History, postgres: Postgres | undefined): Promise<Compared> {
  const { events } = history;
  const where = `${events} events into ${postgres ? "PostgreSQL" : "PGlite"}`;
  const peer = await timed(`the peer, ${where}`, () => backfill("peer", history, postgres));
  await peer.stop();
  const ours = await timed(`ours, ${where}`, () => backfill("ours", history, postgres));
  return { events, ours, peer };
}

const AGAINST = "an app that only stores the events";

const throughput = (database: string, { events, ours, peer }: Compared): Row => ({
  name: `backfill of ${events} events, ${database}`,
  unit: "events/s",
  ours: events / ours.seconds,
  peer: events / peer.seconds,
  against: AGAINST,
  better: "more",
});

const memory = (database: string, { ours, peer }: Compared): Row => ({
  name: `peak memory of it, ${database}`,
  unit: "MiB",
  ours: ours.peakMiB,
  peer: peer.peakMiB,
  against: AGAINST,
  better: "less",
});

/** The time for each event more, which leaves out what starting costs, in the stretch between two sizes. */
function marginal(backfills: readonly Compared[]): Row[] {
  const stretches = backfills.slice(1).map((to, index) => {
    const from = backfills[index] ?? to;
    const each = (of: (compared: Compared) => Backfill) =>
      ((of(to).seconds - of(from).seconds) * 1e6) / (to.events - from.events);
    return {
      name: `each event from ${from.events} to ${to.events}`,
      ours: each(({ ours }) => ours),
      peer: each(({ peer }) => peer),
    };
  });
  const unit = "µs";
  const better = "less";
  const rows: Row[] = stretches.map((stretch) => ({ ...stretch, unit, better, against: AGAINST }));
  const [first, ...others] = stretches;
  for (const { name, ours } of first ? others : []) {
    const against = `ours, ${first?.name ?? ""}`;
    rows.push({ name, unit, better, ours, peer: first?.ours ?? ours, against });
  }
  return rows;
}

async function queries(history: History, { api, database }: RunningIndexer): Promise<Row[]> {
  const measured = await measureQueries(api, history, database ?? "");
  return measured.map(({ name, p95, plan }) => {
    process.stdout.write(`${name}: p95 ${p95.toFixed(1)} ms, by ${plan}\n`);
    return {
      name: `p95 of ${name}, at ${history.events} events`,
      unit: "ms",
      ours: p95,
      peer: AIM_MS,
      against: "what is aimed at",
      better: "less",
    };
  });
}

async function timed<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await run();
  process.stdout.write(`${what}: ${((performance.now() - start) / 1_000).toFixed(1)} s\n`);
  return result;
}
