import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import pg from "pg";
import { createPublicClient, http } from "viem";
import { chainsOf } from "../indexer/chains.ts";
import { deploymentFiles, readDeployments } from "../indexer/deployments.ts";
import { databaseFrom, streamedChain } from "../indexer/environment.ts";
import { type Deployment, isOnChain } from "../protocol/deployment.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { idInSchema, indexId, writeIdInSchema } from "./indexer/index-id.ts";
import { EmbeddedIndex } from "./indexer/embedded-index.ts";
import { Watchdog } from "./indexer/watchdog.ts";
import { portFrom, requireFreePort } from "./local/ports.ts";
import { binary, root } from "./paths.ts";
import { endWithUs } from "./reaper.ts";

const help = `Usage: npm run indexer -- [options]

Indexes a deployment and serves the API. First it makes sure that the deployment file, the chain and the database are there. Then it watches:
an indexer that dies, or stands still while the chain goes on, is started again.

  --serve            only serve the API, from a database that another process fills (PostgreSQL)
  --schema <name>    database schema; a new version of the indexer wants a new one (default khipu)
  --port <n>         port of the API (default 42069)
  --hostname <name>  address to listen on (default 127.0.0.1)
  --help             this text

Environment: KHIPU_DEPLOYMENT, KHIPU_RPC_URL, KHIPU_WS_URL, KHIPU_POLLING_MS, DATABASE_URL, KHIPU_INDEX_DIR, KHIPU_STREAM_CHAIN, KHIPU_STALL_SECONDS; see docs/operators.md.
`;

const PATIENCE_MS = 5_000;

await runScript(async () => {
  const options = parseOptions(help, {
    serve: { type: "boolean" },
    schema: { type: "string", default: "khipu" },
    port: { type: "string", default: "42069" },
    hostname: { type: "string", default: "127.0.0.1" },
  });
  if (options === undefined) return;
  const { serve, schema, port, hostname } = options;
  const apiPort = portFrom("--port", port);
  const database = failing(() => databaseFrom(process.env));
  if (serve === true && database.kind !== "postgres") {
    throw new Failure(
      "--serve needs a database that several processes can share: set DATABASE_URL.",
    );
  }
  const stallSeconds = readStallSeconds();
  const deployments = readAllDeployments();
  const chains = failing(() => chainsOf(deployments, process.env));
  for (const deployment of deployments) {
    const { rpc = [] } = Object.values(chains).find(({ id }) => id === deployment.chainId) ?? {};
    await assertChainAnswers(deployment, rpc);
  }
  failing(() => streamedChain(process.env));
  if (database.kind === "postgres") {
    await assertDatabaseAnswers(database.connectionString);
    if (serve !== true) await assertSameVersion(database.connectionString, schema, deployments);
  }

  // Ponder would take the next one without a word.
  await requireFreePort(apiPort, "--port ");
  const id = indexId(deployments);
  const embedded =
    database.kind === "pglite"
      ? new EmbeddedIndex(resolve(root, database.directory), id)
      : undefined;
  embedded?.claim();

  const args = [
    serve === true ? "serve" : "start",
    "--root",
    "indexer",
    "--config",
    "../ponder.config.ts",
  ];
  args.push("--schema", schema, "--port", port, "--hostname", hostname);
  const env = { ...process.env, PONDER_TELEMETRY_DISABLED: "true" };
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  let isNoted = embedded !== undefined || serve === true;
  const noteId = async (): Promise<void> => {
    if (isNoted || database.kind !== "postgres") return;
    isNoted = true;
    await writeIdInSchema(database.connectionString, schema, id).catch(() => (isNoted = false));
  };
  const start = (): ChildProcess => {
    const fault = embedded?.discardFaulty();
    if (fault === "unfinished") {
      say("The embedded index was not ended properly: making it again from the chain.");
    } else if (fault !== undefined) {
      say("The embedded index is of another version: making it again from the chain.");
    }
    const indexer = spawn(binary("ponder"), args, { cwd: root, stdio: "inherit", env });
    endWithUs(indexer, { group: false });
    embedded?.entrust(indexer);
    return indexer;
  };
  const watchdog = new Watchdog({
    start,
    apiUrl: `http://${hostname}:${port}`,
    chains: Object.values(chains).map(({ id, rpc, ws }) => ({
      chainId: id,
      rpcUrls: [...new Set(rpc)],
      // a server that indexes nothing does not listen to the chain
      wsUrl: serve === true ? undefined : ws,
    })),
    patienceMs: stallSeconds * 1_000,
    say,
    onCaughtUp() {
      embedded?.caughtUp();
      void noteId();
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => watchdog.stop(signal));
  process.exitCode = await watchdog.ended;
});

/** How long the index may stand still while the chain goes on; then the indexer is started again. */
function readStallSeconds(): number {
  const text = process.env["KHIPU_STALL_SECONDS"];
  const seconds = text === undefined || text === "" ? 30 : Number(text);
  if (Number.isInteger(seconds) && seconds >= 5) return seconds;
  throw new Failure(`KHIPU_STALL_SECONDS is "${text ?? ""}": it must be at least 5 (seconds).`);
}

function readAllDeployments(): Deployment[] {
  for (const file of deploymentFiles(process.env)) {
    if (existsSync(file)) continue;
    throw new Failure(
      `There is no deployment file ${file}: deploy first, or name one with KHIPU_DEPLOYMENT.`,
    );
  }
  return failing(() => readDeployments(process.env));
}

async function assertChainAnswers(deployment: Deployment, urls: Iterable<string>): Promise<void> {
  const { chainId, network } = deployment;
  for (const url of new Set(urls)) {
    const chain = createPublicClient({
      transport: http(url, { retryCount: 1, timeout: PATIENCE_MS }),
    });
    const [id, isOurs] = await Promise.all([
      chain.getChainId(),
      isOnChain(deployment, chain),
    ]).catch(() => {
      throw new Failure(`The chain does not answer at ${url} (KHIPU_RPC_URL).`);
    });
    if (id !== chainId || !isOurs) {
      throw new Failure(
        `The chain at ${url} (chain id ${id}) is not the one of the deployment on ${network} (chain id ${chainId}).`,
      );
    }
  }
}

async function assertDatabaseAnswers(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: PATIENCE_MS });
  try {
    await client.connect();
    await client.query("select 1");
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    throw new Failure(`The database at DATABASE_URL cannot be used: ${message || code}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function assertSameVersion(
  connectionString: string,
  schema: string,
  deployments: readonly Deployment[],
): Promise<void> {
  const id = await idInSchema(connectionString, schema);
  if (id === undefined || id === indexId(deployments)) return;
  throw new Failure(
    `The index in the schema "${schema}" is of another version: start this one with another --schema, wait until its /ready answers 200, send the traffic there, then stop the old one.`,
  );
}

/** What goes wrong in here is the person's to mend, so it is told without a stack. */
function failing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
}
