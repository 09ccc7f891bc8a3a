import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createPublicClient, webSocket } from "viem";
import { startChain, startIndexer, type Chain } from "../test/live/world.ts";
import type { Report } from "./fan-out/load.ts";
import { Arrivals } from "./arrivals.ts";
import { end, nextMessage, useOf } from "./fan-out/process.ts";
import { percentile, type Bench, type Row } from "./harness.ts";

const folder = join(import.meta.dirname, "fan-out");
const rounds = 50;
/** `KHIPU_BENCH_CROWDS` takes others, to try something out. */
const crowds = (process.env["KHIPU_BENCH_CROWDS"] ?? "1000,5000,10000").split(",").map(Number);
/** The size of one of our messages, so that the peers send as much. */
const messageBytes = 600;

type Transport = "ws" | "sse" | "sql";

/** Ponder answers no more live queries at a time than these. */
const mostSql = 1_000;

/** Nothing of what protects a server from one address that asks for too much. */
const unlimited = {
  LIVE_MAX_CONNECTIONS_PER_ADDRESS: "20000",
  LIVE_WORK_MS_PER_SECOND: "1000000",
  LIVE_QUERIES_PER_SECOND: "1000000",
  FIXTURE_SQL: "on",
};

/** A server that is measured. */
interface Subject {
  readonly url: string;
  readonly pid: number;
}

const bench: Bench = {
  name: "fan-out",
  about: `One event to many subscribers of another process: from the block's arrival at an observer to the message at each of them, ${rounds} rounds. Ours indexes the block first; the raw peers send ready-made bytes, the usual one is graphql-ws as documented. "Spread" leaves the block out: from the first subscriber to the last one of a hundred. "CPU" is the server's, for one event to all; "memory" is what a fresh server grows by, for each connection.`,

  async run() {
    const chain = await startChain();
    const most = Math.max(...crowds);
    const memory = [
      await compareMemory(chain, most, "ws", "raw-websocket"),
      await compareMemory(chain, most, "sse", "raw-sse"),
    ];
    const indexer = await startIndexer(chain, { environment: unlimited });
    const peers = ["raw-websocket", "raw-sse", "usual-websocket"].map((name) =>
      startPeer(chain, name),
    );
    try {
      const subjects = await Promise.all(peers.map(subjectOf));
      const [rawWebSocket, rawSse, usual] = subjects;
      if (!rawWebSocket || !rawSse || !usual || indexer.pid === undefined) {
        throw new Error("Not all servers are there.");
      }
      const ours = { url: indexer.url.replace("http", "ws"), pid: indexer.pid };
      const rows: Row[] = memory;
      for (const crowd of crowds) {
        const raw = await measure(chain, rawWebSocket, crowd, "ws", "same");
        const same = await measure(chain, ours, crowd, "ws", "same");
        rows.push(...compare(`${crowd} on WebSocket`, same, raw, "raw ws"));
        const documented = await measure(chain, usual, crowd, "ws", "same");
        rows.push(...compare(`${crowd} on WebSocket`, same, documented, "graphql-ws"));
        if (crowd === crowds.at(-1)) {
          const mixed = await measure(chain, ours, crowd, "ws", "mixed");
          rows.push(...compare(`${crowd} with own ids, 100 filters`, mixed, raw, "raw ws"));
        }
        const rawEvents = await measure(chain, rawSse, crowd, "sse", "same");
        const events = await measure(chain, ours, crowd, "sse", "same");
        rows.push(...compare(`${crowd} on SSE`, events, rawEvents, "raw SSE"));
        if (crowd <= mostSql) {
          const sql = await measure(chain, ours, crowd, "sql", "same");
          rows.push(...compare(`${crowd} on SSE`, events, sql, "Ponder's /sql/live"));
        }
      }
      return rows;
    } finally {
      for (const peer of peers) peer.kill();
      await indexer.stop();
      await chain.stop();
    }
  },
};

export default bench;

function startPeer(chain: Chain, name: string): ChildProcess {
  const args = [chain.url.replace("http", "ws"), String(messageBytes)];
  return fork(join(folder, `${name}.ts`), args);
}

async function compareMemory(
  chain: Chain,
  crowd: number,
  transport: "ws" | "sse",
  rawPeer: string,
): Promise<Row> {
  const indexer = await startIndexer(chain, { environment: unlimited });
  const ours = { url: indexer.url.replace("http", "ws"), pid: indexer.pid ?? 0 };
  const peer = startPeer(chain, rawPeer);
  try {
    return {
      name: `memory for each of ${crowd} on ${transport === "ws" ? "WebSocket" : "SSE"}`,
      unit: "KiB",
      ours: await memoryOf(ours, crowd, transport),
      peer: await memoryOf(await subjectOf(peer), crowd, transport),
      against: rawPeer === "raw-sse" ? "raw SSE" : "raw ws",
      better: "less",
    };
  } finally {
    await end(peer);
    await indexer.stop();
  }
}

async function memoryOf(
  { url, pid }: Subject,
  crowd: number,
  transport: Transport,
): Promise<number> {
  const before = useOf(pid);
  const load = fork(join(folder, "load.ts"), [url, String(crowd), transport, "same"]);
  try {
    await nextMessage<Report>(load);
    return (useOf(pid).residentKiB - before.residentKiB) / crowd;
  } finally {
    await end(load);
  }
}

async function subjectOf(peer: ChildProcess): Promise<Subject> {
  const { port } = await nextMessage<{ port: number }>(peer);
  return { url: `ws://127.0.0.1:${port}`, pid: peer.pid ?? 0 };
}

interface Measured {
  /** From the block's arrival to each message. */
  readonly sinceBlock: number[];
  /** From the first message of a round to each of the others. */
  readonly sinceFirst: number[];
  readonly cpuMsPerEvent: number;
}

function compare(name: string, ours: Measured, peer: Measured, against: string): Row[] {
  const row = (what: string, unit: string, of: (measured: Measured) => number): Row => ({
    name: `${name}: ${what}`,
    unit,
    ours: of(ours),
    peer: of(peer),
    against,
    better: "less",
  });
  return [
    ...[0.5, 0.95, 0.99].map((p) =>
      row(`block to message, p${p * 100}`, "ms", ({ sinceBlock }) => percentile(sinceBlock, p)),
    ),
    row("spread, p99", "ms", ({ sinceFirst }) => percentile(sinceFirst, 0.99)),
    row("CPU", "ms", ({ cpuMsPerEvent }) => cpuMsPerEvent),
  ];
}

async function measure(
  chain: Chain,
  { url, pid }: Subject,
  crowd: number,
  transport: Transport,
  variant: "same" | "mixed",
): Promise<Measured> {
  const load = fork(join(folder, "load.ts"), [url, String(crowd), transport, variant]);
  const observer = createPublicClient({ transport: webSocket(chain.url.replace("http", "ws")) });
  const blocks = new Arrivals();
  const stop = observer.watchBlockNumber({
    onBlockNumber: (number) => blocks.mark(String(number)),
  });
  try {
    await nextMessage<Report>(load);
    const sinceBlock: number[] = [];
    const sinceFirst: number[] = [];
    let warm = useOf(pid);
    // the first round warms everybody up
    for (let round = 0; round <= rounds; round++) {
      const arrived = nextMessage<Report>(load);
      const { blockNumber } = await chain.note(1, round);
      const message = await arrived;
      if (!("arrivals" in message)) throw new Error("The load said something unexpected.");
      const start = await blocks.of(String(blockNumber));
      if (round === 0) {
        warm = useOf(pid);
        continue;
      }
      const first = Math.min(...message.arrivals);
      for (const at of message.arrivals) {
        sinceBlock.push(at - start);
        sinceFirst.push(at - first);
      }
    }
    return {
      sinceBlock,
      sinceFirst,
      cpuMsPerEvent: (useOf(pid).cpuMs - warm.cpuMs) / rounds,
    };
  } finally {
    stop();
    (await observer.transport.getRpcClient()).close();
    await end(load);
  }
}
