import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EmbeddedIndex } from "../indexer/embedded-index.ts";
import { indexId } from "../indexer/index-id.ts";
import { Failure } from "../command.ts";
import { writeGeneratedFiles } from "../generated-files.ts";
import { binary, root, writeWhole } from "../paths.ts";
import { anvilBinary, chainAnswers, goOnInTime, mineByInterval, startChain } from "./chain.ts";
import { contractsDigest, digestOf } from "./digest.ts";
import { inTurn } from "./folder.ts";
import type { Progress } from "./progress.ts";
import {
  boundLog,
  describeEnd,
  runToEnd,
  type Service,
  startService,
  waitUntilReady,
} from "./service.ts";
import { WorldState } from "./world-state.ts";

const READY_TIMEOUT_MS = 120_000;

/** While a world runs: every so often its logs are kept short and its chain is kept. */
const HOUSEKEEPING_MS = 30_000;
const MOST_LOG_BYTES = 5_000_000;

/** A world that has been left on for so long slows down, so as not to fill the disk: a block is 1.7 kB in the chain's state. */
const SLOWER_AFTER_MS = 3_600_000;
const SLOW_BLOCK_SECONDS = 5;

const viteConfig = join(root, "web", "vite.config.ts");

export interface Ports {
  app: number;
  api: number;
  chain: number;
}

export interface LocalWorldOptions {
  /** Everything that is written goes here: chain, index, logs, web build. */
  folder: string;
  ports: Ports;
  /** Throw away a kept chain and its index. */
  fresh: boolean;
  /** Serve the web app. */
  web: boolean;
  /** Let simulated savers act. */
  simulation: boolean;
  /** Where the index goes: the address of a PostgreSQL of the world's own, or else the embedded database. */
  database?: string;
  progress: Progress;
  abort: AbortSignal;
}

/** The chain, the contracts, oracle and keeper, the indexer, the web app and the simulated savers, as one thing. */
export class LocalWorld {
  readonly urls: { app: string; api: string; chain: string };
  readonly state: WorldState;
  readonly logFolder: string;
  readonly #webFolder: string;
  readonly #options: LocalWorldOptions;
  readonly #services: Service[] = [];
  #chain: Service | undefined;
  #housekeeping: NodeJS.Timeout | undefined;
  #slowing: NodeJS.Timeout | undefined;
  readonly #failure = Promise.withResolvers<never>();

  constructor(options: LocalWorldOptions) {
    this.#options = options;
    const { folder, ports } = options;
    this.state = new WorldState(join(folder, "world"));
    this.logFolder = join(folder, "logs");
    this.#webFolder = join(folder, "web");
    this.urls = {
      app: `http://127.0.0.1:${ports.app}`,
      api: `http://127.0.0.1:${ports.api}/graphql`,
      chain: `http://127.0.0.1:${ports.chain}`,
    };
  }

  async start(): Promise<void> {
    const { progress, simulation, web } = this.#options;
    // Refuses a wrong KHIPU_ANVIL before anything is thrown away.
    anvilBinary();
    await progress.step("Compile contracts", () => this.#compile());
    // The web build needs nothing of the chain, so both go on side by side.
    await Promise.all([web && this.#buildWeb(), this.#startChainWithContracts()]);
    await progress.step("Start oracle and keeper", () => this.#startLottery());
    await progress.step("Start indexer and API", () => this.#startIndexer());
    if (web) await progress.step("Serve web app", () => this.#serveWeb());
    if (simulation) await progress.step("Let simulated savers act", () => this.#startSimulation());
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS).unref();
    this.#slowing = setTimeout(() => {
      mineByInterval(this.urls.chain, SLOW_BLOCK_SECONDS).catch(() => undefined);
    }, SLOWER_AFTER_MS).unref();
  }

  /** Never resolves; rejects with the story of the first process that ends by itself. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Ends every process; true when each ended by itself in time, so that what they keep is whole. */
  async stop(): Promise<boolean> {
    clearInterval(this.#housekeeping);
    clearTimeout(this.#slowing);
    const stopped = await Promise.all(this.#services.map((service) => service.stop()));
    // The chain goes last: what it saves must not be older than what the indexer has seen.
    const chainStopped = (await this.#chain?.stop()) ?? true;
    this.state.takeOverChain();
    return chainStopped && stopped.every(Boolean);
  }

  async #compile(): Promise<void> {
    await inTurn(join(root, "cache", "compiling"), async () => {
      await this.#runToEnd(
        "The compiler",
        "contracts",
        binary("hardhat"),
        ["build", "--no-tests"],
        {},
      );
      writeGeneratedFiles();
    });
  }

  async #buildWeb(): Promise<void> {
    const { progress } = this.#options;
    const stamp = join(this.#webFolder, ".sources");
    const sources = digestOf(
      ["web", "packages", "protocol", "package-lock.json"].map((path) => join(root, path)),
    );
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) {
      progress.skip("Build web app", "unchanged");
      return;
    }
    await progress.step("Build web app", async () => {
      // Of a build that was interrupted there may be anything.
      rmSync(this.#webFolder, { recursive: true, force: true });
      const env = { KHIPU_WEB_OUT: this.#webFolder };
      await this.#runToEnd(
        "The web build",
        "web-build",
        binary("vite"),
        ["build", "--config", viteConfig],
        env,
      );
      writeWhole(stamp, sources);
    });
  }

  async #startChainWithContracts(): Promise<void> {
    const { fresh, progress } = this.#options;
    const contracts = contractsDigest();
    const kept = this.state.kept(contracts);
    const canKeep = anvilBinary() !== undefined;
    let why = kept === "none" || fresh ? "" : " (the kept one is damaged)";

    if (!fresh && kept === "other contracts") {
      throw new Failure(
        "The contracts have changed since the kept world was made: `npm start -- --fresh` throws it away and begins a new one, KHIPU_STATE=<folder> keeps it and begins one beside it.",
      );
    }
    if (!fresh && kept === "whole" && !canKeep) {
      throw new Failure(
        "Hardhat's node cannot go on with the kept world: `npm start -- --fresh` throws it away, KHIPU_STATE=<folder> keeps it and begins one beside it.",
      );
    }
    if (!fresh && kept === "whole") {
      this.state.resume();
      const isThere = await progress.step("Start chain where it stopped", async () => {
        await this.#startChain();
        await goOnInTime(this.urls.chain);
        return this.state.matchesChain(this.urls.chain);
      });
      if (isThere) {
        await mineByInterval(this.urls.chain);
        return;
      }
      // It was killed before it had saved the deployment.
      await this.#chain?.stop();
      why = " (the kept one lacks its deployment)";
    }

    if (why !== "") progress.line(`  What was kept is now in ${this.state.setAside()}.`);
    this.state.reset(contracts);
    await progress.step(`Start a new chain${why}`, () => this.#startChain());
    await progress.step("Deploy contracts", () => this.#deploy());
    await mineByInterval(this.urls.chain);
  }

  async #startChain(): Promise<void> {
    this.#chain = startChain({
      port: this.#options.ports.chain,
      logFile: this.#logFile("chain"),
      state: { from: this.state.chainFile, to: this.state.nextChainFile },
    });
    this.#watch(this.#chain);
    await this.#untilReady(this.#chain, () => chainAnswers(this.urls.chain));
  }

  async #deploy(): Promise<void> {
    const args = [
      join(root, "scripts/deploy.ts"),
      "--network",
      "local",
      "--parameters",
      join(root, "ignition/parameters/local.json5"),
      "--output",
      this.state.deploymentFile,
    ];
    await this.#runToEnd("The deployment", "deploy", process.execPath, args, {
      KHIPU_RPC_URL: this.urls.chain,
    });
  }

  /** Chainlink's part of the lottery's draws, and somebody who sees to it that they happen on time. */
  async #startLottery(): Promise<void> {
    const args = ["--deployment", this.state.deploymentFile, "--rpc", this.urls.chain];
    const node = process.execPath;
    const oracle = [join(root, "scripts/local/vrf-prover.ts"), ...args];
    // The play money earns fast, so that its yield is booked often.
    const keeper = [join(root, "scripts/keeper.ts"), ...args];
    keeper.push("--yield-seconds", "15", "--least", "0.01");
    const services: [service: Service, sign: string][] = [
      [this.#start("The oracle", "oracle", node, oracle, {}), "ready"],
      [this.#start("The keeper", "keeper", node, keeper, {}), "keeps"],
    ];
    for (const [service, sign] of services) {
      await this.#untilReady(service, () => Promise.resolve(logOf(service).includes(sign)));
    }
  }

  async #startIndexer(): Promise<void> {
    const { api, chain } = this.#options.ports;
    const args = [join(root, "scripts/indexer.ts"), "--port", String(api)];
    const kept = new EmbeddedIndex(this.state.indexFolder, indexId([this.state.deployment()]));
    if (kept.fault === "of another version" && this.#options.database === undefined) {
      this.#options.progress.line(
        "  – The index is of another version: made again from the chain.",
      );
    }
    const indexer = this.#start("The indexer", "indexer", process.execPath, args, {
      KHIPU_DEPLOYMENT: this.state.deploymentFile,
      KHIPU_INDEX_DIR: this.state.indexFolder,
      KHIPU_RPC_URL: this.urls.chain,
      KHIPU_WS_URL: `ws://127.0.0.1:${chain}`,
      // A database of the person's own is not for a throw-away chain.
      DATABASE_URL: this.#options.database ?? "",
    });
    await this.#untilReady(indexer, () => answers(`http://127.0.0.1:${api}/live/fresh`));
  }

  async #serveWeb(): Promise<void> {
    const config = {
      apiUrl: this.urls.api,
      rpcUrl: this.urls.chain,
      testNetwork: true,
      deployment: JSON.parse(readFileSync(this.state.deploymentFile, "utf8")) as unknown,
    };
    writeWhole(join(this.#webFolder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
    const args = ["preview", "--config", viteConfig, "--outDir", this.#webFolder];
    args.push("--host", "127.0.0.1", "--port", String(this.#options.ports.app), "--strictPort");
    const server = this.#start("The web server", "web", binary("vite"), args, {
      KHIPU_WEB_OUT: this.#webFolder,
    });
    await this.#untilReady(server, () => answers(this.urls.app));
  }

  async #startSimulation(): Promise<void> {
    const args = [
      join(root, "scripts/simulate.ts"),
      "--deployment",
      this.state.deploymentFile,
      "--rpc",
      this.urls.chain,
    ];
    const simulation = this.#start("The simulation", "simulation", process.execPath, args, {});
    await this.#untilReady(simulation, () => Promise.resolve(logOf(simulation).includes("seed")));
  }

  #start(
    name: string,
    log: string,
    command: string,
    args: string[],
    env: Record<string, string>,
  ): Service {
    const service = startService({ name, command, args, env, logFile: this.#logFile(log) });
    this.#watch(service);
    this.#services.push(service);
    return service;
  }

  async #runToEnd(
    name: string,
    log: string,
    command: string,
    args: string[],
    env: Record<string, string>,
  ) {
    await runToEnd({ name, command, args, env, logFile: this.#logFile(log) }, this.#options.abort);
  }

  async #untilReady(service: Service, ready: () => Promise<boolean>): Promise<void> {
    await waitUntilReady(service, ready, {
      timeoutMs: READY_TIMEOUT_MS,
      abort: this.#options.abort,
    });
  }

  #keepHouse(): void {
    for (const { logFile } of [...this.#services, ...(this.#chain ? [this.#chain] : [])]) {
      boundLog(logFile, MOST_LOG_BYTES);
    }
    this.state.keepChain();
  }

  #logFile(name: string): string {
    return join(this.logFolder, `${name}.log`);
  }

  #watch(service: Service): void {
    void service.ended.then((end) => {
      if (!service.stopping) this.#failure.reject(new Failure(describeEnd(service, end)));
    });
  }
}

function logOf({ logFile }: Service): string {
  return readFileSync(logFile, "utf8");
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
}
