import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hex,
  http,
  maxUint128,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { faucetTokenAbi } from "../../protocol/abis.generated.ts";
import { type Deployment, deployedAt, parseDeployment } from "../../protocol/deployment.ts";
import { anvilBinary, chainAnswers, LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { freePort } from "../../scripts/local/ports.ts";
import {
  runToEnd,
  type Service,
  startService,
  waitUntilReady,
} from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";

/** Each deposit or purchase is four events: the vault's Transfer, Deposit and AccountsUpdated, and the pool's own. */
const EVENTS_PER_ACTION = 4;
const ACTIONS_PER_TRANSACTION = 100;
const PEOPLE = 5_000n;
const AMOUNT = 1_000_000n;
const SECONDS_PER_BLOCK = 120;
/** So many blocks are not final; what is measured is the backfill, which ends at the final one. */
const UNFINAL_BLOCKS = 40;
/** A chain on which much has happened mines more slowly. */
const PATIENCE_MS = 120_000;

const crowdAbi = [
  {
    type: "constructor",
    stateMutability: "nonpayable",
    inputs: [
      { name: "savings", type: "address" },
      { name: "lottery", type: "address" },
    ],
  },
  {
    type: "function",
    name: "act",
    stateMutability: "nonpayable",
    inputs: ["first", "times", "people", "assets"].map((name) => ({ name, type: "uint256" })),
    outputs: [],
  },
] as const;

/** A chain of its own with the contracts, on which as much happens as is asked for. */
export class History {
  readonly folder = mkdtempSync(join(tmpdir(), "khipuvault-bench-index-"));
  readonly deploymentFile = join(this.folder, "deployment.json");
  readonly #abort = new AbortController().signal;
  #node: Service | undefined;
  #url = "";
  #crowd: Hex = "0x";
  #actions = 0n;

  get url(): string {
    return this.#url;
  }

  get events(): number {
    return Number(this.#actions) * EVENTS_PER_ACTION;
  }

  get deployment(): Deployment {
    const text = readFileSync(this.deploymentFile, "utf8");
    return parseDeployment(JSON.parse(text), this.deploymentFile);
  }

  async start(): Promise<void> {
    const anvil = anvilBinary();
    if (anvil === undefined) throw new Error("The history is made with anvil: set KHIPU_ANVIL.");
    const port = await freePort();
    this.#url = `http://127.0.0.1:${port}`;
    const args = ["--port", String(port), "--mnemonic", LOCAL_MNEMONIC, "--accounts", "20"];
    args.push("--gas-limit", "1000000000", "--disable-code-size-limit");
    // nobody asks for old states, and keeping them takes ever longer
    args.push("--prune-history");
    const logFile = join(this.folder, "chain.log");
    this.#node = startService({ name: "The chain", command: anvil, args, logFile });
    const options = { timeoutMs: 30_000, abort: this.#abort };
    await waitUntilReady(this.#node, () => chainAnswers(this.#url), options);
    await this.#deploy();
  }

  /** Lets so much happen that there are `events` in all. */
  async growTo(events: number): Promise<void> {
    const { wallet, chain, node } = this.#clients();
    const target = BigInt(Math.ceil(events / EVENTS_PER_ACTION));
    while (this.#actions < target) {
      const left = target - this.#actions;
      const times = left < ACTIONS_PER_TRANSACTION ? left : BigInt(ACTIONS_PER_TRANSACTION);
      const hash = await wallet.writeContract({
        address: this.#crowd,
        abi: crowdAbi,
        functionName: "act",
        args: [this.#actions, times, PEOPLE, AMOUNT],
        gas: 100_000_000n,
      });
      await node.mine({ blocks: 1 });
      const { status } = await chain.getTransactionReceipt({ hash });
      if (status === "reverted") throw new Error(`The crowd's ${hash} was reverted.`);
      this.#actions += times;
    }
    await node.mine({ blocks: UNFINAL_BLOCKS });
  }

  async head(): Promise<{ timestamp: bigint }> {
    return this.#clients().chain.getBlock();
  }

  async stop(): Promise<void> {
    await this.#node?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #deploy(): Promise<void> {
    const args = [join(root, "scripts/deploy.ts"), "--network", "local"];
    args.push("--parameters", join(root, "ignition/parameters/local.json5"));
    args.push("--output", this.deploymentFile);
    const env = { KHIPU_RPC_URL: this.#url };
    const logFile = join(this.folder, "deploy.log");
    const deploy = { name: "The deployment", command: binary("node"), args, env, logFile };
    await runToEnd(deploy, this.#abort);

    const { wallet, chain, node } = this.#clients();
    const at = (name: string) => deployedAt(this.deployment, name).address;
    const path = join(root, "artifacts/test/doubles/SavingsCrowd.sol/SavingsCrowd.json");
    const { bytecode } = JSON.parse(readFileSync(path, "utf8")) as { bytecode: Hex };
    const places = [at("SavingsPool"), at("LotteryPool")] as const;
    const hash = await wallet.deployContract({ abi: crowdAbi, bytecode, args: places });
    const { contractAddress } = await chain.waitForTransactionReceipt({ hash });
    if (!contractAddress) throw new Error("The crowd could not be deployed.");
    this.#crowd = contractAddress;
    const money = [contractAddress, maxUint128] as const;
    const asset = { address: at("Asset"), abi: faucetTokenAbi } as const;
    const minted = await wallet.writeContract({ ...asset, functionName: "mint", args: money });
    await chain.waitForTransactionReceipt({ hash: minted });
    // From now on each block is asked for.
    await node.setAutomine(false);
    await node.setBlockTimestampInterval({ interval: SECONDS_PER_BLOCK });
  }

  #clients() {
    const transport = http(this.#url, { timeout: PATIENCE_MS });
    const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: 9 });
    return {
      wallet: createWalletClient({ account, chain: foundry, transport }),
      chain: createPublicClient({ chain: foundry, transport, pollingInterval: 10 }),
      node: createTestClient({ mode: "anvil", chain: foundry, transport }),
    };
  }
}
