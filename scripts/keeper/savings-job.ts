import { type Address, encodeFunctionData, parseEventLogs, type PublicClient } from "viem";
import { khipuVaultAbi, savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { inStretches, type Stretch } from "../block-stretches.ts";
import type { Job } from "./job.ts";

/** About 13,000 gas each. */
const SAVERS_AT_ONCE = 100;
/** Of the past so much is read at each look, ten thousand blocks each. */
const STRETCHES_A_LOOK = 10;
/** Where a node does not say what is final. */
const BLOCKS_UNTIL_FINAL = 64n;

interface Position {
  shares: bigint;
  principal: bigint;
}

/**
 * Turns savers' yield into principal, once it is worth the gas. Who saves how much is in the chain's own log, what it is
 * worth in the vault's share price: nobody is asked for one by one. Only what is final is remembered.
 */
export function savingsJob(
  client: PublicClient,
  pool: Address,
  vault: Address,
  startBlock: bigint,
  least: bigint,
): Job {
  const positions = new Map<Address, Position>();
  let readUpTo = startBlock - 1n;
  let behind = true;

  const find = async (stretch: Stretch) =>
    parseEventLogs({
      abi: savingsPoolAbi,
      logs: await client.getLogs({ address: pool, ...stretch }),
    });

  const apply = (to: Map<Address, Position>, events: Awaited<ReturnType<typeof find>>) => {
    for (const { eventName, args } of events) {
      if (eventName === "SharesTakenOut") to.set(args.saver, { shares: 0n, principal: 0n });
      else if ("principalAfter" in args) {
        to.set(args.saver, { shares: args.sharesAfter, principal: args.principalAfter });
      }
    }
  };

  /** Follows the chain to what is final; false when there is more than fits into a look. */
  const follow = async (final: bigint): Promise<boolean> => {
    let stretches = 0;
    for await (const { found, toBlock } of inStretches(readUpTo + 1n, final, find)) {
      apply(positions, found);
      readUpTo = toBlock;
      if (++stretches === STRETCHES_A_LOOK) break;
    }
    return readUpTo >= final;
  };

  return {
    name: "savings",
    isBehind: () => behind,
    async due(isResting) {
      const head = await client.getBlockNumber({ cacheTime: 0 });
      behind = !(await follow(await finalBlock(client, head)));
      if (behind) return undefined;
      const recent = new Map<Address, Position>();
      for await (const { found } of inStretches(readUpTo + 1n, head, find)) apply(recent, found);
      const price = await client.readContract({
        address: vault,
        abi: khipuVaultAbi,
        functionName: "sharePrice",
      });
      const earnedBy = ({ shares, principal }: Position) =>
        (shares * price.assets) / price.shares - principal;
      const worthIt: { saver: Address; earned: bigint }[] = [];
      const consider = (saver: Address, position: Position) => {
        const earned = earnedBy(position);
        if (earned >= least) worthIt.push({ saver, earned });
      };
      for (const [saver, position] of positions) if (!recent.has(saver)) consider(saver, position);
      for (const [saver, position] of recent) consider(saver, position);
      if (worthIt.length === 0 || isResting("savings: compound")) return undefined;
      // Those who gain most by it come first.
      worthIt.sort(
        (one, other) => Number(other.earned > one.earned) - Number(other.earned < one.earned),
      );
      const savers = worthIt.slice(0, SAVERS_AT_ONCE).map(({ saver }) => saver);
      const data = encodeFunctionData({
        abi: savingsPoolAbi,
        functionName: "compound",
        args: [savers],
      });
      const what = `savings: compound ${savers.length}`;
      return { key: "savings: compound", calls: [{ what, to: pool, data }] };
    },
  };
}

async function finalBlock(client: PublicClient, head: bigint): Promise<bigint> {
  const final = await client.getBlock({ blockTag: "finalized" }).catch(() => undefined);
  return final?.number ?? (head > BLOCKS_UNTIL_FINAL ? head - BLOCKS_UNTIL_FINAL : -1n);
}
