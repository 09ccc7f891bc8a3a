import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Account,
  type Address,
  type Hex,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  formatUnits,
  http,
  maxUint256,
  parseUnits,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { faucetTokenAbi, lotteryPoolAbi, savingsPoolAbi } from "../protocol/abis.generated.ts";
import { deployedAt, LOCAL_CHAIN_ID, parseDeployment } from "../protocol/deployment.ts";
import { Failure, parseOptions, runScript } from "./command.ts";
import { LOCAL_MNEMONIC } from "./local/chain.ts";
import { nextCircleStep } from "./local/circle-saver.ts";
import { Random } from "./local/random.ts";

const help = `Usage: npm run simulate -- --deployment <file> --rpc <url> [options]

Lets a handful of savers with well-known test keys act on a local chain: save, withdraw, claim their yield, play the lottery,
save in circles.
What anybody may do for all, such as booking the vault's yield, is the keeper's. After an hour they act ten times less often:
a world that was left on shall not fill the disk.

  --deployment <file>  the deployment file of the local world
  --rpc <url>          the chain
  --seconds <n>        the most seconds from one action to the next (default 6)
  --seed <text>        repeats the choices of an earlier run
  --help               this text
`;

const SAVERS = 5;
/** Booking yield costs more than booking none, and there may be none yet when the gas is estimated. */
const GAS_FOR_YIELD = 150_000n;
/** The first keys of the test mnemonic are left to the deployer and to people. */
const FIRST_SAVER = 5;
const SLOWER_AFTER_MS = 3_600_000;

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
  const pool = { address: address("SavingsPool"), abi: savingsPoolAbi } as const;
  const lottery = { address: address("LotteryPool"), abi: lotteryPoolAbi } as const;
  const circles = address("RotatingPools");
  const chain = createPublicClient({ chain: foundry, transport: http(rpc), pollingInterval: 250 });
  const wallet = createWalletClient({ chain: foundry, transport: http(rpc) });
  const decimals = await chain.readContract({ ...asset, functionName: "decimals" });
  const dripAmount = await chain.readContract({ ...asset, functionName: "dripAmount" });

  async function transact(account: Account, to: Address, data: Hex): Promise<void> {
    const estimate = await chain.estimateGas({ account, to, data });
    // What a call costs may change with the yield of the seconds until it is mined.
    const gas = (estimate * 3n) / 2n + GAS_FOR_YIELD;
    const hash = await wallet.sendTransaction({ account, to, data, gas });
    const { status } = await chain.waitForTransactionReceipt({ hash });
    if (status === "reverted") throw new Error(`transaction ${hash} was reverted`);
  }

  async function approve(account: Account): Promise<void> {
    for (const spender of [pool.address, lottery.address, circles]) {
      const args = [spender, maxUint256] as const;
      await transact(
        account,
        asset.address,
        encodeFunctionData({ ...asset, functionName: "approve", args }),
      );
    }
  }

  /** An amount that the account has then. */
  async function money(account: Account): Promise<bigint> {
    const wanted = parseUnits(String(random.between(20, 400)), decimals);
    const assets = wanted < dripAmount ? wanted : dripAmount;
    await ensure(account, assets);
    return assets;
  }

  /** Sees to it that the account has so much, if need be from the faucet. */
  async function ensure(account: Account, assets: bigint): Promise<void> {
    const args = [account.address] as const;
    const balance = await chain.readContract({ ...asset, functionName: "balanceOf", args });
    if (balance < assets) {
      await transact(
        account,
        asset.address,
        encodeFunctionData({ ...asset, functionName: "drip", args }),
      );
    }
  }

  async function deposit(account: Account): Promise<void> {
    const assets = await money(account);
    const args = [assets, account.address, 0n] as const;
    await transact(
      account,
      pool.address,
      encodeFunctionData({ ...pool, functionName: "deposit", args }),
    );
    say(`${account.address} deposited ${formatUnits(assets, decimals)}`);
  }

  /** Claims what was won, or buys tickets. */
  async function play(account: Account): Promise<void> {
    const player = await chain.readContract({
      ...lottery,
      functionName: "playerOf",
      args: [account.address],
    });
    if (player.prizeShares > 0n) {
      const args = [account.address, 0n] as const;
      const data = encodeFunctionData({ ...lottery, functionName: "claimPrize", args });
      await transact(account, lottery.address, data);
      say(`${account.address} claimed a prize`);
      return;
    }
    const assets = await money(account);
    const args = [assets, account.address, 0n] as const;
    const data = encodeFunctionData({ ...lottery, functionName: "buyTickets", args });
    await transact(account, lottery.address, data);
    say(`${account.address} bought tickets for ${formatUnits(assets, decimals)}`);
  }

  /** Goes on with the youngest circle; saves instead where there is nothing to do. */
  async function goRound(account: Account): Promise<void> {
    const contribution = dripAmount / 100n;
    const step = await nextCircleStep(chain, circles, account.address, contribution);
    if (step === undefined) return deposit(account);
    await ensure(account, step.assets);
    await transact(account, circles, step.data);
    say(`${account.address} ${step.what}`);
  }

  async function withdraw(account: Account, principal: bigint): Promise<void> {
    const assets = (principal * BigInt(random.between(5, 60))) / 100n;
    const args = [assets, account.address, maxUint256] as const;
    await transact(
      account,
      pool.address,
      encodeFunctionData({ ...pool, functionName: "withdraw", args }),
    );
    say(`${account.address} withdrew ${formatUnits(assets, decimals)}`);
  }

  async function claim(account: Account): Promise<void> {
    const args = [account.address] as const;
    await transact(
      account,
      pool.address,
      encodeFunctionData({ ...pool, functionName: "claimYield", args }),
    );
    say(`${account.address} claimed the yield`);
  }

  async function act(account: Account): Promise<void> {
    const args = [account.address] as const;
    const position = await chain.readContract({ ...pool, functionName: "positionOf", args });
    const [, principal, , yieldAssets] = position;
    const choice = random.between(1, 100);
    if (principal === 0n || choice <= 40) await deposit(account);
    else if (choice <= 55) await play(account);
    else if (choice <= 70) await goRound(account);
    else if (choice <= 85 || yieldAssets === 0n) await withdraw(account, principal);
    else await claim(account);
  }

  const savers = Array.from({ length: SAVERS }, (_, index) =>
    mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: FIRST_SAVER + index }),
  );
  await Promise.all(savers.map(approve));

  const begun = performance.now();
  for (;;) {
    const saver = random.oneOf(savers);
    try {
      await act(saver);
    } catch (error) {
      // As with real savers, one action that fails ends nothing.
      say(`${saver.address} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    const pace = performance.now() - begun > SLOWER_AFTER_MS ? 10 : 1;
    await sleep(random.between(500, seconds * 1_000) * pace);
  }
});

function say(what: string): void {
  process.stdout.write(`${new Date().toISOString()} ${what}\n`);
}
