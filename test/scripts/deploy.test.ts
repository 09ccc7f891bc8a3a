import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import hre from "hardhat";
import { type Abi, createPublicClient, createWalletClient, getAddress, http } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { sepolia } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lotteryPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt, parseDeployment } from "../../protocol/deployment.ts";
import { keyHashOf } from "../../protocol/vrf.ts";
import { anvilBinary, LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { type Service, startService, waitUntilReady } from "../../scripts/local/service.ts";
import { publicKeyOf } from "../../protocol/local-oracle/proof.ts";
import { root } from "../../scripts/paths.ts";
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

const anvil = anvilBinary();

// Hardhat's node cannot be told to be that chain and to mine by the clock.
describe.skipIf(anvil === undefined)("npm run deploy to a test network", () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-deploy-"));
  const output = join(folder, "sepolia.json");
  const keyHash = keyHashOf(publicKeyOf(77n));
  const deployer = mnemonicToAccount(LOCAL_MNEMONIC);
  const key = `0x${Buffer.from(deployer.getHdKey().privateKey ?? []).toString("hex")}`;
  const someone = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 3 }).address;
  let node: Service;
  let url: string;
  let coordinator: `0x${string}`;
  const chain = () =>
    createPublicClient({ chain: sepolia, transport: http(url), pollingInterval: 50 });

  const run = (parameters: Record<string, unknown>) => {
    const file = join(folder, "parameters.json");
    writeFileSync(file, JSON.stringify(parameters));
    const args = ["--network", "sepolia", "--parameters", file, "--output", output];
    // The tests are of what is being written, too.
    args.push("--allow-changes");
    return runScript("deploy", args, { SEPOLIA_RPC_URL: url, DEPLOYER_PRIVATE_KEY: key }).ended;
  };
  const deploy = async (parameters: Record<string, unknown>) => {
    const { code, stderr } = await run(parameters);
    expect(`${code} ${stderr}`).toBe("0 ");
    return parseDeployment(JSON.parse(readFileSync(output, "utf8")), output);
  };

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const args = ["--port", String(port), "--chain-id", String(sepolia.id), "--block-time", "0.1"];
    node = startService({
      name: "The chain",
      command: anvil ?? "",
      args: [...args, "--mnemonic", LOCAL_MNEMONIC],
      logFile: join(folder, "chain.log"),
    });
    const answers = async () => (await chain().getChainId()) === sepolia.id;
    const abort = new AbortController().signal;
    await waitUntilReady(node, answers, { timeoutMs: 30_000, abort });
    // Chainlink's own, which on such a network exists already.
    const { abi, bytecode } = await hre.artifacts.readArtifact("VRFCoordinatorV2_5");
    const wallet = createWalletClient({ chain: sepolia, transport: http(url), account: deployer });
    const hash = await wallet.deployContract({
      abi,
      bytecode: bytecode,
      args: [deployer.address],
    });
    const receipt = await chain().waitForTransactionReceipt({ hash });
    coordinator = getAddress(receipt.contractAddress ?? "0x");
    const config = [3, 2_500_000, 86_400, 33_285, 10n ** 15n, 0, 0, 24, 20];
    const proving = [publicKeyOf(77n), 1_000_000_000_000n];
    for (const [functionName, values] of [
      ["setConfig", config],
      ["registerProvingKey", proving],
    ] as const) {
      const call = { address: coordinator, abi: abi as Abi, functionName, args: values };
      await chain().waitForTransactionReceipt({ hash: await wallet.writeContract(call) });
    }
  });

  afterAll(async () => {
    const { hash } = await chain().getBlock({ blockNumber: 0n });
    await node.stop();
    const journal = join(
      root,
      "ignition/deployments",
      `chain-${sepolia.id}-${hash.slice(2, 14)}-sepolia`,
    );
    for (const path of [journal, `${journal}.start-block`, folder]) {
      rmSync(path, { recursive: true, force: true });
    }
  });

  it("asks who is to hold the roles before it sends anything", async () => {
    const sent = await chain().getTransactionCount({ address: deployer.address });
    const { code, stderr } = await run({ Testnet: { admin: someone, curator: someone } });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "The section Testnet needs guardian, allocator, treasurer: name them in --parameters (docs/operators.md).\n",
    );
    expect(await chain().getTransactionCount({ address: deployer.address })).toBe(sent);
  });

  it("names a malformed private key, and does not show it", async () => {
    const env = { SEPOLIA_RPC_URL: url, DEPLOYER_PRIVATE_KEY: `${key}00` };
    const { stderr } = await runScript("deploy", ["--network", "sepolia"], env).ended;
    expect(stderr).toContain("(DEPLOYER_PRIVATE_KEY) is no private key");
    expect(stderr).not.toContain(key.slice(2, 20));
  });

  it("deploys, then adds a lottery at the coordinator that the parameters name, and again deploys nothing", async () => {
    const roles = {
      admin: someone,
      curator: someone,
      guardian: someone,
      allocator: someone,
      treasurer: someone,
    };
    const without = await deploy({ Testnet: roles });
    expect(without.contracts["LotteryPool"]).toBeUndefined();
    const parameters = { Testnet: roles, Lottery: { coordinator, keyHash, answerTime: 7_200 } };
    const first = await deploy(parameters);
    expect(first.contracts).toMatchObject(without.contracts);
    const lottery = { address: deployedAt(first, "LotteryPool").address, abi: lotteryPoolAbi };
    expect(await chain().readContract({ ...lottery, functionName: "coordinator" })).toBe(
      coordinator,
    );
    expect(await chain().readContract({ ...lottery, functionName: "keyHash" })).toBe(keyHash);
    const { answerTime } = await chain().readContract({ ...lottery, functionName: "rules" });
    expect(answerTime).toBe(7_200);
    const vault = await chain().readContract({ ...lottery, functionName: "vault" });
    expect(vault).toBe(deployedAt(first, "KhipuVault").address);

    const sent = await chain().getTransactionCount({ address: deployer.address });
    expect(await deploy(parameters)).toEqual(first);
    // What is there is never dropped, whatever is asked for.
    expect(await deploy({ Testnet: roles })).toEqual(first);
    expect(await chain().getTransactionCount({ address: deployer.address })).toBe(sent);
  });
});
