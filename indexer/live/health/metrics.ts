import type { ConnectionLimits } from "../limits/connection-limits.ts";
import type { Hub } from "../stream/hub.ts";
import type { LiveQueries } from "../queries/live-queries.ts";
import { prometheus } from "../ponder.ts";
import type { Stats } from "./stats.ts";
import type { WatchedChain } from "./finality-monitor.ts";

export interface Sources {
  readonly stats: Stats;
  readonly connectionLimits: ConnectionLimits;
  readonly hub: Hub;
  readonly liveQueries: LiveQueries;
  readonly chains: () => readonly WatchedChain[];
}

export interface Metrics {
  /** How long it took from hearing of a change to having it on the way to everybody. */
  readonly delivered: (seconds: number) => void;
}

/** Adds this layer's metrics to those that Ponder serves at /metrics. */
export function registerMetrics({
  stats,
  connectionLimits,
  hub,
  liveQueries,
  chains,
}: Sources): Metrics {
  const { client, registry } = prometheus();
  const registers = [registry];

  const counter = (name: string, help: string, read: () => number): void => {
    registry.removeSingleMetric(name);
    new client.Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.removeSingleMetric(name);
    new client.Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const gaugeByChain = (
    name: string,
    help: string,
    read: (chain: WatchedChain) => number,
  ): void => {
    registry.removeSingleMetric(name);
    new client.Gauge({
      name,
      help,
      labelNames: ["chain"],
      registers,
      collect() {
        for (const chain of chains()) this.set({ chain: chain.name }, read(chain));
      },
    });
  };

  gauge(
    "live_connections",
    "Open connections, WebSocket and SSE.",
    () => connectionLimits.connections,
  );
  gauge("live_event_subscriptions", "Event streams that are up to date.", () => hub.counts.live);
  gauge("live_event_scans", "Event streams that are still catching up.", () => hub.counts.scanning);
  gauge("live_event_groups", "Distinct event streams.", () => hub.counts.groups);
  gauge("live_queries", "Distinct live queries.", () => liveQueries.size);
  gaugeByChain("live_head_block", "The newest indexed block.", ({ head }) => head?.number ?? 0);
  gaugeByChain("live_head_age_seconds", "How old the newest indexed block is.", ({ head }) =>
    head ? Date.now() / 1_000 - head.timestamp : 0,
  );
  gaugeByChain(
    "live_chain_head_block",
    "The chain's newest block by its node.",
    ({ finalityMonitor }) => finalityMonitor.chainHead ?? 0,
  );
  gaugeByChain(
    "live_orphaned",
    "1: the index has final events that are no longer on the chain.",
    ({ finalityMonitor }) => Number(finalityMonitor.isOrphaned),
  );
  counter(
    "live_websocket_messages_total",
    "Results sent over WebSocket.",
    () => stats.messages.websocket,
  );
  counter("live_sse_messages_total", "Results sent over SSE.", () => stats.messages.sse);
  counter(
    "live_event_messages_total",
    "Event messages made, each for all who get it.",
    () => stats.made,
  );
  counter("live_queries_total", "Queries run, for live queries too.", () => stats.queries);
  counter(
    "live_slow_connections_total",
    "Connections closed for reading too slowly.",
    () => stats.slowConnections,
  );
  counter(
    "live_reorganisations_total",
    "Reorganisations that undid events.",
    () => stats.reorganisations,
  );
  counter(
    "live_undone_events_total",
    "Events that reorganisations undid.",
    () => stats.undoneEvents,
  );

  const name = "live_delivery_seconds";
  registry.removeSingleMetric(name);
  const delivery = new client.Histogram({
    name,
    help: "From hearing of a committed block to having its messages on their way.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers,
  });
  return {
    delivered(seconds) {
      delivery.observe(seconds);
    },
  };
}
