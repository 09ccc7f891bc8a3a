import { Failure, parseOptions, runScript } from "./command.ts";
import { LocalWorld } from "./local/local-world.ts";
import { claimFolder } from "./local/folder.ts";
import { readPort, requireFreePort } from "./local/ports.ts";
import { Progress } from "./local/progress.ts";
import { stateFolder } from "./paths.ts";

const help = `Usage: npm start [-- options]

Starts the whole local world: a chain, the contracts, the indexer with its API, the web app, and a few simulated savers.
Where anvil runs, chain and index are kept and go on at the next start; Hardhat's node begins anew each time.

  --fresh           throw the kept chain and index away first
  --no-simulation   no simulated savers
  --help            this text

Environment:
  KHIPU_APP_PORT    port of the web app   (default 3000)
  KHIPU_API_PORT    port of the API       (default 42069)
  KHIPU_CHAIN_PORT  port of the chain     (default 8545)
  KHIPU_STATE       folder for chain, index, logs and web build  (default .khipu)
  KHIPU_ANVIL       an anvil to use instead of the one that comes with the packages, or "none" for Hardhat's node
`;

await runScript(async () => {
  const options = parseOptions(help, {
    fresh: { type: "boolean" },
    "no-simulation": { type: "boolean" },
  });
  if (options === undefined) return;
  const ports = {
    app: readPort("KHIPU_APP_PORT", 3_000),
    api: readPort("KHIPU_API_PORT", 42_069),
    chain: readPort("KHIPU_CHAIN_PORT", 8_545),
  };
  if (new Set(Object.values(ports)).size < 3) {
    throw new Failure("KHIPU_APP_PORT, KHIPU_API_PORT and KHIPU_CHAIN_PORT must be three ports.");
  }
  claimFolder(stateFolder, "KHIPU_STATE");
  await requireFreePort(ports.app, "KHIPU_APP_PORT=");
  await requireFreePort(ports.api, "KHIPU_API_PORT=");
  await requireFreePort(ports.chain, "KHIPU_CHAIN_PORT=");

  const abort = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        abort.abort();
        resolve();
      });
    }
  });

  const progress = new Progress();
  const world = new LocalWorld({
    folder: stateFolder,
    ports,
    web: true,
    fresh: options.fresh === true,
    simulation: options["no-simulation"] !== true,
    progress,
    abort: abort.signal,
  });
  try {
    await Promise.race([world.start(), world.failure, interrupted]);
    if (!abort.signal.aborted) {
      const { app, api, chain } = world.urls;
      progress.line(`ready in ${progress.total()}  app ${app}  api ${api}  chain ${chain}`);
      progress.line(`Logs are in ${world.logFolder}. Ctrl-C stops everything.`);
      await Promise.race([world.failure, interrupted]);
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  } finally {
    const whole = await world.stop();
    if (abort.signal.aborted && whole) world.state.markStopped();
  }
});
