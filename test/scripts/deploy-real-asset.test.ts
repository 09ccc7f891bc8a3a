import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import hre from "hardhat";
import {
  type Address,
  createTestClient,
  createWalletClient,
  getAddress,
  http,
  maxUint256,
  parseEther,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROLES } from "../../ignition/modules/roles.ts";
import {
  accessManagerAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  savingsPoolAbi,
} from "../../protocol/abis.generated.ts";
import { type Deployment, deployedAt, parseDeployment } from "../../protocol/deployment.ts";
import { anvilBinary, LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import { LOCAL_ORACLE_SECRET } from "../../protocol/local-oracle/oracle-key.ts";
import { publicKeyOf } from "../../protocol/local-oracle/proof.ts";
import { type Service, startService } from "../../scripts/local/service.ts";
import { binary, root } from "../../scripts/paths.ts";
import { keyHashOf } from "../../protocol/vrf.ts";
import { type DeployedChain, startDeployedChain } from "../indexer/deployed-chain.ts";
import { runScript } from "./script.ts";

const DEAD = "0x000000000000000000000000000000000000dEaD";
const DAY = 24 * 3_600;

interface Foreign {
  asset: Address;
  strategies: [Address, Address];
}

describe("npm run deploy over an asset that exists", () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-foreign-"));
  const deployer = mnemonicToAccount(LOCAL_MNEMONIC);
  let local: DeployedChain;
  let oracle: Service | undefined;

  const wallet = (account = deployer) =>
    createWalletClient({ chain: foundry, transport: http(local.url), account });
  const send = async (call: Parameters<ReturnType<typeof wallet>["writeContract"]>[0]) => {
    const hash = await wallet().writeContract(call);
    return local.chain.waitForTransactionReceipt({ hash });
  };
  const create = async (contract: string, args: unknown[]): Promise<Address> => {
    const { abi, bytecode } = await hre.artifacts.readArtifact(contract);
    const hash = await wallet().deployContract({ abi, bytecode, args } as never);
    const { contractAddress } = await local.chain.waitForTransactionReceipt({ hash });
    return getAddress(contractAddress ?? "0x");
  };
  /** Somebody else's token, a vault for it, and a vault over another vault. */
  const foreign = async (symbol: string, decimals: number): Promise<Foreign> => {
    const asset = await create("ForeignToken", [`Foreign ${symbol}`, symbol, decimals]);
    const inner = await create("ForeignVault", [asset]);
    return {
      asset,
      strategies: [await create("ForeignVault", [asset]), await create("PlainVault", [inner])],
    };
  };
  const chainlink = () => ({
    coordinator: deployedAt(local.deployment, "VRFCoordinator").address,
    keyHash: keyHashOf(publicKeyOf(LOCAL_ORACLE_SECRET)),
  });
  const run = (
    name: string,
    { asset, strategies }: Foreign,
    parameters: Record<string, unknown>,
    ...more: string[]
  ) => {
    const file = join(folder, "parameters.json");
    writeFileSync(file, JSON.stringify(parameters));
    const args = ["--network", "local", "--name", name, "--asset", asset, "--parameters", file];
    for (const strategy of strategies) args.push("--strategy", strategy);
    args.push("--output", join(folder, `${name}.json`), ...more);
    return runScript("deploy", args, { KHIPU_RPC_URL: local.url }).ended;
  };
  const deploy = async (...args: Parameters<typeof run>): Promise<Deployment> => {
    const { code, stderr } = await run(...args);
    expect(`${code} ${stderr}`).toBe("0 ");
    return parseDeployment(JSON.parse(readFileSync(join(folder, `${args[0]}.json`), "utf8")), "it");
  };
  /** What a deployment that cannot be says, having sent nothing. */
  const refusal = async (...args: Parameters<typeof run>): Promise<string> => {
    const sent = await local.chain.getTransactionCount({ address: deployer.address });
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(await local.chain.getTransactionCount({ address: deployer.address })).toBe(sent);
    return stderr.trim();
  };
  const hasRole = (deployment: Deployment, role: bigint, account: Address) =>
    local.chain.readContract({
      address: deployedAt(deployment, "AccessManager").address,
      abi: accessManagerAbi,
      functionName: "hasRole",
      args: [role, account],
    });

  beforeAll(async () => {
    local = await startDeployedChain(folder);
  });
  afterAll(async () => {
    await oracle?.stop();
    await local.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ["SIX", 6],
    ["EIGHT", 8],
    ["WIDE", 18],
  ])("takes names, minimums and seed from %s with %i decimals", async (symbol, decimals) => {
    const token = await foreign(symbol, decimals);
    const unit = 10n ** BigInt(decimals);
    const cap = `${1_000n * unit}n`;
    const deployment = await deploy(symbol.toLowerCase(), token, {
      Protocol: { strategyAbsoluteCap: cap },
      Lottery: { ...chainlink(), roundDuration: 180 },
    });
    const vault = { address: deployedAt(deployment, "KhipuVault").address, abi: khipuVaultAbi };
    const read = (functionName: "name" | "symbol" | "totalAssets" | "supplyOrder") =>
      local.chain.readContract({ ...vault, functionName });
    expect(await read("name")).toBe(`Khipu Vault Foreign ${symbol}`);
    expect(await read("symbol")).toBe(`kv${symbol}`);
    expect(await read("totalAssets")).toBe(unit);
    expect(await read("supplyOrder")).toEqual(token.strategies);
    expect(
      await local.chain.readContract({ ...vault, functionName: "balanceOf", args: [DEAD] }),
      // Shares have 18 decimals, or six more than the asset.
    ).toBe(unit * 10n ** BigInt(decimals < 12 ? 18 - decimals : 6));
    const minimum = await local.chain.readContract({
      address: deployedAt(deployment, "SavingsPool").address,
      abi: savingsPoolAbi,
      functionName: "minimumDeposit",
    });
    expect(minimum).toBe(unit);
    const rules = await local.chain.readContract({
      address: deployedAt(deployment, "LotteryPool").address,
      abi: lotteryPoolAbi,
      functionName: "rules",
    });
    expect(rules).toMatchObject({ minimumPurchase: unit, minimumPrize: unit });
    expect(deployedAt(deployment, "Asset").decimals).toBe(decimals);
    expect(deployedAt(deployment, "KhipuVault")).toMatchObject({
      codeHash: expect.stringMatching(/^0x/) as string,
      compilerInput: expect.stringMatching(/^solc-0_8_30-/) as string,
    });
    expect(deployment.source?.commit).toMatch(/^[0-9a-f]{40}$/);
  });

  it.skipIf(anvilBinary() === undefined)("goes from there to the first draw", async () => {
    const file = join(folder, "six.json");
    const deployment = parseDeployment(JSON.parse(readFileSync(file, "utf8")), file);
    const lottery = { address: deployedAt(deployment, "LotteryPool").address, abi: lotteryPoolAbi };
    const [asset, coordinator] = [deployedAt(deployment, "Asset").address, chainlink().coordinator];
    const { abi: tokenAbi } = await hre.artifacts.readArtifact("ForeignToken");
    const subscription = await local.chain.readContract({
      ...lottery,
      functionName: "subscription",
    });
    const funding = { functionName: "fundSubscriptionWithNative", args: [subscription] } as const;
    const { abi: vrfAbi } = await hre.artifacts.readArtifact("VRFCoordinatorV2_5");
    const paid = { ...funding, value: parseEther("1") };
    await send({ address: coordinator, abi: vrfAbi, ...paid } as never);
    const approval = [lottery.address, maxUint256] as const;
    await send({ address: asset, abi: tokenAbi, functionName: "approve", args: approval });
    const tickets = [100_000_000n, deployer.address, 0n] as const;
    await send({ ...lottery, functionName: "buyTickets", args: tickets });
    await send({ ...lottery, functionName: "sponsorPrize", args: [5_000_000n, 0n] });
    const time = createTestClient({ chain: foundry, mode: "anvil", transport: http(local.url) });
    await time.increaseTime({ seconds: 200 });
    await time.mine({ blocks: 1 });

    const keeper = ["--rpc", local.url, "--deployment", file, "--once"];
    expect((await runScript("keeper", keeper).ended).stdout).toContain("round 1: request");
    oracle = startService({
      name: "The oracle",
      command: binary("node"),
      args: [
        join(root, "scripts/local/vrf-prover.ts"),
        ...["--deployment", local.file, "--rpc", local.url],
      ],
      logFile: join(folder, "oracle.log"),
    });
    await time.mine({ blocks: 4 });
    const answers = () =>
      local.chain.getContractEvents({ ...lottery, eventName: "DrawAnswered", fromBlock: 0n });
    await expect.poll(answers, { timeout: 20_000 }).not.toEqual([]);
    expect((await runScript("keeper", keeper).ended).stdout).toContain("round 1: finalize");
    const verify = ["--rpc", local.url, "--deployment", file, "--round", "1"];
    expect((await runScript("verify-draw", verify).ended).stdout).toContain("The draw was honest.");
  });

  it("keeps the deployer in when the deployer is named as admin", async () => {
    const token = await foreign("ADM", 6);
    const deployment = await deploy("admin", token, {
      Protocol: { strategyAbsoluteCap: 1_000_000, admin: deployer.address },
    });
    expect(await hasRole(deployment, ROLES.admin, deployer.address)).toEqual([true, DAY]);
  });

  it("makes the admin faster than the curator, but no way round the curator's delay", async () => {
    const file = join(folder, "six.json");
    const deployment = parseDeployment(JSON.parse(readFileSync(file, "utf8")), file);
    const [admin, curator] = [1, 2].map(
      (addressIndex) => mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex }).address,
    ) as [Address, Address];
    expect(await hasRole(deployment, ROLES.admin, admin)).toEqual([true, DAY]);
    expect(await hasRole(deployment, ROLES.curator, curator)).toEqual([true, 3 * DAY]);
    expect(await hasRole(deployment, ROLES.admin, deployer.address)).toEqual([false, 0]);
  });

  it("names what is wrong before it sends anything", async () => {
    const token = await foreign("BAD", 6);
    const good = { strategyAbsoluteCap: 1_000_000 };
    const wrong = async (values: Record<string, unknown>) =>
      refusal("bad", token, { Protocol: { ...good, ...values } });
    expect(await refusal("bad", token, {})).toBe(
      "The section Protocol needs strategyAbsoluteCap: name them in --parameters (docs/operators.md).",
    );
    expect(await wrong({ feeBp: 100 })).toContain("There is no parameter Protocol.feeBp.");
    expect(await wrong({ adminDelay: 3 * DAY })).toContain("it must be below the curatorDelay");
    expect(await wrong({ curator: token.asset })).toContain(
      "Protocol.curator is the asset or a strategy",
    );
    expect(await wrong({ seed: `${10n ** 30n}n` })).toContain("the vault's seed is");
    const lottery = { ...chainlink(), keyHash: `0x${"12".repeat(32)}` };
    expect(await refusal("bad", token, { Protocol: good, Lottery: lottery })).toContain(
      "is no key of the coordinator",
    );
    const noCode = await refusal("bad", token, { Protocol: good }, "--price-feed", DEAD);
    expect(noCode).toBe(`--price-feed ${DEAD} has no code on this chain.`);
    const other = await foreign("OTHER", 6);
    const mixed: Foreign = { asset: token.asset, strategies: other.strategies };
    expect(await refusal("bad", mixed, { Protocol: good })).toContain(
      `saves ${other.asset}, not the asset ${token.asset}`,
    );
    const twice: Foreign = {
      asset: token.asset,
      strategies: [token.strategies[0], token.strategies[0]],
    };
    expect(await refusal("bad", twice, { Protocol: good })).toContain("is named twice");
    expect(existsSync(join(folder, "bad.json"))).toBe(false);
  });

  it("never replaces a deployment, of whatever kind, by another", async () => {
    const token = await foreign("NEW", 6);
    const message = await refusal("six", token, { Protocol: { strategyAbsoluteCap: 1_000_000 } });
    expect(message).toContain("give this one a --name of its own");
  });

  it("writes down the price feed that it was given", async () => {
    const token = await foreign("FEED", 6);
    const feed = deployedAt(local.deployment, "PriceFeed").address;
    const deployment = await deploy(
      "feed",
      token,
      { Protocol: { strategyAbsoluteCap: 1_000_000 } },
      "--price-feed",
      feed,
    );
    expect(deployedAt(deployment, "PriceFeed").address).toBe(feed);
  });
});
