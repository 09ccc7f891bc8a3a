import {
  type Address,
  createWalletClient,
  encodeFunctionData,
  getContract,
  type Hash,
  type Hex,
  http,
  publicActions,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import {
  accessManagerAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  savingsPoolAbi,
  testnetYieldVaultAbi,
} from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import type { Random } from "../../scripts/local/random.ts";
import { mined } from "./mined.ts";
import type { PlayedWorld } from "./played-world.ts";

/** The accounts that hold the roles of a local deployment. */
const holders = { admin: 1, curator: 2, guardian: 3, allocator: 4, treasurer: 5 } as const;

const gas = { gas: 3_000_000n };

/** Whoever holds a role, exercising it at random and without harm. */
export class Steward {
  readonly #random: Random;
  readonly #world: PlayedWorld;

  constructor(world: PlayedWorld, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  async act(): Promise<void> {
    const guardian = this.#as("guardian");
    const allocator = this.#as("allocator");
    const treasurer = this.#as("treasurer");
    const strategies = await allocator.vault.read.supplyOrder();
    const collectable = await treasurer.treasury.read.collectable();
    const actions: (() => Promise<unknown>)[] = [
      () => allocator.done(allocator.vault.write.report(gas)),
      () => allocator.done(allocator.vault.write.setIdleBuffer([BigInt(this.#between(0, 2_000))])),
      () => allocator.done(allocator.vault.write.setSupplyOrder([strategies])),
      () => allocator.done(allocator.vault.write.setWithdrawalOrder([strategies])),
      () => this.#lowerFee(),
      () => guardian.done(guardian.savings.write.lowerLimits([10n ** 20n, 10n ** 22n])),
      () => this.#stopAndResume(),
      () => this.#scheduleAndCancel(),
      () => this.#nameRole(),
    ];
    if (collectable > 1n) {
      const { treasury } = treasurer;
      actions.push(() =>
        treasurer.done(treasury.write.collect([treasury.address, collectable / 2n], gas)),
      );
    }
    await this.#random.oneOf(actions)();
  }

  /**
   * From now on the vault earns 50 % a year. The local world's 5 % an hour, over the months that pass while roles wait
   * for their delays, would make a share worth more than what people save.
   */
  async slowYield(): Promise<void> {
    const { vault, earning, done } = this.#as("allocator");
    for (const strategy of await vault.read.supplyOrder()) {
      await done(earning(strategy).write.setRate([15_854_895_991n], gas));
    }
  }

  /** The vault loses a hundredth of what works, and books that. */
  async loseSome(): Promise<void> {
    const { vault, earning, done } = this.#as("allocator");
    for (const address of await vault.read.supplyOrder()) {
      const strategy = earning(address);
      await done(strategy.write.lose([(await strategy.read.totalAssets()) / 100n], gas));
    }
    await done(vault.write.report(gas));
  }

  /** Each kind of privileged action once. */
  async actOnce(): Promise<void> {
    await this.#stopAndResume();
    await this.#scheduleAndCancel();
    await this.#nameRole();
    await this.#lowerFee();
  }

  /** Lets deposits go on where they were stopped and nobody has resumed them, as after a reorganisation between the two. */
  async resumeDeposits(): Promise<void> {
    const { vault } = this.#as("curator");
    if (!(await vault.read.depositsStopped())) return;
    const data = encodeFunctionData({ abi: vault.abi, functionName: "resumeDeposits" });
    await this.#afterDelay("curator", vault.address, data);
  }

  async #lowerFee(): Promise<void> {
    const allocator = this.#as("allocator");
    const fee = await allocator.vault.read.feeBps();
    await allocator.done(allocator.vault.write.lowerFee([(fee * 9n) / 10n], gas));
  }

  async #stopAndResume(): Promise<void> {
    const guardian = this.#as("guardian");
    await guardian.done(guardian.vault.write.stopDeposits());
    await this.resumeDeposits();
  }

  async #scheduleAndCancel(): Promise<void> {
    const curator = this.#as("curator");
    const guardian = this.#as("guardian");
    const { vault } = curator;
    const data = encodeFunctionData({ abi: vault.abi, functionName: "raiseFee", args: [1_100n] });
    await this.#schedule("curator", vault.address, data);
    await guardian.done(guardian.manager.write.cancel([curator.address, vault.address, data], gas));
  }

  /** Gives a role that nobody uses a name, and to somebody, and takes it again. */
  async #nameRole(): Promise<void> {
    const { manager, address } = this.#as("admin");
    const roleId = BigInt(this.#between(10, 12));
    const label = `Role ${roleId}`;
    const calls = [
      { functionName: "labelRole", args: [roleId, label] },
      { functionName: "grantRole", args: [roleId, address, 60] },
      { functionName: "setGrantDelay", args: [roleId, 3_600] },
      { functionName: "revokeRole", args: [roleId, address] },
    ] as const;
    for (const call of calls) {
      const data = encodeFunctionData({ abi: manager.abi, ...call });
      await this.#afterDelay("admin", manager.address, data);
    }
  }

  async #afterDelay(role: keyof typeof holders, target: Address, data: Hex): Promise<void> {
    const { manager, reader, done } = this.#as(role);
    const ready = await this.#schedule(role, target, data);
    const { timestamp } = await reader.getBlock();
    // one that has waited for long expires, if it has to wait for the whole delay once more
    const left = ready - Number(timestamp);
    if (left >= 0) await this.#world.pass(left + 1);
    await done(manager.write.execute([target, data], gas));
  }

  /**
   * Unless it waits already, because a reorganisation has taken back what came after. Resolves to when it is ready, in
   * seconds since 1970.
   */
  async #schedule(role: keyof typeof holders, target: Address, data: Hex): Promise<number> {
    const { manager, address, done } = this.#as(role);
    const id = await manager.read.hashOperation([address, target, data]);
    const waiting = await manager.read.getSchedule([id]);
    if (waiting > 0) return waiting;
    await done(manager.write.schedule([target, data, 0], gas));
    return manager.read.getSchedule([id]);
  }

  #between(least: number, most: number): number {
    return this.#random.between(least, most);
  }

  #as(role: keyof typeof holders) {
    const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: holders[role] });
    const transport = http(this.#world.url);
    const client = createWalletClient({ account, chain: foundry, transport, pollingInterval: 50 });
    const reader = client.extend(publicActions);
    const at = (name: string) => deployedAt(this.#world.deployment, name).address;
    const common = { client: reader };
    return {
      address: account.address,
      reader,
      manager: getContract({ address: at("AccessManager"), abi: accessManagerAbi, ...common }),
      vault: getContract({ address: at("KhipuVault"), abi: khipuVaultAbi, ...common }),
      savings: getContract({ address: at("SavingsPool"), abi: savingsPoolAbi, ...common }),
      earning: (address: Address) => getContract({ address, abi: testnetYieldVaultAbi, ...common }),
      treasury: getContract({ address: at("FeeTreasury"), abi: feeTreasuryAbi, ...common }),
      done: (sent: Promise<Hash>) => mined(reader, sent),
    };
  }
}
