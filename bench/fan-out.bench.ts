import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createPublicClient, webSocket } from "viem";
import { startChain, startIndexer, type Chain } from "../test/live/world.ts";
import type { Report } from "./fan-out/load.ts";
import { percentile, type Bench, type Row } from "./harness.ts";

const folder = join(import.meta.dirname, "fan-out");
const rounds = 8;
const crowds = [1_000, 5_000, 10_000];
/** The size of one of our messages, so that the peer sends as much. */
const messageBytes = 600;

const bench: Bench = {
  name: "fan-out",
  about: `One event to many WebSocket subscribers of another process: from the block's arrival at an observer to the message at each of them, ${rounds} rounds. Ours indexes the block first; the peer sends ready-made bytes. "Spread" leaves that out: from the first subscriber to the last one of a hundred.`,

  async run() {
    const chain = await startChain();
    const indexer = await startIndexer(chain, {
      environment: { LIVE_MAX_CONNECTIONS_PER_ADDRESS: "20000" },
    });
    const raw = fork(join(folder, "raw-server.ts"), [
      chain.url.replace("http", "ws"),
      String(messageBytes),
    ]);
    try {
      const [{ port }] = (await once(raw, "message")) as [{ port: number }];
      const rows: Row[] = [];
      for (const crowd of crowds) {
        const peer = await measure(chain, `ws://127.0.0.1:${port}`, crowd, "same");
        const same = await measure(chain, indexer.url.replace("http", "ws"), crowd, "same");
        rows.push(...compare(`${crowd} alike`, same, peer));
        if (crowd !== crowds.at(-1)) continue;
        const mixed = await measure(chain, indexer.url.replace("http", "ws"), crowd, "mixed");
        rows.push(...compare(`${crowd} with own ids, 100 filters`, mixed, peer));
      }
      return rows;
    } finally {
      raw.kill();
      await indexer.stop();
      await chain.stop();
    }
  },
};

export default bench;

interface Times {
  /** From the block's arrival to each message. */
  readonly sinceBlock: number[];
  /** From the first message of a round to each of the others. */
  readonly sinceFirst: number[];
}

function compare(name: string, ours: Times, peer: Times): Row[] {
  const row = (what: string, p: number, of: (times: Times) => number[]): Row => ({
    name: `${name}: ${what}, p${p * 100}`,
    unit: "ms",
    ours: percentile(of(ours), p),
    peer: percentile(of(peer), p),
    against: "raw ws",
    better: "less",
  });
  return [
    row("block to message", 0.5, ({ sinceBlock }) => sinceBlock),
    row("block to message", 0.99, ({ sinceBlock }) => sinceBlock),
    row("spread", 0.99, ({ sinceFirst }) => sinceFirst),
  ];
}

async function measure(
  chain: Chain,
  url: string,
  crowd: number,
  variant: "same" | "mixed",
): Promise<Times> {
  const load = fork(join(folder, "load.ts"), [url, String(crowd), variant]);
  const observer = createPublicClient({ transport: webSocket(chain.url.replace("http", "ws")) });
  const blocks = new Map<bigint, number>();
  const stop = observer.watchBlocks({
    onBlock: ({ number }) => blocks.set(number, performance.timeOrigin + performance.now()),
  });
  const times: Times = { sinceBlock: [], sinceFirst: [] };
  await report(load);
  // the first round warms everybody up
  for (let round = 0; round <= rounds; round++) {
    const arrived = report(load);
    const { blockNumber } = await chain.note(1, round);
    const message = await arrived;
    if (!("arrivals" in message)) throw new Error("The load said something unexpected.");
    const start = blocks.get(blockNumber);
    if (start === undefined) throw new Error(`The observer did not see block ${blockNumber}.`);
    if (round === 0) continue;
    const first = Math.min(...message.arrivals);
    for (const at of message.arrivals) {
      times.sinceBlock.push(at - start);
      times.sinceFirst.push(at - first);
    }
  }
  stop();
  (await observer.transport.getRpcClient()).close();
  load.send("end");
  await once(load, "exit");
  return times;
}

async function report(load: ChildProcess): Promise<Report> {
  const [message] = (await once(load, "message")) as [Report];
  return message;
}
