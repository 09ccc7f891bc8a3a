import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { hexToBigInt } from "viem";
import { describe, expect, test } from "vitest";
import { atomicFile } from "../../packages/live-client/src/node.ts";
import { Random } from "../../scripts/local/random.ts";
import { hasAnvil, startChain, startIndexer, type Chain } from "../live/world.ts";
import { eachSeed, firstSeed, isDeep } from "../seed.ts";

const root = join(import.meta.dirname, "../..");
const node = join(root, "node_modules/.bin/node");
const livesOf = isDeep ? 600 : 8;
/** A node that starts on a busy machine takes about as long. */
const longestLifeMs = 1_000;

/** A block that is gone before Ponder has read its logs: it asks for them for 64 seconds before it looks at the chain again. */
const patienceMs = 150_000;

interface Known {
  readonly cursor: string;
  readonly deposits: readonly { readonly blockNumber: string; readonly assets: string }[];
}

/** The program of docs/bots.md, listening to another contract at another place. */
function program(url: string): string {
  const page = readFileSync(join(root, "docs/bots.md"), "utf8");
  const snippet = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, text = ""]) => text);
  const [found] = snippet.filter((text) => text.includes("atomicFile"));
  if (!found) throw new Error("docs/bots.md has lost its program.");
  return found
    .replace("http://127.0.0.1:42069/graphql", url)
    .replace("DepositMade", "Noted")
    .replace("args.assets", "args.value");
}

function prepareFolder(url: string): string {
  const folder = mkdtempSync(join(tmpdir(), "killed-bot-"));
  const source = join(root, "packages/live-client");
  execFileSync(node, [join(root, "node_modules/typescript/bin/tsc"), "-p", source]);
  mkdirSync(join(folder, "node_modules/@khipuvault"), { recursive: true });
  symlinkSync(source, join(folder, "node_modules/@khipuvault/live-client"));
  writeFileSync(join(folder, "sums.mjs"), program(url));
  return folder;
}

/** The sum of what the chain's logs say. */
async function sumOn({ client, address }: Chain): Promise<bigint> {
  const logs = await client.getLogs({ address, fromBlock: 0n });
  // Noted names an account and a room; what is shouted has no room
  const noted = logs.filter(({ topics }) => (topics as readonly unknown[]).length === 3);
  return noted.reduce((sum, { data }) => sum + hexToBigInt(data), 0n);
}

async function live(seed: string): Promise<void> {
  const random = new Random(seed);
  const chain = await startChain();
  await chain.mine(35);
  const indexer = await startIndexer(chain);
  const folder = prepareFolder(indexer.url);
  const file = atomicFile<Known>(join(folder, "sums.json"));
  const said: string[] = [];
  const run = () => {
    const bot = spawn(node, ["sums.mjs"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    bot.stderr.on("data", (data: Buffer) => said.push(data.toString()));
    return bot;
  };
  const sum = (): bigint =>
    (file.read()?.deposits ?? []).reduce((total, { assets }) => total + BigInt(assets), 0n);

  let value = 0;
  for (let life = 0; life < livesOf; life++) {
    const bot = run();
    const end = AbortSignal.timeout(random.between(50, longestLifeMs));
    do {
      const action = random.fraction();
      if (action < 0.5) await chain.note(random.between(0, 3), ++value);
      else if (action < 0.75) await chain.burst(random.between(0, 3), random.between(1, 4));
      else await chain.reorg(random.between(1, 6));
      await setTimeout(random.between(0, 50));
    } while (!end.aborted);
    bot.kill("SIGKILL");
    if (bot.exitCode === null && bot.signalCode === null) await once(bot, "exit");
  }

  const last = run();
  const patience = AbortSignal.timeout(patienceMs);
  let expected = await sumOn(chain);
  while (sum() !== expected && !patience.aborted) {
    await setTimeout(100);
    await chain.mine(1);
    expected = await sumOn(chain);
  }
  last.kill("SIGKILL");
  await once(last, "exit");
  expect(sum(), said.join("\n")).toBe(expected);
  expect(expected).toBeGreaterThan(0n);
  rmSync(folder, { recursive: true });
  await indexer.stop();
  await chain.stop();
}

describe.skipIf(!hasAnvil)("the bot of docs/bots.md", () => {
  test(
    `that is killed at random while the chain reorganises ends with the chain's sum (seed ${firstSeed})`,
    { timeout: isDeep ? 1_800_000 : 300_000 },
    () => eachSeed(1, live),
  );
});
