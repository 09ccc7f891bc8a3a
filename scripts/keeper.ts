import { setTimeout as sleep } from "node:timers/promises";
import {
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  type Hex,
  http,
  parseUnits,
} from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { deployedAt, LOCAL_CHAIN_ID } from "../protocol/deployment.ts";
import { Failure, hideAddresses, parseOptions, runScript } from "./command.ts";
import { deploymentOfChain } from "./deployment-of-chain.ts";
import { circlesJob } from "./keeper/circles-job.ts";
import { everySoOften, type Job } from "./keeper/job.ts";
import { Keeper } from "./keeper/keeper.ts";
import { lotteryJob } from "./keeper/lottery-job.ts";
import { savingsJob } from "./keeper/savings-job.ts";
import { vaultJob } from "./keeper/vault-job.ts";
import { LOCAL_MNEMONIC } from "./local/chain.ts";

const help = `Usage: npm run keeper -- --rpc <url> [options]

Does on time what anybody may do for all: closes, requests, finalises and rolls over the lottery's rounds; settles circles;
puts the vault's idle money to work and books its yield; compounds savings. It holds no right and remembers nothing: it
can be stopped and started at any time, and several can run side by side.

  --rpc <url>          a node of the chain
  --deployment <file>  where the contracts are; by default the deployment that is known for the chain
  --once               do what is due now, and end
  --dry-run            say what is due now, do nothing, and end
  --seconds <n>        look at lottery and circles again after so many seconds (default 2)
  --yield-seconds <n>  look at vault and savings again after so many seconds (default 600)
  --least <amount>     book, invest or compound no less than this, in units of the asset (default 1)
  --help               this text

Environment:
  KHIPU_KEEPER_KEY     private key of the account that pays the gas; local chains have one of their own
`;

/** Of the test mnemonic; the last accounts are nobody else's. */
const LOCAL_ACCOUNT = 19;
/** Booking yield costs more than booking none, and there may be none yet when the gas is estimated. */
const GAS_FOR_YIELD = 150_000n;
/** A transaction that takes longer rests, so that everything else goes on. */
const RECEIPT_MS = 60_000;

await runScript(async () => {
  const options = parseOptions(help, {
    rpc: { type: "string" },
    deployment: { type: "string" },
    once: { type: "boolean" },
    "dry-run": { type: "boolean" },
    seconds: { type: "string", default: "2" },
    "yield-seconds": { type: "string", default: "600" },
    least: { type: "string", default: "1" },
  });
  if (options === undefined) return;
  const { rpc, least } = options;
  if (rpc === undefined) throw new Failure(`--rpc is needed.\n\n${help}`);
  const seconds = positive("--seconds", options.seconds);
  const yieldSeconds = positive("--yield-seconds", options["yield-seconds"]);
  if (!/^\d+(\.\d+)?$/.test(least)) {
    throw new Failure(`--least is "${least}": it must be an amount such as 1 or 0.5.`);
  }

  const transport = http(rpc);
  const node = createPublicClient({ transport });
  const deployment = await deploymentOfChain(node, options.deployment);
  const chain = chainOf(deployment.chainId, rpc);
  const client = createPublicClient({ chain, transport, pollingInterval: 500 });
  const account = accountFor(deployment.chainId);
  const wallet = createWalletClient({ chain, transport, account });
  const address = (name: string) => deployedAt(deployment, name).address;
  const decimals = await client.readContract({
    address: address("Asset"),
    abi: erc20Abi,
    functionName: "decimals",
  });
  const leastAssets = parseUnits(least, decimals);
  const savings = deployedAt(deployment, "SavingsPool");
  const { contracts } = deployment;
  const jobs: Job[] = [
    ...(contracts["LotteryPool"]
      ? [lotteryJob(client, address("LotteryPool"), address("KhipuVault"))]
      : []),
    ...(contracts["RotatingPools"] ? [circlesJob(client, address("RotatingPools"))] : []),
    everySoOften(vaultJob(client, address("KhipuVault"), leastAssets), yieldSeconds),
    everySoOften(
      savingsJob(
        client,
        savings.address,
        address("KhipuVault"),
        BigInt(savings.startBlock),
        leastAssets,
      ),
      yieldSeconds,
    ),
  ];

  let sent = 0;
  const keeper = new Keeper(jobs, {
    say,
    simulate: async ({ to, data }) => {
      await client.call({ account, to, data });
    },
    send: async ({ to, data }) => {
      const estimate = await client.estimateGas({ account, to, data });
      const gas = (estimate * 3n) / 2n + GAS_FOR_YIELD;
      const hash = await wallet.sendTransaction({ to, data, gas });
      const { status, gasUsed } = await client.waitForTransactionReceipt({
        hash,
        timeout: RECEIPT_MS,
      });
      if (status === "reverted") throw new Error(`transaction ${hash} was reverted`);
      sent++;
      return `${gasUsed} gas, ${hash}`;
    },
  });

  say(`keeps ${address("KhipuVault")} and its pools as ${account.address}`);
  if (options["dry-run"]) {
    const due = await keeper.due();
    for (const { calls } of due) for (const { what } of calls) say(`${what} is due`);
    if (due.length === 0) say("nothing is due");
    return;
  }
  if (options.once) {
    const failed = new Set<string>();
    // A look has an end, however much is due: what is due now may take several.
    for (let before = -1, isBehind = true; sent > before || isBehind;) {
      before = sent;
      const failures = await keeper.look();
      for (const failure of failures) failed.add(failure);
      isBehind = failures.length === 0 && jobs.some((job) => job.isBehind?.());
    }
    if (failed.size > 0) throw new Failure([...failed].join("\n"));
    return;
  }
  for (;;) {
    await keeper.look();
    await sleep(seconds * 1_000);
  }
});

function positive(option: string, value: string): number {
  if (Number(value) > 0) return Number(value);
  throw new Failure(`${option} is "${value}": it must be above 0.`);
}

function accountFor(chainId: number) {
  const key = process.env["KHIPU_KEEPER_KEY"];
  if (key === undefined) {
    if (chainId !== LOCAL_CHAIN_ID) {
      throw new Failure("KHIPU_KEEPER_KEY is needed: the private key of an account that pays gas.");
    }
    return mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: LOCAL_ACCOUNT });
  }
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
    throw new Failure("KHIPU_KEEPER_KEY must be a private key: 0x and 64 hex digits.");
  }
  return privateKeyToAccount(key as Hex);
}

function chainOf(id: number, rpc: string): Chain {
  return defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpc] } },
  });
}

function say(what: string): void {
  process.stdout.write(`${new Date().toISOString()} ${hideAddresses(what)}\n`);
}
