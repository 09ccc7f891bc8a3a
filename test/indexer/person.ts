import {
  type Account,
  type Address,
  createWalletClient,
  getContract,
  type Hash,
  http,
  maxUint256,
  publicActions,
} from "viem";
import { foundry } from "viem/chains";
import {
  cooperativePoolsAbi,
  faucetTokenAbi,
  feeTreasuryAbi,
  khipuVaultAbi,
  lotteryPoolAbi,
  savingsPoolAbi,
  testnetPriceFeedAbi,
} from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import type { Random } from "../../scripts/local/random.ts";
import { CircleMember } from "./circle-member.ts";
import { mined, Reverted } from "./mined.ts";
import type { PlayedWorld } from "./played-world.ts";

/** An estimate would not do: what a report costs depends on the yield that has come until it is mined. */
const gas = { gas: 3_000_000n };

/** Money of the minimum deposit and above. */
const amount = (random: Random) => BigInt(random.between(1_000_000, 500_000_000));

type Action = () => Promise<Hash>;

/** Somebody who does anything that is possible, at random. */
export class Person {
  readonly address: Address;
  /** How often something was not possible any more when it was mined. */
  refused = 0;
  readonly #random: Random;
  readonly #asset;
  readonly #vault;
  readonly #savings;
  readonly #cooperatives;
  readonly #lottery;
  readonly #circles;
  readonly #spenders: readonly Address[];
  readonly #treasury;
  readonly #priceFeed;
  readonly #client;

  constructor(account: Account, world: PlayedWorld, random: Random) {
    this.address = account.address;
    this.#random = random;
    const transport = http(world.url);
    const client = createWalletClient({
      account,
      chain: foundry,
      transport,
      pollingInterval: 50,
    }).extend(publicActions);
    this.#client = client;
    this.#treasury = getContract({
      address: deployedAt(world.deployment, "FeeTreasury").address,
      abi: feeTreasuryAbi,
      client,
    });
    const at = (name: string) => deployedAt(world.deployment, name).address;
    this.#asset = getContract({ address: at("Asset"), abi: faucetTokenAbi, client });
    this.#vault = getContract({ address: at("KhipuVault"), abi: khipuVaultAbi, client });
    this.#savings = getContract({ address: at("SavingsPool"), abi: savingsPoolAbi, client });
    this.#cooperatives = getContract({
      address: at("CooperativePools"),
      abi: cooperativePoolsAbi,
      client,
    });
    this.#lottery = getContract({ address: at("LotteryPool"), abi: lotteryPoolAbi, client });
    this.#circles = new CircleMember(client, at("RotatingPools"), random);
    const products = ["SavingsPool", "CooperativePools", "LotteryPool", "RotatingPools"];
    this.#spenders = [...products, "KhipuVault"].map(at);
    this.#priceFeed = getContract({ address: at("PriceFeed"), abi: testnetPriceFeedAbi, client });
  }

  async prepare(referrer: Address): Promise<void> {
    await this.#asset.write.mint([this.address, 10n ** 12n]);
    for (const spender of this.#spenders) {
      await this.#asset.write.approve([spender, maxUint256]);
    }
    await this.#savings.write.nameReferrer([referrer]);
    await this.#savings.write.deposit([amount(this.#random), this.address, 0n]);
  }

  /** A circle with somebody else, in which only this one pays. */
  async foundCircleWith(other: Person): Promise<void> {
    const circleId = await this.#circles.found();
    await other.#circles.join(circleId);
    await this.#circles.contribute(circleId);
  }

  /**
   * Does one thing; each transaction is mined at once, so it has happened when this resolves. Only the clock, or a keeper,
   * can have been faster.
   */
  async act(others: readonly Person[]): Promise<void> {
    const possible = [
      ...(await this.#savingsActions(others)),
      ...(await this.#cooperativeActions(others)),
      ...(await this.#lotteryActions(others)),
      ...(await this.#vaultActions(others)),
      ...(await this.#circles.actions(others.map(({ address }) => address))),
      ...(await this.#treasuryActions()),
      () => this.#setPrice(),
    ];
    await mined(this.#client, this.#random.oneOf(possible)()).catch((error: unknown) => {
      if (!(error instanceof Reverted)) throw error;
      this.refused++;
    });
  }

  /** Books the vault's yield, makes everybody's yield principal and pulls the own referral reward, if there is one. */
  async settle(others: readonly Person[]): Promise<void> {
    await mined(this.#client, this.#vault.write.report(gas));
    await mined(
      this.#client,
      this.#savings.write.compound([others.map(({ address }) => address)], gas),
    );
    const [claim] = await this.#treasuryActions();
    if (claim) await mined(this.#client, claim());
    // the last price may be too old by now
    await mined(this.#client, this.#setPrice());
  }

  #setPrice() {
    return this.#priceFeed.write.setPrice([BigInt(this.#random.between(99, 101)) * 10n ** 6n]);
  }

  async #vaultActions(others: readonly Person[]): Promise<Action[]> {
    const { write, read } = this.#vault;
    const { address } = this;
    const receiver = this.#random.oneOf(others).address;
    const actions: Action[] = [
      () => write.rebalance(gas),
      () => write.report(gas),
      () => write.deposit([amount(this.#random), receiver], gas),
    ];
    const held = await read.balanceOf([address]);
    const shares = (held * BigInt(this.#random.between(1, 100))) / 100n;
    if (shares > 10n ** 9n) {
      actions.push(
        () => write.transfer([receiver, shares], gas),
        () => write.redeem([shares, receiver, address], gas),
        () => write.redeemInKind([shares, receiver, address, []], gas),
      );
    }
    return actions;
  }

  async #lotteryActions(others: readonly Person[]): Promise<Action[]> {
    const { write, read } = this.#lottery;
    const player = this.#random.oneOf(others).address;
    const actions: Action[] = [
      () => write.buyTickets([amount(this.#random), player, 0n], gas),
      () => write.sponsorPrize([amount(this.#random) / 100n, 0n], gas),
    ];
    const count = Number(await read.entryCount());
    const entry = BigInt(this.#random.between(1, Math.max(count, 1)));
    const [owner, left] = await read.entryOf([entry]);
    if (owner === this.address && left > 0n) {
      const part = (left * BigInt(this.#random.between(1, 100))) / 100n + 1n;
      const principal = part < left ? part : left;
      actions.push(
        () => write.redeemTickets([entry, principal, player, 0n], gas),
        () => write.redeemTicketsAsShares([entry, principal, player], gas),
      );
    }
    const { prizeShares } = await read.playerOf([this.address]);
    if (prizeShares > 0n) {
      actions.push(
        () => write.claimPrize([player, 0n], gas),
        () => write.claimPrizeAsShares([player], gas),
      );
    }
    return actions;
  }

  async #treasuryActions(): Promise<Action[]> {
    const { write, simulate } = this.#treasury;
    const isPayable = await simulate.claimReferralReward([this.address]).then(
      () => true,
      () => false,
    );
    if (!isPayable) return [];
    return [
      () => write.claimReferralReward([this.address], gas),
      () => write.claimReferralReward([this.address, 1n], gas),
      () => write.takeOutShares([this.address], gas),
    ];
  }

  async #savingsActions(others: readonly Person[]): Promise<Action[]> {
    const { write, read } = this.#savings;
    const random = this.#random;
    const [shares, principal, , yieldAssets] = await read.positionOf([this.address]);
    const saver = random.oneOf(others).address;
    const actions: Action[] = [() => write.deposit([amount(random), saver, 0n], gas)];
    if (principal > 0n) {
      const part = (principal * BigInt(random.between(1, 100))) / 100n + 1n;
      const assets = part < principal ? part : principal;
      actions.push(
        () => write.withdraw([assets, this.address, maxUint256], gas),
        () => write.compound([others.map(({ address }) => address)], gas),
      );
    }
    if (shares > 0n) {
      actions.push(
        () => write.withdrawAll([this.address, 0n], gas),
        () => write.takeOutShares([this.address], gas),
      );
    }
    if (yieldAssets > 0n) actions.push(() => write.claimYield([this.address], gas));
    return actions;
  }

  async #cooperativeActions(others: readonly Person[]): Promise<Action[]> {
    const { write, read } = this.#cooperatives;
    const random = this.#random;
    const create: Action = () => {
      const name = `Junta ${random.between(1, 999)}`;
      const terms = { name, minimum: 1_000_000n, maximum: 10n ** 11n, maxMembers: 3, open: true };
      return write.createPool([terms, amount(random), 0n], gas);
    };
    const count = Number(await read.poolCount());
    if (count === 0) return [create];

    const poolId = BigInt(random.between(1, count));
    const { closed, memberCount, maxMembers, creator } = await read.poolOf([poolId]);
    const actions: Action[] = count < 5 ? [create] : [];
    if (await read.isMember([poolId, this.address])) {
      const [, principal, , yieldAssets] = await read.positionOf([poolId, this.address]);
      actions.push(
        () => write.leave([poolId, this.address, 0n], gas),
        () => write.leaveWithShares([poolId, this.address], gas),
      );
      if (!closed) {
        const member = random.oneOf(others).address;
        const receiver = (await read.isMember([poolId, member])) ? member : this.address;
        actions.push(() => write.contribute([poolId, receiver, amount(random), 0n], gas));
      }
      const spare = principal - 1_000_000n;
      if (spare > 0n) {
        actions.push(() => write.withdraw([poolId, spare, this.address, maxUint256], gas));
      }
      if (yieldAssets > 0n) actions.push(() => write.claimYield([poolId, this.address], gas));
    } else if (!closed && memberCount < maxMembers) {
      actions.push(() => write.join([poolId, amount(random), 0n], gas));
    }
    if (creator === this.address && !closed && random.between(1, 20) === 1) {
      actions.push(
        () => write.closePool([poolId], gas),
        () => write.revokeInvitations([poolId], gas),
      );
    }
    return actions;
  }
}
