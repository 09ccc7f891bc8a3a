import {
  type Account,
  type Address,
  type Chain,
  type Client,
  encodeFunctionData,
  getContract,
  type Hash,
  type Hex,
  keccak256,
  maxUint256,
  type PublicActions,
  publicActions,
  toHex,
  type Transport,
  type WalletActions,
} from "viem";
import { rotatingPoolsAbi } from "../../protocol/abis.generated.ts";
import type { Random } from "../../scripts/local/random.ts";
import { mined } from "./mined.ts";

const ORDERS = { joining: 0, random: 1, bids: 2 } as const;
const MOST_CIRCLES = 8;
const PENALTY_BPS = 500;

/** An estimate would not do: what a call costs depends on the rounds that are over when it is mined. */
const gas = 3_000_000n;

interface Call {
  data: Hex;
  value?: bigint;
}

type Wallet = Client<
  Transport,
  Chain,
  Account,
  undefined,
  PublicActions<Transport, Chain, Account> & WalletActions<Chain, Account>
>;

/** Somebody's part in circles: whatever they may do there, at random. */
export class CircleMember {
  readonly #wallet: Wallet;
  readonly #address: Address;
  readonly #random: Random;
  readonly #read;

  constructor(wallet: Wallet, circles: Address, random: Random) {
    this.#wallet = wallet;
    this.#address = circles;
    this.#random = random;
    const client = wallet.extend(publicActions);
    this.#read = getContract({ address: circles, abi: rotatingPoolsAbi, client }).read;
  }

  /** Makes a circle of two in which the turn goes by joining, joins it, and says its number. */
  async found(): Promise<bigint> {
    await mined(this.#wallet, this.#send(await this.#creation(2, ORDERS.joining, true)));
    return this.#read.circleCount();
  }

  async join(circleId: bigint): Promise<void> {
    await mined(this.#wallet, this.#send(await this.#joining(circleId)));
  }

  async contribute(circleId: bigint): Promise<void> {
    const args = [circleId, this.#own, 0n, maxUint256, maxUint256] as const;
    const data = encodeFunctionData({ abi: rotatingPoolsAbi, functionName: "contribute", args });
    await mined(this.#wallet, this.#send({ data }));
  }

  /** What is possible now in one circle, or with a new one. */
  async actions(others: readonly Address[]): Promise<(() => Promise<Hash>)[]> {
    const random = this.#random;
    const count = Number(await this.#read.circleCount());
    const calls: Call[] = [];
    if (count < MOST_CIRCLES) {
      const isInvested = random.between(0, 1) === 1;
      calls.push(await this.#creation(random.between(2, 3), random.between(0, 2), isInvested));
    }
    if (count > 0) calls.push(...(await this.#calls(BigInt(random.between(1, count)), others)));
    const possible: (() => Promise<Hash>)[] = [];
    for (const call of calls) {
      const isPossible = await this.#wallet
        .call({ account: this.#wallet.account, to: this.#address, gas, ...call })
        .then(
          () => true,
          () => false,
        );
      if (isPossible) possible.push(() => this.#send(call));
    }
    return possible;
  }

  /** All that could be tried in a circle. */
  async #calls(circleId: bigint, others: readonly Address[]): Promise<Call[]> {
    const abi = rotatingPoolsAbi;
    const random = this.#random;
    const own = this.#own;
    const circle = await this.#read.circleOf([circleId]);
    const round = BigInt(circle.settled);
    const member = random.oneOf(others);
    const amount = circle.contribution / BigInt(random.between(1, 3)) + 1n;
    const salt = keccak256(toHex(`${circleId} ${round}`));
    // The same for all bids of a round, so that who has committed can reveal.
    const discount = circleId * 1_000n + round;
    const bid = await this.#read.sealBid([circleId, round, own, discount, salt]);
    const data = [
      encodeFunctionData({ abi, functionName: "leave", args: [circleId, own, 0n] }),
      encodeFunctionData({ abi, functionName: "abort", args: [circleId] }),
      encodeFunctionData({ abi, functionName: "start", args: [circleId] }),
      encodeFunctionData({
        abi,
        functionName: "contribute",
        args: [circleId, member, round, amount, maxUint256],
      }),
      encodeFunctionData({
        abi,
        functionName: "contribute",
        args: [circleId, member, BigInt(circle.members - 1), amount, maxUint256],
      }),
      encodeFunctionData({
        abi,
        functionName: "divest",
        args: [circleId, amount * BigInt(random.between(1, 10 ** 9)), 0n],
      }),
      encodeFunctionData({
        abi,
        functionName: "restoreCollateral",
        args: [circleId, member, amount],
      }),
      encodeFunctionData({ abi, functionName: "commitBid", args: [circleId, bid] }),
      encodeFunctionData({ abi, functionName: "revealBid", args: [circleId, discount, salt] }),
      encodeFunctionData({ abi, functionName: "settle", args: [circleId, 1n] }),
      encodeFunctionData({ abi, functionName: "claim", args: [circleId, member, 0n] }),
      encodeFunctionData({ abi, functionName: "claimAsShares", args: [circleId, member] }),
    ];
    if (random.between(1, 10) === 1) {
      data.push(encodeFunctionData({ abi, functionName: "revokeInvitations", args: [circleId] }));
    }
    const request = encodeFunctionData({ abi, functionName: "requestOrder", args: [circleId] });
    return [
      await this.#joining(circleId),
      { data: request, value: await this.#read.drawFee() },
      ...data.map((text) => ({ data: text })),
    ];
  }

  async #joining(circleId: bigint): Promise<Call> {
    const args = [circleId, await this.#read.termsHashOf([circleId])] as const;
    return { data: encodeFunctionData({ abi: rotatingPoolsAbi, functionName: "join", args }) };
  }

  async #creation(members: number, order: number, invested: boolean): Promise<Call> {
    const contribution = BigInt(this.#random.between(1_000_000, 50_000_000));
    const size = [contribution, BigInt(PENALTY_BPS), BigInt(members)] as const;
    const { timestamp } = await this.#wallet.getBlock();
    const terms = {
      name: `Pasanaku ${this.#random.between(1, 999)}`,
      contribution,
      collateral: await this.#read.fullCollateral(size),
      period: 300,
      joinBy: Number(timestamp) + 86_400,
      bidDeposit: order === ORDERS.bids ? 1_000_000n : 0n,
      grace: 120,
      penaltyBps: PENALTY_BPS,
      members,
      open: true,
      invested,
      order,
    };
    const args = [terms, true] as const;
    const functionName = "createCircle";
    return { data: encodeFunctionData({ abi: rotatingPoolsAbi, functionName, args }) };
  }

  get #own(): Address {
    return this.#wallet.account.address;
  }

  #send(call: Call): Promise<Hash> {
    return this.#wallet.sendTransaction({ to: this.#address, gas, ...call });
  }
}
