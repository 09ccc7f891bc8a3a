import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "../../scripts/local/ports.ts";
import { runScript } from "./script.ts";

const refusal = async (args: string[], env: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await runScript("deploy", args, env).ended;
  expect(code).toBe(1);
  expect(stdout).toBe("");
  return stderr.trim();
};

describe("npm run deploy, given something wrong", () => {
  it("asks for a network and lists those there are", async () => {
    expect(await refusal([])).toBe("--network is needed: one of local, sepolia, localhost.");
  });

  it("names a network that does not exist and lists those that do", async () => {
    expect(await refusal(["--network", "sepholia"])).toMatch(
      /^There is no network "sepholia"\. There are: local, sepolia/,
    );
  });

  it("names a malformed address and the option it came with", async () => {
    const args = ["--network", "local", "--asset", "0x1234", "--strategy", "0x1234"];
    expect(await refusal(args)).toMatch(/^--asset is "0x1234": it must be an address/);
  });

  it("wants an asset and a strategy together", async () => {
    const args = ["--network", "local", "--asset", "0x5FbDB2315678afecb367f032d93F642f64180aa3"];
    expect(await refusal(args)).toMatch(/^--asset and --strategy go together/);
  });

  it("says that the RPC does not answer", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const message = await refusal(["--network", "local"], { KHIPU_RPC_URL: url });
    expect(message).toMatch(
      /^(The RPC of network local does not answer|Network local cannot be used): /,
    );
    expect(message.split("\n")).toHaveLength(1);
  });

  it("names the variable that a network needs", async () => {
    expect(await refusal(["--network", "sepolia"])).toContain("SEPOLIA_RPC_URL");
  });

  it("names a parameter file that is not there, and one that cannot be read", async () => {
    expect(await refusal(["--network", "local", "--parameters", "nowhere.json"])).toBe(
      "There is no parameter file nowhere.json.",
    );
    const file = join(mkdtempSync(join(tmpdir(), "khipuvault-deploy-")), "parameters.json");
    writeFileSync(file, "{ not json");
    expect(await refusal(["--network", "local", "--parameters", file])).toContain(
      `${file} does not hold Ignition parameters`,
    );
  });
});
