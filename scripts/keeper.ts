import { setTimeout as sleep } from "node:timers/promises";
import {
  BaseError,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  type Hex,
  http,
} from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { khipuVaultAbi, lotteryPoolAbi } from "../protocol/abis.generated.ts";
import { deployedAt, LOCAL_CHAIN_ID } from "../protocol/deployment.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { deploymentOfChain } from "./deployment-of-chain.ts";
import { dueStep, type LotteryState, type Step } from "./keeper/due-step.ts";
import { LOCAL_MNEMONIC } from "./local/chain.ts";

const help = `Usage: npm run keeper -- --rpc <url> [options]

Does on time what anybody may do for all: books the vault's yield before a round ends, closes the round, asks for its
randomness, finalises its draw, and rolls its prize over if no answer came. It holds no right and remembers nothing: it
can be stopped and started at any time, and several can run side by side.

  --rpc <url>          a node of the chain
  --deployment <file>  where the contracts are; by default the deployment that is known for the chain
  --once               do what is due now, and end
  --dry-run            say what is due now, do nothing, and end
  --seconds <n>        look again after so many seconds (default 2)
  --help               this text

Environment:
  KHIPU_KEEPER_KEY     private key of the account that pays the gas; local chains have one of their own
`;

/** Of the test mnemonic; the last accounts are nobody else's. */
const LOCAL_ACCOUNT = 19;
/** So many numbers are tried in one transaction; each costs about a hundred thousand gas at most. */
const ATTEMPTS_AT_ONCE = 16n;

await runScript(async () => {
  const options = parseOptions(help, {
    rpc: { type: "string" },
    deployment: { type: "string" },
    once: { type: "boolean" },
    "dry-run": { type: "boolean" },
    seconds: { type: "string" },
  });
  if (options === undefined) return;
  const { rpc } = options;
  if (rpc === undefined) throw new Failure(`--rpc is needed.\n\n${help}`);
  const seconds = Number(options.seconds ?? 2);
  if (!(seconds > 0)) {
    throw new Failure(`--seconds is "${options.seconds ?? ""}": it must be above 0.`);
  }

  const transport = http(rpc);
  const node = createPublicClient({ transport });
  const deployment = await deploymentOfChain(node, options.deployment);
  const lottery = { address: deployedAt(deployment, "LotteryPool").address, abi: lotteryPoolAbi };
  const vault = { address: deployedAt(deployment, "KhipuVault").address, abi: khipuVaultAbi };
  const chain = chainOf(deployment.chainId, rpc);
  const client = createPublicClient({ chain, transport, pollingInterval: 500 });
  const account = accountFor(deployment.chainId);
  const wallet = createWalletClient({ chain, transport, account });
  const rules = await client.readContract({ ...lottery, functionName: "rules" });

  const calls: Record<Step, { to: Hex; data: Hex }[]> = {
    close: [
      { to: vault.address, data: encodeFunctionData({ ...vault, functionName: "report" }) },
      { to: lottery.address, data: encodeFunctionData({ ...lottery, functionName: "closeRound" }) },
    ],
    request: [
      {
        to: lottery.address,
        data: encodeFunctionData({ ...lottery, functionName: "requestDraw" }),
      },
    ],
    finalize: [
      {
        to: lottery.address,
        data: encodeFunctionData({
          ...lottery,
          functionName: "finalizeDraw",
          args: [ATTEMPTS_AT_ONCE],
        }),
      },
    ],
    rollOver: [
      { to: lottery.address, data: encodeFunctionData({ ...lottery, functionName: "rollOver" }) },
    ],
  };

  async function read(): Promise<LotteryState> {
    const current = await client.readContract({ ...lottery, functionName: "currentRound" });
    const round = (roundId: bigint) =>
      client.readContract({ ...lottery, functionName: "roundOf", args: [roundId] });
    const [open, last, { timestamp }] = await Promise.all([
      round(current),
      round(current - 1n),
      client.getBlock(),
    ]);
    return { current, open, last, now: timestamp, rules };
  }

  async function act(step: Step, roundId: bigint): Promise<void> {
    for (const call of calls[step]) {
      const estimate = await client.estimateGas({ account, ...call });
      const hash = await wallet.sendTransaction({ ...call, gas: (estimate * 3n) / 2n });
      const { status, gasUsed } = await client.waitForTransactionReceipt({ hash });
      if (status === "reverted") throw new Error(`transaction ${hash} was reverted`);
      say(`round ${roundId}: ${step}, ${gasUsed} gas, ${hash}`);
    }
  }

  say(`keeps ${lottery.address} as ${account.address}`);
  for (;;) {
    try {
      const due = dueStep(await read());
      if (options["dry-run"]) {
        say(due ? `round ${due.roundId}: ${due.step} is due` : "nothing is due");
        return;
      }
      if (due) {
        await act(due.step, due.roundId);
        continue;
      }
    } catch (error) {
      // Somebody else may have been faster, or the node may be away; the next look will tell.
      const message = error instanceof BaseError ? error.shortMessage : String(error);
      if (options.once) throw new Failure(message);
      say(`failed: ${message}`);
    }
    if (options.once) return;
    await sleep(seconds * 1_000);
  }
});

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
  process.stdout.write(`${new Date().toISOString()} ${what}\n`);
}
