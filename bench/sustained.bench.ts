import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startChain, startIndexer, type Chain } from "../test/live/world.ts";
import { end, nextMessage, useOf } from "./fan-out/process.ts";
import type { Count, Report } from "./fan-out/sustained-load.ts";
import type { Bench, Row } from "./harness.ts";

const folder = join(import.meta.dirname, "fan-out");
/** A minute; `KHIPU_BENCH_SECONDS=1800` makes a soak of it. */
const seconds = Number(process.env["KHIPU_BENCH_SECONDS"] ?? 60);
/** The peer is only there for comparison. */
const peerSeconds = 60;
const staying = Number(process.env["KHIPU_BENCH_CROWDS"] ?? 1_000);
const passing = Math.round(staying / 10);
const eventsPerBlock = 100;
const messageBytes = 600;
/** How long messages that are on their way may take to arrive in the end. */
const restMs = 30_000;

const bench: Bench = {
  name: "sustained",
  about: `${staying} WebSocket subscribers that stay and ${passing} that come and go, a block of ${eventsPerBlock} events each second, for ${seconds} s: messages a second, messages that did not arrive, and by how much the server grew. The peer sends as many ready-made ones without indexing anything.`,

  async run() {
    const chain = await startChain();
    const indexer = await startIndexer(chain, {
      environment: {
        LIVE_MAX_CONNECTIONS_PER_ADDRESS: "20000",
        LIVE_WORK_MS_PER_SECOND: "1000000",
        LIVE_QUERIES_PER_SECOND: "1000000",
      },
    });
    const raw = fork(join(folder, "raw-websocket.ts"), [
      chain.url.replace("http", "ws"),
      String(messageBytes),
      String(eventsPerBlock),
    ]);
    try {
      const { port } = await nextMessage<{ port: number }>(raw);
      const address = `ws://127.0.0.1:${port}`;
      const peer = await sustain(chain, address, raw.pid ?? 0, Math.min(seconds, peerSeconds));
      const url = indexer.url.replace("http", "ws");
      const ours = await sustain(chain, url, indexer.pid ?? 0, seconds);
      const row = (
        name: string,
        unit: string,
        better: Row["better"],
        of: (run: Run) => number,
      ) => ({
        name,
        unit,
        ours: of(ours),
        peer: of(peer),
        against: "raw ws",
        better,
      });
      return [
        row("messages a second", "messages", "more", ({ perSecond }) => perSecond),
        row("messages lost", "messages", "less", ({ lost }) => lost),
        row("guests that came", "guests", "more", ({ guests }) => guests.came),
        row("guests that did not get in", "guests", "less", ({ guests }) => guests.refused),
        row("memory at the end over that after a tenth", "x", "less", ({ grown }) => grown.late),
        row("and over that halfway", "x", "less", ({ grown }) => grown.last),
      ];
    } finally {
      raw.kill();
      await indexer.stop();
      await chain.stop();
    }
  },
};

export default bench;

interface Run {
  readonly perSecond: number;
  readonly lost: number;
  /** The server's memory at the end, as a multiple of what it was after a tenth of the time, and halfway. */
  readonly grown: { readonly late: number; readonly last: number };
  readonly guests: Count;
}

async function sustain(chain: Chain, url: string, pid: number, seconds: number): Promise<Run> {
  const load = fork(join(folder, "sustained-load.ts"), [url, String(staying), String(passing)]);
  try {
    await nextMessage<Report>(load);
    const start = performance.now();
    let blocks = 0;
    let early: number | undefined;
    let halfway: number | undefined;
    for (; performance.now() - start < seconds * 1_000; blocks++) {
      const next = start + (blocks + 1) * 1_000;
      await chain.burst(1, eventsPerBlock);
      await setTimeout(Math.max(0, next - performance.now()));
      if (performance.now() - start > seconds * 100) early ??= useOf(pid).residentKiB;
      if (performance.now() - start > seconds * 500) halfway ??= useOf(pid).residentKiB;
    }
    const perSubscriber = blocks * (eventsPerBlock + 1);
    const deadline = performance.now() + restMs;
    let count = await countOf(load);
    while (count.least < perSubscriber && performance.now() < deadline) {
      await setTimeout(100);
      count = await countOf(load);
    }
    const elapsed = (performance.now() - start) / 1_000;
    const late = useOf(pid).residentKiB;
    return {
      perSecond: count.messages / elapsed,
      lost: perSubscriber * staying - count.messages,
      grown: { late: late / (early ?? late), last: late / (halfway ?? late) },
      guests: count,
    };
  } finally {
    await end(load);
  }
}

async function countOf(load: ChildProcess): Promise<Count> {
  load.send("count");
  const report = await nextMessage<Report>(load);
  if (!("messages" in report)) throw new Error("The load said something unexpected.");
  return report;
}
