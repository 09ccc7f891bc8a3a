import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Account,
  type Address,
  type Hash,
  createPublicClient,
  createWalletClient,
  formatUnits,
  http,
  maxUint256,
  parseUnits,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { faucetTokenAbi, khipuVaultAbi, savingsPoolAbi } from "../protocol/abis.generated.ts";
import { deployedAt, parseDeployment } from "../protocol/deployment.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { LOCAL_CHAIN_ID, LOCAL_MNEMONIC } from "./local/chain.ts";
import { Random } from "./local/random.ts";

const help = `Usage: npm run simulate -- --deployment <file> --rpc <url> [options]

Lets a handful of savers with well-known test keys act on a local chain: save, withdraw, claim their yield. They also do
what anybody may do for all: put the vault's idle money to work and book its yield.

  --deployment <file>  the deployment file of the local world
  --rpc <url>          the chain
  --seconds <n>        the most seconds from one action to the next (default 6)
  --seed <text>        repeats the choices of an earlier run
  --help               this text
`;

const SAVERS = 5;
/** The first keys of the test mnemonic are left to the deployer and to people. */
const FIRST_SAVER = 5;
/** Every so many actions the vault's yield is booked. */
const ACTIONS_PER_REPORT = 8;

await runScript(async () => {
  const options = parseOptions(help, {
    deployment: { type: "string" },
    rpc: { type: "string" },
    seconds: { type: "string" },
    seed: { type: "string" },
  });
  if (options === undefined) return;
  const { deployment: file, rpc } = options;
  if (file === undefined || rpc === undefined) {
    throw new Failure(`--deployment and --rpc are needed.\n\n${help}`);
  }
  if (!existsSync(file)) throw new Failure(`There is no deployment file ${file}.`);
  const seconds = Number(options.seconds ?? 6);
  if (!(seconds > 0))
    throw new Failure(`--seconds is "${options.seconds ?? ""}": it must be above 0.`);

  const deployment = parseDeployment(JSON.parse(readFileSync(file, "utf8")), file);
  if (deployment.chainId !== LOCAL_CHAIN_ID) {
    throw new Failure(
      `${file} is of chain ${deployment.chainId}: the test keys are for local chains only.`,
    );
  }
  const seed = options.seed ?? String(Date.now());
  const random = new Random(seed);
  say(`seed ${seed}`);

  const address = (name: string) => deployedAt(deployment, name).address;
  const asset = { address: address("Asset"), abi: faucetTokenAbi } as const;
  const vault = { address: address("KhipuVault"), abi: khipuVaultAbi } as const;
  const pool = { address: address("SavingsPool"), abi: savingsPoolAbi } as const;
  const chain = createPublicClient({ chain: foundry, transport: http(rpc), pollingInterval: 250 });
  const wallet = createWalletClient({ chain: foundry, transport: http(rpc) });
  const decimals = await chain.readContract({ ...asset, functionName: "decimals" });
  const dripAmount = await chain.readContract({ ...asset, functionName: "dripAmount" });

  /** Waits until a transaction is mined; sending it has already tried it out. */
  async function mined(sent: Promise<Hash>): Promise<void> {
    const { status, transactionHash } = await chain.waitForTransactionReceipt({ hash: await sent });
    if (status === "reverted") throw new Error(`${transactionHash} was reverted`);
  }

  async function deposit(account: Account): Promise<void> {
    const amount = parseUnits(String(random.between(20, 400)), decimals);
    const balance = await chain.readContract({
      ...asset,
      functionName: "balanceOf",
      args: [account.address],
    });
    if (balance < amount)
      await mined(
        wallet.writeContract({
          account: account,
          ...asset,
          functionName: "drip",
          args: [account.address],
        }),
      );
    const args = [amount < dripAmount ? amount : dripAmount, account.address, 0n] as const;
    await mined(wallet.writeContract({ account: account, ...pool, functionName: "deposit", args }));
    say(`${account.address} deposited ${formatUnits(args[0], decimals)}`);
  }

  async function withdraw(account: Account, principal: bigint): Promise<void> {
    const amount = (principal * BigInt(random.between(5, 60))) / 100n;
    const args = [amount, account.address, maxUint256] as const;
    await mined(
      wallet.writeContract({ account: account, ...pool, functionName: "withdraw", args }),
    );
    say(`${account.address} withdrew ${formatUnits(amount, decimals)}`);
  }

  async function claim(account: Account): Promise<void> {
    await mined(
      wallet.writeContract({
        account: account,
        ...pool,
        functionName: "claimYield",
        args: [account.address],
      }),
    );
    say(`${account.address} claimed the yield`);
  }

  async function act(account: Account): Promise<void> {
    const position = (saver: Address) =>
      chain.readContract({ ...pool, functionName: "positionOf", args: [saver] });
    const [, principal, , yieldAssets] = await position(account.address);
    const choice = random.between(1, 100);
    if (principal === 0n || choice <= 60) await deposit(account);
    else if (choice <= 80 || yieldAssets === 0n) await withdraw(account, principal);
    else await claim(account);
  }

  const savers = Array.from({ length: SAVERS }, (_, index) =>
    mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: FIRST_SAVER + index }),
  );
  await Promise.all(
    savers.map((account) =>
      mined(
        wallet.writeContract({
          account,
          ...asset,
          functionName: "approve",
          args: [pool.address, maxUint256],
        }),
      ),
    ),
  );

  for (let action = 0; ; action++) {
    const saver = random.oneOf(savers);
    await act(saver);
    if (action % ACTIONS_PER_REPORT === 0) {
      await mined(wallet.writeContract({ account: saver, ...vault, functionName: "rebalance" }));
      await mined(wallet.writeContract({ account: saver, ...vault, functionName: "report" }));
      say("the vault's idle money was put to work and its yield booked");
    }
    await sleep(random.between(500, seconds * 1_000));
  }
});

function say(what: string): void {
  process.stdout.write(`${new Date().toISOString()} ${what}\n`);
}
