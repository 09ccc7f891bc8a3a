import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Watchdog } from "../../scripts/indexer/watchdog.ts";
import { freePort, spawnIndexer, type Chain, type IndexerOptions } from "../live/world.ts";

export interface Watched {
  readonly url: string;
  /** What the watchdog has said. */
  readonly said: readonly string[];
  /** Kills the indexer the way that leaves it no time for anything. */
  kill(): void;
  stop(): Promise<void>;
}

/** An indexer with a watchdog over it, as `npm run indexer` has one. */
export async function startWatched(
  chain: Chain,
  rpcUrl: string,
  patienceMs: number,
  options: IndexerOptions = {},
): Promise<Watched> {
  const port = await freePort();
  const scratch = mkdtempSync(join(tmpdir(), "chaos-"));
  const said: string[] = [];
  const watchdog = new Watchdog({
    start: () => {
      const child = spawnIndexer({ ...chain, url: rpcUrl }, scratch, { ...options, port });
      // somebody has to read what it says
      child.stdout?.resume();
      child.stderr?.resume();
      return child;
    },
    apiUrl: `http://127.0.0.1:${port}`,
    rpcUrls: [rpcUrl],
    wsUrl: rpcUrl.replace("http", "ws"),
    patienceMs,
    say: (sentence) => said.push(sentence),
  });
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    said,
    kill() {
      if (watchdog.pid !== undefined) process.kill(watchdog.pid, "SIGKILL");
    },
    async stop() {
      watchdog.stop("SIGTERM");
      await watchdog.ended;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
