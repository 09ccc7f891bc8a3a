/** What operators can set by environment variables; docs/live-operations.md explains each. */
export interface LiveSettings {
  readonly safeBlocks: number;
  readonly recentEvents: number;
  readonly pageSize: number;
  readonly maxQueueBytes: number;
  readonly maxMessageBytes: number;
  readonly maxSubscriptionsPerConnection: number;
  readonly maxHeldBytes: number;
  readonly maxQueuedBytes: number;
  readonly maxLiveQueries: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly messagesPerSecond: number;
  readonly queriesPerSecond: number;
  /** Milliseconds of this process's time that the messages of one address may take in a second. */
  readonly workPerSecond: number;
  /** Milliseconds that the queries of one address may run in a second. */
  readonly queryMsPerSecond: number;
  readonly queryMs: number;
  readonly maxLiveQueriesPerAddress: number;
  readonly maxProjectionsPerAddress: number;
  readonly runningQueries: number;
  readonly waitingQueries: number;
  readonly trustedProxies: number;
  readonly maxCost: number;
  readonly maxFilterValues: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxRepeats: number;
  readonly initSeconds: number;
  readonly requestSeconds: number;
  readonly pingSeconds: number;
  /** Origins that browsers may open sockets from; empty: any. */
  readonly origins: readonly string[];
  readonly persistedFile: string | undefined;
  readonly isPersistedOnly: boolean;
}

type NumberName = {
  [Name in keyof LiveSettings]: LiveSettings[Name] extends number ? Name : never;
}[keyof LiveSettings];

interface Setting {
  readonly variable: string;
  readonly default: number;
  readonly least: number;
}

const numbers: Readonly<Record<NumberName, Setting>> = {
  safeBlocks: { variable: "LIVE_SAFE_BLOCKS", default: 5, least: 0 },
  recentEvents: { variable: "LIVE_RECENT_EVENTS", default: 1_000, least: 0 },
  pageSize: { variable: "LIVE_PAGE_SIZE", default: 500, least: 1 },
  maxQueueBytes: { variable: "LIVE_MAX_QUEUE_BYTES", default: 4_194_304, least: 1_024 },
  maxMessageBytes: { variable: "LIVE_MAX_MESSAGE_BYTES", default: 65_536, least: 1_024 },
  maxSubscriptionsPerConnection: { variable: "LIVE_MAX_SUBSCRIPTIONS", default: 100, least: 1 },
  maxHeldBytes: { variable: "LIVE_MAX_HELD_BYTES", default: 1_048_576, least: 1_024 },
  maxQueuedBytes: { variable: "LIVE_MAX_QUEUED_BYTES", default: 268_435_456, least: 1_024 },
  maxLiveQueries: { variable: "LIVE_MAX_LIVE_QUERIES", default: 1_000, least: 0 },
  maxConnections: { variable: "LIVE_MAX_CONNECTIONS", default: 20_000, least: 1 },
  maxConnectionsPerAddress: {
    variable: "LIVE_MAX_CONNECTIONS_PER_ADDRESS",
    default: 200,
    least: 1,
  },
  messagesPerSecond: { variable: "LIVE_MESSAGES_PER_SECOND", default: 50, least: 1 },
  queriesPerSecond: { variable: "LIVE_QUERIES_PER_SECOND", default: 100, least: 1 },
  workPerSecond: { variable: "LIVE_WORK_MS_PER_SECOND", default: 250, least: 1 },
  queryMsPerSecond: { variable: "LIVE_QUERY_MS_PER_SECOND", default: 1_000, least: 1 },
  queryMs: { variable: "LIVE_QUERY_MS", default: 5_000, least: 100 },
  maxLiveQueriesPerAddress: {
    variable: "LIVE_MAX_LIVE_QUERIES_PER_ADDRESS",
    default: 100,
    least: 0,
  },
  maxProjectionsPerAddress: { variable: "LIVE_MAX_PROJECTIONS_PER_ADDRESS", default: 50, least: 1 },
  runningQueries: { variable: "LIVE_RUNNING_QUERIES", default: 4, least: 1 },
  waitingQueries: { variable: "LIVE_WAITING_QUERIES", default: 100, least: 0 },
  trustedProxies: { variable: "LIVE_TRUSTED_PROXIES", default: 0, least: 0 },
  maxCost: { variable: "LIVE_MAX_COST", default: 10_000, least: 1 },
  maxFilterValues: { variable: "LIVE_MAX_FILTER_VALUES", default: 1_000, least: 1 },
  maxTokens: { variable: "LIVE_MAX_TOKENS", default: 1_000, least: 1 },
  maxDepth: { variable: "LIVE_MAX_DEPTH", default: 20, least: 1 },
  maxAliases: { variable: "LIVE_MAX_ALIASES", default: 30, least: 0 },
  maxRepeats: { variable: "LIVE_MAX_REPEATS", default: 100, least: 1 },
  initSeconds: { variable: "LIVE_INIT_SECONDS", default: 5, least: 1 },
  requestSeconds: { variable: "LIVE_REQUEST_SECONDS", default: 10, least: 1 },
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
  const values = Object.entries(numbers).map(([name, setting]) => [name, read(setting)]);
  const isPersistedOnly = environment["LIVE_PERSISTED_ONLY"] === "1";
  const file = environment["LIVE_PERSISTED_FILE"];
  const persistedFile = file === "" ? undefined : file;
  if (isPersistedOnly && persistedFile === undefined) {
    throw new Error("LIVE_PERSISTED_ONLY needs a list: name its file in LIVE_PERSISTED_FILE.");
  }
  return {
    ...(Object.fromEntries(values) as Record<NumberName, number>),
    origins: (environment["LIVE_ORIGINS"] ?? "").split(",").filter((origin) => origin !== ""),
    persistedFile,
    isPersistedOnly,
  };
}
