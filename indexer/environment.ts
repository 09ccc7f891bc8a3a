// The indexer's settings, all from environment variables; docs/operators.md lists them.

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How often one HTTP URL is given to Ponder when the node is local. Ponder allows each URL 20 requests a second at first
 * and raises that slowly: right for a public provider, needless for a node on the same machine.
 */
const LOCAL_URL_REPEATS = 25;

export interface ChainEndpoints {
  rpc: string[];
  ws?: string;
  /** Milliseconds between looks at the head where no WebSocket pushes it. */
  pollingInterval: number;
}

/**
 * Where a chain is reached: KHIPU_RPC_URL (one or several, separated by commas), KHIPU_WS_URL, KHIPU_POLLING_MS. With several
 * chains each has its own: KHIPU_RPC_URL_<chain id> and so on.
 */
export function chainEndpoints(env: Environment, chainId?: number): ChainEndpoints {
  const suffix = chainId === undefined ? "" : `_${chainId}`;
  const variables = {
    rpc: `KHIPU_RPC_URL${suffix}`,
    ws: `KHIPU_WS_URL${suffix}`,
    polling: `KHIPU_POLLING_MS${suffix}`,
  };
  const given = env[variables.rpc];
  if (given === undefined && chainId !== undefined) {
    throw new Error(`${variables.rpc} is needed: with several chains each has its own RPC URL.`);
  }
  const urls = (given ?? "http://127.0.0.1:8545").split(",").map((url) => url.trim());
  for (const url of urls) assertUrl(variables.rpc, url, ["http:", "https:"]);
  const rpc = urls.flatMap((url) =>
    isLoopback(url) ? Array<string>(LOCAL_URL_REPEATS).fill(url) : [url],
  );

  const polling = env[variables.polling];
  const pollingInterval = Number(polling ?? 1_000);
  if (!Number.isInteger(pollingInterval) || pollingInterval < 100) {
    throw new Error(
      `${variables.polling} is "${polling ?? ""}": it must be at least 100 (milliseconds).`,
    );
  }

  const ws = env[variables.ws];
  if (ws === undefined || ws === "") return { rpc, pollingInterval };
  assertUrl(variables.ws, ws, ["ws:", "wss:"]);
  return { rpc, ws, pollingInterval };
}

/** The chain whose events this process streams, where several are indexed: KHIPU_STREAM_CHAIN. */
export function streamedChain(env: Environment): number | undefined {
  const given = env["KHIPU_STREAM_CHAIN"];
  if (given === undefined || given === "") return undefined;
  const chainId = Number(given);
  if (Number.isInteger(chainId) && chainId > 0) return chainId;
  throw new Error(`KHIPU_STREAM_CHAIN is "${given}": it must be the id of a chain.`);
}

/** PostgreSQL at DATABASE_URL, or else the embedded PGlite in the folder KHIPU_INDEX_DIR. */
export function databaseFrom(env: Environment) {
  const connectionString = env["DATABASE_URL"];
  if (connectionString !== undefined && connectionString !== "") {
    assertUrl("DATABASE_URL", connectionString, ["postgres:", "postgresql:"]);
    return { kind: "postgres" as const, connectionString };
  }
  return { kind: "pglite" as const, directory: env["KHIPU_INDEX_DIR"] ?? ".khipu/world/index" };
}

function assertUrl(variable: string, value: string, protocols: string[]): void {
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return;
  const expected = protocols.map((protocol) => `${protocol}//`).join(" or ");
  throw new Error(`${variable} is "${value}": it must be a URL that begins with ${expected}.`);
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
