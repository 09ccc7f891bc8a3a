import { type Chain, createTestClient, createWalletClient, http, publicActions } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { lotteryPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { lotteryJob } from "../../scripts/keeper/lottery-job.ts";
import { LOCAL_MNEMONIC } from "../../scripts/local/chain.ts";
import type { Random } from "../../scripts/local/random.ts";
import { LOCAL_ORACLE_SECRET } from "../../protocol/local-oracle/oracle-key.ts";
import { Prover } from "../../scripts/local/vrf/prover.ts";
import { type DeployedChain, startDeployedChain } from "../indexer/deployed-chain.ts";
import { mined } from "../indexer/mined.ts";
import { Person } from "../indexer/person.ts";
import type { PlayedWorld } from "../indexer/played-world.ts";
import { Steward } from "../indexer/steward.ts";

/** Blocks that Ponder waits on this chain before it calls one final. */
export const finalityBlocks = 30;
/** How long a round of the local lottery runs. */
const roundSeconds = 180;
/** The states of a round that was drawn, or ended without a draw. */
const settled = [5, 6];
/** A request for randomness that is older than this cannot be answered any more. */
const answerableBlocks = 200n;

const gas = 3_000_000n;

/**
 * A chain with the product on it, and people who do everything at random. Each transaction is mined at once, and there is
 * nobody who mines by himself, so that between two calls the chain stands still.
 */
export class Product implements PlayedWorld {
  readonly people: readonly Person[];
  readonly #node: DeployedChain;
  readonly #random: Random;
  readonly #steward: Steward;
  readonly #client;

  static async start(folder: string, random: Random): Promise<Product> {
    const product = new Product(await startDeployedChain(folder), random);
    await product.#prepare();
    return product;
  }

  private constructor(node: DeployedChain, random: Random) {
    this.#node = node;
    this.#random = random;
    this.#client = createTestClient({
      mode: "anvil",
      chain: foundry,
      transport: http(node.url),
      pollingInterval: 20,
      cacheTime: 0,
    }).extend(publicActions);
    this.people = [10, 11, 12, 13].map(
      (addressIndex) =>
        new Person(mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex }), this, random),
    );
    this.#steward = new Steward(this, random);
  }

  get url() {
    return this.#node.url;
  }

  get deployment() {
    return this.#node.deployment;
  }

  /** Where the deployment is described. */
  get file() {
    return this.#node.file;
  }

  /** From this block on all contracts are there. */
  get readyAt() {
    return this.#node.readyAt;
  }

  get client() {
    return this.#client;
  }

  /** Somebody does something. */
  act(): Promise<void> {
    return this.#random.oneOf(this.people).act(this.people);
  }

  /** Somebody who holds a role exercises it. */
  govern(): Promise<void> {
    return this.#steward.act();
  }

  mine(blocks: number): Promise<void> {
    return this.#client.mine({ blocks });
  }

  async pass(seconds: number): Promise<void> {
    await this.#client.increaseTime({ seconds });
    await this.mine(1);
  }

  /** Replaces the newest blocks by as many empty ones. */
  async reorg(depth: number): Promise<void> {
    await this.#client.request({ method: "anvil_reorg" as never, params: [depth, []] as never });
  }

  /** After a reorganisation that has taken back half of what somebody did. */
  resume(): Promise<void> {
    return this.#steward.resumeDeposits();
  }

  /** Lets the lottery's round run out and sees to it that it is drawn, or rolled over. */
  async endRound(): Promise<void> {
    const at = (name: string) => deployedAt(this.deployment, name).address;
    const lottery = { address: at("LotteryPool"), abi: lotteryPoolAbi } as const;
    const ending = await this.#client.readContract({ ...lottery, functionName: "currentRound" });
    await this.pass(roundSeconds);
    const job = lotteryJob(this.#node.chain, lottery.address, at("KhipuVault"));
    const head = await this.#client.getBlockNumber();
    const recent = head > answerableBlocks ? head - answerableBlocks : 0n;
    const oracle = {
      chain: this.#node.chain,
      wallet: this.#wallet(18),
      coordinator: at("VRFCoordinator"),
      secret: LOCAL_ORACLE_SECRET,
      lateness: 0n,
      twice: false,
    };
    // a new one each time: a reorganisation may have brought back what another one has seen answered
    const prover = new Prover(oracle, recent);
    const keeper = this.#wallet(19);
    const none = () => false;
    for (;;) {
      for (let task = await job.due(none); task; task = await job.due(none)) {
        for (const call of task.calls) {
          await mined(this.#client, keeper.sendTransaction({ to: call.to, data: call.data, gas }));
        }
      }
      const round = { functionName: "roundOf", args: [ending] } as const;
      const { state } = await this.#client.readContract({ ...lottery, ...round });
      if (settled.includes(state)) return;
      await this.pass(1);
      await prover.tend();
    }
  }

  stop(): Promise<unknown> {
    return this.#node.stop();
  }

  async #prepare(): Promise<void> {
    await Promise.all(
      this.people.map(async (person, place) => {
        const next = this.people[(place + 1) % this.people.length] ?? person;
        await person.prepare(next.address);
      }),
    );
    await this.#steward.actOnce();
    // no reorganisation takes this back
    await this.mine(2 * finalityBlocks + 1);
  }

  #wallet(addressIndex: number) {
    const account = mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex });
    const chain: Chain = foundry;
    return createWalletClient({ account, chain, transport: http(this.url) });
  }
}
