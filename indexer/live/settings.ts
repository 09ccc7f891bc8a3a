/** What operators can set by environment variables; docs/live-operations.md explains each. */
export interface LiveSettings {
  readonly safeBlocks: number;
  readonly recentEvents: number;
  readonly pageSize: number;
  readonly maxQueueBytes: number;
  readonly maxMessageBytes: number;
  readonly maxSubscriptionsPerConnection: number;
  readonly maxConnections: number;
  readonly maxFilterValues: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly initSeconds: number;
  readonly pingSeconds: number;
}

interface Setting {
  readonly variable: string;
  readonly default: number;
  readonly least: number;
}

const settings: Readonly<Record<keyof LiveSettings, Setting>> = {
  safeBlocks: { variable: "LIVE_SAFE_BLOCKS", default: 5, least: 0 },
  recentEvents: { variable: "LIVE_RECENT_EVENTS", default: 1_000, least: 0 },
  pageSize: { variable: "LIVE_PAGE_SIZE", default: 500, least: 1 },
  maxQueueBytes: { variable: "LIVE_MAX_QUEUE_BYTES", default: 1_048_576, least: 1_024 },
  maxMessageBytes: { variable: "LIVE_MAX_MESSAGE_BYTES", default: 65_536, least: 1_024 },
  maxSubscriptionsPerConnection: { variable: "LIVE_MAX_SUBSCRIPTIONS", default: 100, least: 1 },
  maxConnections: { variable: "LIVE_MAX_CONNECTIONS", default: 20_000, least: 1 },
  maxFilterValues: { variable: "LIVE_MAX_FILTER_VALUES", default: 1_000, least: 1 },
  maxTokens: { variable: "LIVE_MAX_TOKENS", default: 1_000, least: 1 },
  maxDepth: { variable: "LIVE_MAX_DEPTH", default: 20, least: 1 },
  maxAliases: { variable: "LIVE_MAX_ALIASES", default: 30, least: 0 },
  initSeconds: { variable: "LIVE_INIT_SECONDS", default: 5, least: 1 },
  pingSeconds: { variable: "LIVE_PING_SECONDS", default: 15, least: 1 },
};

/** Throws one clear sentence about the first variable that is wrong. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): LiveSettings {
  const read = ({ variable, default: usual, least }: Setting): number => {
    const text = environment[variable];
    if (text === undefined || text === "") return usual;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new Error(`${variable} is "${text}": give a whole number of at least ${least}.`);
    }
    return value;
  };
  const values = Object.entries(settings).map(([name, setting]) => [name, read(setting)]);
  return Object.fromEntries(values) as Record<keyof LiveSettings, number>;
}
