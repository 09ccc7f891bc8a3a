import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createPublicClient, createTestClient, createWalletClient, http, maxUint256 } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  faucetTokenAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  savingsPoolAbi,
} from "../../protocol/abis.generated.ts";
import { deployedAt, parseDeployment } from "../../protocol/deployment.ts";
import {
  anvilBinary,
  chainAnswers,
  LOCAL_MNEMONIC,
  startChain,
} from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import { type Service, startService, waitUntilReady } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import { runScript } from "./script.ts";

const ANSWERED = 4;
const DRAWN = 5;
const ROLLED_OVER = 6;

describe("A lottery on a local chain", () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-lottery-"));
  const deployment = join(folder, "deployment.json");
  const started: Service[] = [];
  let url: string;

  const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 7 });
  const chain = () =>
    createPublicClient({ chain: foundry, transport: http(url), pollingInterval: 50 });
  const wallet = () => createWalletClient({ chain: foundry, transport: http(url), account });
  const time = () => {
    const mode = anvilBinary() === undefined ? "hardhat" : "anvil";
    return createTestClient({ chain: foundry, mode, transport: http(url) });
  };
  const contract = (name: string) =>
    deployedAt(parseDeployment(JSON.parse(readFileSync(deployment, "utf8")), deployment), name)
      .address;
  const lottery = () => ({ address: contract("LotteryPool"), abi: lotteryPoolAbi });
  const send = async (call: Parameters<ReturnType<typeof wallet>["writeContract"]>[0]) => {
    const hash = await wallet().writeContract(call);
    await chain().waitForTransactionReceipt({ hash });
  };

  const prover = (...args: string[]) => {
    const script = join(root, "scripts/local/vrf-prover.ts");
    const service = startService({
      name: "The oracle",
      command: binary("node"),
      args: [script, "--deployment", deployment, "--rpc", url, ...args],
      logFile: join(folder, `oracle${args.join("")}.log`),
    });
    started.push(service);
    return service;
  };
  const keeper = async (...args: string[]) => {
    const run = runScript("keeper", ["--rpc", url, "--deployment", deployment, ...args]);
    const { code, stdout, stderr } = await run.ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout;
  };
  const verify = (round: string) =>
    runScript("verify-draw", ["--rpc", url, "--deployment", deployment, "--round", round]).ended;
  /** Buys nothing more, adds 5 to the prize and lets the round's time pass. */
  const toTheEndOfTheRound = async () => {
    await send({ ...lottery(), functionName: "sponsorPrize", args: [5_000_000n, 0n] });
    await time().increaseTime({ seconds: 200 });
    await time().mine({ blocks: 1 });
  };
  const roundOf = (round: bigint) =>
    chain().readContract({ ...lottery(), functionName: "roundOf", args: [round] });
  const stateOf = async (round: bigint) => (await roundOf(round)).state;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const node = startChain({ port, logFile: join(folder, "chain.log") });
    started.push(node);
    const abort = new AbortController().signal;
    await waitUntilReady(node, () => chainAnswers(url), { timeoutMs: 30_000, abort });
    const parameters = join(root, "ignition/parameters/local.json5");
    const args = ["--network", "local", "--parameters", parameters, "--output", deployment];
    const { code, stderr } = await runScript("deploy", args, { KHIPU_RPC_URL: url }).ended;
    expect(`${code} ${stderr}`).toBe("0 ");
    const asset = { address: contract("Asset"), abi: faucetTokenAbi };
    await send({ ...asset, functionName: "drip", args: [account.address] });
    const approval = [lottery().address, maxUint256] as const;
    await send({ ...asset, functionName: "approve", args: approval });
    const tickets = [100_000_000n, account.address, 0n] as const;
    await send({ ...lottery(), functionName: "buyTickets", args: tickets });
  });

  afterAll(async () => {
    for (const service of started.reverse()) await service.stop();
    rmSync(folder, { recursive: true });
  });

  it("is closed and asked for by the keeper, answered by the oracle, and drawn honestly", async () => {
    await toTheEndOfTheRound();
    expect(await keeper("--dry-run")).toContain("round 1: close is due");
    expect(await keeper("--once")).toMatch(/round 1: close[^]*round 1: request/);
    const oracle = prover("--late", "2");
    await time().mine({ blocks: 8 });
    await expect.poll(() => stateOf(1n), { timeout: 20_000 }).toBe(ANSWERED);
    await oracle.stop();
    expect(await keeper("--once")).toContain("round 1: finalize");
    expect(await stateOf(1n)).toBe(DRAWN);
    const { code, stdout } = await verify("1");
    expect(stdout).toContain("(the oracle's proof of it holds)");
    expect(stdout).toContain("The draw was honest.");
    expect(code).toBe(0);
    expect((await verify("9")).stderr).toBe("There is no round 9 yet.\n");
  });

  it.each([
    ["keeps no old logs", "eth_getLogs", "history has been pruned", /use an archive node/],
    ["leaves out logs", "eth_getLogs", undefined, /^GAP: /m],
    ["has no old transactions", "eth_getTransactionByHash", "transaction not found", /^GAP: /m],
    ["has no old blocks", "eth_getTransactionReceipt", "missing trie node", /^GAP: /m],
  ])("is not called dishonest by a node that %s", async (_, method, refusal, sentence) => {
    // In front of the chain: refuses one method, or answers it with the second half only.
    const proxy = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        const { id, method: asked } = JSON.parse(body) as { id: number; method: string };
        response.setHeader("content-type", "application/json");
        if (asked === method && refusal !== undefined) {
          const error = { code: -32_000, message: refusal };
          return response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
        }
        const headers = { "content-type": "application/json" };
        const answer = await (await fetch(url, { method: "POST", headers, body })).text();
        if (asked !== method) return response.end(answer);
        const { result } = JSON.parse(answer) as { result: unknown[] };
        const half = result.slice(result.length / 2);
        return response.end(JSON.stringify({ jsonrpc: "2.0", id, result: half }));
      })();
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const rpc = `http://127.0.0.1:${port}/v3/key-that-nobody-may-see`;
    const args = ["--rpc", rpc, "--deployment", deployment, "--round", "1"];
    const { code, stdout, stderr } = await runScript("verify-draw", args).ended;
    proxy.close();
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(sentence);
    expect(stdout + stderr).not.toMatch(/not honest|\n {4}at |key-that/);
  });

  it("rolls over when the oracle is silent, and a keeper that comes late finds what to do", async () => {
    await toTheEndOfTheRound();
    const oracle = prover("--silent");
    await keeper("--once");
    await time().mine({ blocks: 10 });
    expect(await keeper("--dry-run")).toContain("nothing is due");
    await time().increaseTime({ seconds: 61 });
    await time().mine({ blocks: 1 });
    expect(await keeper("--once")).toContain("round 2: rollOver");
    expect(await stateOf(2n)).toBe(ROLLED_OVER);
    await oracle.stop();
    expect((await verify("2")).stdout).toContain("Nothing is wrong so far.");
  });

  it("is drawn once, with the first answer, by an oracle that answers twice", async () => {
    await toTheEndOfTheRound();
    await keeper("--once");
    const oracle = prover("--twice");
    await time().mine({ blocks: 8 });
    const log = () => readFileSync(join(folder, "oracle--twice.log"), "utf8");
    const { requestId } = await roundOf(3n);
    await expect.poll(log, { timeout: 20_000 }).toContain(`answered request ${requestId}`);
    await oracle.stop();
    await keeper("--once");
    expect((await verify("3")).stdout).toContain("The draw was honest.");
  });

  it("has a keeper that also invests the vault's money, books its yield and compounds savings", async () => {
    const savings = { address: contract("SavingsPool"), abi: savingsPoolAbi };
    const asset = { address: contract("Asset"), abi: faucetTokenAbi };
    await send({ ...asset, functionName: "approve", args: [savings.address, maxUint256] });
    const saved = [500_000_000n, account.address, 0n] as const;
    await send({ ...savings, functionName: "deposit", args: saved });
    const position = () =>
      chain().readContract({ ...savings, functionName: "positionOf", args: [account.address] });
    expect(await keeper("--once")).toContain("vault: rebalance");
    // What was earned before does not count into the time that the next gain takes.
    await time().increaseTime({ seconds: 10 });
    const vault = { address: contract("KhipuVault"), abi: khipuVaultAbi } as const;
    await send({ ...vault, functionName: "report" });
    // The play money earns 5 % an hour, and what was booked is released over two minutes.
    await time().increaseTime({ seconds: 3_600 });
    await time().mine({ blocks: 1 });
    expect(await keeper("--dry-run")).toContain("vault: report is due");
    await keeper("--once");
    expect(await keeper("--dry-run")).not.toContain("report");
    // What took an hour to come about takes as long to be released.
    await time().increaseTime({ seconds: 4_500 });
    await time().mine({ blocks: 1 });
    expect(await keeper("--once", "--least", "1000")).not.toContain("compound");
    expect(await keeper("--once", "--least", "0.5")).toContain("savings: compound 1");
    const [, principal, , earned] = await position();
    expect(principal).toBeGreaterThan(520_000_000n);
    expect(earned).toBeLessThan(500_000n);
  });
});

describe("The lottery's scripts, given something wrong", () => {
  it.each([
    ["keeper", [], /^--rpc is needed\./],
    ["keeper", ["--rpc", "http://127.0.0.1:9"], /^The RPC does not answer: /],
    ["keeper", ["--rpc", "x", "--least", "much"], /^--least is "much": it must be an amount/],
    ["keeper", ["--rpc", "x", "--yield-seconds", "0"], /^--yield-seconds is "0": it must be/],
    ["keeper", ["--rpc", "x", "--seconds", "soon"], /^--seconds is "soon": it must be above 0\./],
    ["verify-draw", ["--rpc", "x"], /^--rpc and --round are needed\./],
    ["verify-draw", ["--rpc", "x", "--round", "0"], /^--round is "0": it must be a number from 1/],
  ])("%s %j says what to do", async (script, args, message) => {
    const { code, stderr } = await runScript(script, args).ended;
    // Of verify-draw, 1 says that a draw was not honest.
    expect(code).toBe(script === "verify-draw" ? 2 : 1);
    expect(stderr).toMatch(message);
  });
});
