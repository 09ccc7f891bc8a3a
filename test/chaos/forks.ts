import type { Hex, PublicClient } from "viem";

/** Every state that a chain has had, by the hash of the block that it was the state of. */
export class Forks<State> {
  readonly #chain: Pick<PublicClient, "getBlock">;
  readonly #after: (before: State, blockHash: Hex) => Promise<State>;
  readonly #first: State;
  readonly #states = new Map<string, State>();
  #newest: State;

  /** `after` tells the state of a block from that of the block before it. */
  constructor(
    chain: Pick<PublicClient, "getBlock">,
    first: State,
    after: (before: State, blockHash: Hex) => Promise<State>,
  ) {
    this.#chain = chain;
    this.#first = this.#newest = first;
    this.#after = after;
  }

  /** The state of the newest block. */
  get newest(): State {
    return this.#newest;
  }

  at(blockHash: string): State | undefined {
    return this.#states.get(blockHash);
  }

  /** Takes down the blocks that are new since the last time; to be called after each change of the chain. */
  async record(): Promise<void> {
    const unknown: Hex[] = [];
    let block = await this.#chain.getBlock();
    while (!this.#states.has(block.hash) && block.number > 0n) {
      unknown.unshift(block.hash);
      block = await this.#chain.getBlock({ blockHash: block.parentHash });
    }
    let state = this.#states.get(block.hash) ?? this.#first;
    for (const blockHash of unknown) {
      state = await this.#after(state, blockHash);
      this.#states.set(blockHash, state);
    }
    this.#newest = state;
  }
}
