import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anvilBinary } from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { descendants } from "./descendants.ts";
import { type Run, runScript } from "./script.ts";

describe("npm start, asked for something it cannot do", () => {
  const scratch = mkdtempSync(join(tmpdir(), "khipuvault-start-"));
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });

  it("prints its options with --help", async () => {
    const { code, stdout } = await runScript("start", ["--help"]).ended;
    expect(code).toBe(0);
    for (const option of [
      "--fresh",
      "--no-simulation",
      "KHIPU_APP_PORT",
      "KHIPU_API_PORT",
      "KHIPU_CHAIN_PORT",
    ]) {
      expect(stdout).toContain(option);
    }
  });

  it("names an option that it does not know", async () => {
    const { code, stderr } = await runScript("start", ["--frehs"]).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("--frehs");
  });

  it.each(["KHIPU_APP_PORT", "KHIPU_API_PORT", "KHIPU_CHAIN_PORT"])(
    "refuses a %s that is no port",
    async (variable) => {
      const { code, stderr } = await runScript("start", [], { [variable]: "eighty" }).ended;
      expect(code).toBe(1);
      expect(stderr.trim()).toBe(
        `${variable} is "eighty": it must be a port number from 1 to 65535.`,
      );
    },
  );

  it("names an anvil that is not there", async () => {
    const { code, stderr } = await runScript("start", [], {
      ...(await freePorts()),
      KHIPU_STATE: join(scratch, "anvil"),
      KHIPU_ANVIL: "/no/anvil",
    }).ended;
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      'KHIPU_ANVIL is "/no/anvil": there is no such file. "none" means Hardhat\'s node.',
    );
  });

  it("names a busy port and the variable that chooses another", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    const env = { KHIPU_APP_PORT: String(port), KHIPU_STATE: join(scratch, "ports") };
    const { code, stderr } = await runScript("start", [], env).ended;
    expect(code).toBe(1);
    const [, proposed] =
      new RegExp(`^Port ${port} is in use.*KHIPU_APP_PORT=(\\d+)\\.`).exec(stderr) ?? [];
    // What it proposes is free.
    const other = createServer().listen(Number(proposed), "127.0.0.1");
    await once(other, "listening");
    other.close();
    server.close();
  });

  it("leaves a folder alone that holds what is not its own", async () => {
    const folder = join(scratch, "photos");
    for (const path of ["web", "world"]) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, "cat.jpg"), "cat");
    }
    for (const [state, cwd] of [
      [folder, "/"],
      ["photos", scratch],
    ] as const) {
      const env = { ...(await freePorts()), KHIPU_STATE: state, INIT_CWD: cwd };
      const { code, stderr } = await runScript("start", ["--fresh"], env).ended;
      expect(code).toBe(1);
      expect(stderr.trim()).toBe(
        `${folder} holds things that are not KhipuVault's: name an empty folder, or a new one, with KHIPU_STATE=<folder>.`,
      );
    }
    expect(readFileSync(join(folder, "web/cat.jpg"), "utf8")).toBe("cat");
    expect(readFileSync(join(folder, "world/cat.jpg"), "utf8")).toBe("cat");
    expect(readdirSync(folder)).toEqual(["web", "world"]);
  });

  it("wants three different ports", async () => {
    const port = String(await freePort());
    const ports = { ...(await freePorts()), KHIPU_APP_PORT: port, KHIPU_API_PORT: port };
    const { stderr } = await runScript("start", [], ports).ended;
    expect(stderr).toContain("must be three ports");
  });
});

describe("npm start", () => {
  let folder: string;
  let env: Record<string, string>;
  let run: Run;

  const start = async (more: Record<string, string> = {}, inShell = false) => {
    env = { KHIPU_STATE: folder, ...(await freePorts()), ...more };
    run = runScript("start", [], env, inShell);
    const [, app, api, chain] = await run.printed(
      /^ready in .* app (\S+) {2}api (\S+) {2}chain (\S+)$/m,
    );
    return { app: app ?? "", api: api ?? "", chain: chain ?? "" };
  };

  const rpc = async (url: string, method: string, params: unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return ((await response.json()) as { result: unknown }).result;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "khipuvault-start-"));
  });

  afterAll(async () => {
    run.kill("SIGTERM");
    await run.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it("ends in a page, an API and a chain that answer", async () => {
    const { app, api, chain } = await start();
    expect(await (await fetch(app)).text()).toContain("KhipuVault");
    const config = (await (await fetch(`${app}/config.json`)).json()) as { apiUrl: string };
    expect(config.apiUrl).toBe(api);
    const query = new URLSearchParams({ query: "{ savingsPools { items { totalPrincipal } } }" });
    const answer = await fetch(`${api}?${query.toString()}`, {
      headers: { accept: "application/json" },
    });
    expect(await answer.json()).toHaveProperty("data.savingsPools.items");
    expect(await rpc(chain, "eth_chainId")).toBe("0x7a69");
  });

  it("refuses to run the same world twice", async () => {
    const second = runScript("start", [], { ...env, ...(await freePorts()) });
    const { code, stderr } = await second.ended;
    expect(code).toBe(1);
    expect(stderr).toContain("already runs");
  });

  it("ends everything within five seconds of SIGTERM and leaves no process behind", async () => {
    const processes = descendants(run.pid);
    expect(processes.length).toBeGreaterThan(3);
    const asked = performance.now();
    run.kill("SIGTERM");
    const { code } = await run.ended;
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(code).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  const withAnvil = it.skipIf(anvilBinary() === undefined);
  /** The hash of a block of the deployment, on the chain that runs now. */
  const deploymentBlock = async (chain: string) => {
    const { number } = kept().block;
    const block = await rpc(chain, "eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
    return (block as { hash: string }).hash;
  };
  const kept = () =>
    JSON.parse(readFileSync(join(folder, "world", "deployment.json"), "utf8")) as {
      block: { number: number; hash: string };
    };

  withAnvil(
    "goes on with the kept chain, and ends everything when it is killed itself",
    async () => {
      const { hash } = kept().block;
      expect(await deploymentBlock((await start()).chain)).toBe(hash);
      const processes = descendants(run.pid);
      run.kill("SIGKILL");
      await expect.poll(() => processes.filter(isAlive), { timeout: 15_000 }).toEqual([]);
      expect(await deploymentBlock((await start()).chain)).toBe(hash);
    },
  );

  it("says which process died, shows its last lines, and stops the others", async () => {
    const processes = descendants(run.pid);
    const [chain] = processes.filter((pid) =>
      commandOf(pid).includes(`--port ${env["KHIPU_CHAIN_PORT"] ?? ""}`),
    );
    if (chain === undefined) throw new Error("the chain was not found among the processes");
    process.kill(chain, "SIGKILL");
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toContain("The chain was ended by SIGKILL");
    expect(stderr).toContain(join(folder, "logs", "chain.log"));
    expect(processes.filter(isAlive)).toEqual([]);
  });

  it("begins anew when what was kept is damaged; where there is no anvil on Hardhat's node, with blocks by the clock", async () => {
    writeFileSync(join(folder, "world", "world.json"), "");
    const { chain } = await start({ KHIPU_ANVIL: "none" }, true);
    expect(existsSync(join(folder, "world.damaged", "deployment.json"))).toBe(true);
    expect(await rpc(chain, "web3_clientVersion")).toMatch(/^HardhatNetwork|^Hardhat/);
    const first = Number(await rpc(chain, "eth_blockNumber"));
    while (Number(await rpc(chain, "eth_blockNumber")) < first + 2);
  });

  it("ends everything when only the shell in between was told, as npm does", async () => {
    const processes = descendants(run.pid);
    expect(processes.length).toBeGreaterThan(3);
    run.kill("SIGTERM");
    await run.ended;
    expect(processes.filter(isAlive)).toEqual([]);
  });
});

async function freePorts(): Promise<Record<string, string>> {
  return {
    KHIPU_APP_PORT: String(await freePort()),
    KHIPU_API_PORT: String(await freePort()),
    KHIPU_CHAIN_PORT: String(await freePort()),
  };
}

function commandOf(pid: number): string {
  return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
}

/** A process that has ended and that nobody has asked about yet still has a number, and no life. */
function isAlive(pid: number): boolean {
  try {
    const state = execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    return !state.startsWith("Z");
  } catch {
    return false;
  }
}
