import {
  type Account,
  type Address,
  type Chain,
  ContractFunctionExecutionError,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { keyHashOf } from "../../../protocol/vrf.ts";
import {
  blockhashStoreAbi,
  commitmentOf,
  coordinatorAbi,
  type VrfRequest,
} from "../../../protocol/vrf-coordinator.ts";
import { prove, publicKeyOf } from "../../../protocol/local-oracle/proof.ts";

/** Up to so many blocks back the chain itself knows a block's hash. */
const KNOWN_BLOCKS = 256n;
/** A hash is put into the store this long before the chain forgets it. */
const STORE_AFTER = 200n;

export interface ProverOptions {
  chain: PublicClient<Transport, Chain>;
  wallet: WalletClient<Transport, Chain, Account>;
  coordinator: Address;
  secret: bigint;
  /** How many blocks more than the request asks for it waits. */
  lateness: bigint;
  /** Whether it sends every answer once more; the coordinator must refuse that. */
  twice: boolean;
}

/** Answers requests for randomness as Chainlink's oracles do. */
export class Prover {
  readonly #options: ProverOptions;
  readonly #keyHash;
  readonly #open = new Map<bigint, VrfRequest>();
  readonly #stored = new Set<bigint>();
  #readUpTo: bigint;

  constructor(options: ProverOptions, fromBlock: bigint) {
    this.#options = options;
    this.#keyHash = keyHashOf(publicKeyOf(options.secret));
    this.#readUpTo = fromBlock - 1n;
  }

  /** Reads new requests and answers those that are due; returns which it answered. */
  async tend(): Promise<bigint[]> {
    const { chain, lateness } = this.#options;
    const head = await chain.getBlockNumber({ cacheTime: 0 });
    await this.#read(head);
    const answered: bigint[] = [];
    for (const request of this.#open.values()) {
      const age = head - request.blockNumber;
      if (age >= BigInt(request.minimumRequestConfirmations) + lateness) {
        if (await this.answer(request)) answered.push(request.requestId);
        this.#open.delete(request.requestId);
      } else if (age >= STORE_AFTER) {
        await this.#keepHash(request.blockNumber);
      }
    }
    return answered;
  }

  /** Proves and delivers the answer to a request; false when it is not waited for, or its block's hash is lost. */
  async answer(request: VrfRequest): Promise<boolean> {
    const { chain, wallet, coordinator, secret } = this.#options;
    const commitment = await chain.readContract({
      address: coordinator,
      abi: coordinatorAbi,
      functionName: "s_requestCommitments",
      args: [request.requestId],
    });
    if (BigInt(commitment) === 0n) return false;
    const { hash: blockHash } = await chain.getBlock({ blockNumber: request.blockNumber });
    const proof = prove(secret, request.preSeed, blockHash);
    const { request: transaction } = await chain.simulateContract({
      account: wallet.account,
      address: coordinator,
      abi: coordinatorAbi,
      functionName: "fulfillRandomWords",
      args: [proof, commitmentOf(request), false],
    });
    const hash = await wallet.writeContract(transaction);
    await chain.waitForTransactionReceipt({ hash });
    if (this.#options.twice) {
      // With gas given, the wallet does not try it out first: it is on the chain that it must fail.
      const again = await wallet
        .writeContract({ ...transaction, gas: 500_000n })
        .catch(refusedAtOnce);
      const receipt = again && (await chain.waitForTransactionReceipt({ hash: again }));
      if (receipt?.status === "success") {
        throw new Error(`request ${request.requestId} was answered twice`);
      }
    }
    return true;
  }

  async #read(head: bigint): Promise<void> {
    const { chain, coordinator } = this.#options;
    if (head <= this.#readUpTo) return;
    const logs = await chain.getContractEvents({
      address: coordinator,
      abi: coordinatorAbi,
      eventName: "RandomWordsRequested",
      args: { keyHash: this.#keyHash },
      fromBlock: this.#readUpTo + 1n,
      toBlock: head,
      strict: true,
    });
    for (const { args, blockNumber } of logs) {
      this.#open.set(args.requestId, { ...args, blockNumber });
    }
    this.#readUpTo = head;
  }

  async #keepHash(blockNumber: bigint): Promise<void> {
    if (this.#stored.has(blockNumber)) return;
    const { chain, wallet, coordinator } = this.#options;
    const head = await chain.getBlockNumber({ cacheTime: 0 });
    if (head - blockNumber >= KNOWN_BLOCKS) return;
    const store = await chain.readContract({
      address: coordinator,
      abi: coordinatorAbi,
      functionName: "BLOCKHASH_STORE",
    });
    const { request } = await chain.simulateContract({
      account: wallet.account,
      address: store,
      abi: blockhashStoreAbi,
      functionName: "store",
      args: [blockNumber],
    });
    await chain.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
    this.#stored.add(blockNumber);
  }
}

/** Hardhat's node puts a failing transaction into a block and says at the same time that it failed. */
function refusedAtOnce(error: unknown): undefined {
  if (error instanceof ContractFunctionExecutionError) return undefined;
  throw error;
}
