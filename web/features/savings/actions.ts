import { type Address, type Hex, hexToNumber, slice } from "viem";
import { allAbis, assetAbi, poolAbi } from "../../chain/abis.ts";
import { type Call, type Chain, type Prepare, settle } from "../../transactions/engine.ts";
import { explain } from "../../transactions/explain.ts";
import { ProblemError } from "../../transactions/problems.ts";

export interface Deposit {
  asset: Address;
  pool: Address;
  saver: Address;
  assets: bigint;
}

/** What a deposit needs to know of the token, and the one signature it asks for. */
export interface DepositTools {
  allowance(): Promise<bigint>;
  /** the least shares to accept, a little under today's price */
  leastShares(assets: bigint): Promise<bigint>;
  /** until when a permit signed now should hold, in the chain's own time */
  deadline(): Promise<bigint>;
  /** whether token and account can do permits at all */
  permits(): Promise<boolean>;
  signPermit(value: bigint, deadline: bigint): Promise<Hex>;
}

/** Problems of a permit that an ordinary approval gets around. */
const permitProblems = new Set(["permitInvalid", "permitExpired", "allowanceTooLow", "unknown"]);

/**
 * A deposit is one permit signature and one transaction. Nothing is signed when the allowance is there already, and where
 * token or wallet cannot do permits an approval of exactly this amount is sent before.
 */
export function prepareDeposit(deposit: Deposit, tools: DepositTools): Prepare {
  return async (chain, report) => {
    const { assets } = deposit;
    const [allowance, minShares] = await Promise.all([
      tools.allowance(),
      tools.leastShares(assets),
    ]);
    if (allowance >= assets) return plainDeposit(deposit, minShares);

    if (await tools.permits()) {
      const deadline = await tools.deadline();
      try {
        report({ type: "sign" });
        const signature = await tools.signPermit(assets, deadline);
        report({ type: "simulate" });
        const call = permitDeposit(deposit, minShares, deadline, signature);
        await chain.simulate(call);
        return call;
      } catch (error) {
        if (!permitProblems.has(explain(error, allAbis, "").code)) throw error;
      }
    }

    report({ type: "approve" });
    await approve(deposit, chain);
    return plainDeposit(deposit, minShares);
  };
}

function approve({ asset, pool, assets }: Deposit, chain: Chain): Promise<void> {
  return settle(
    { address: asset, abi: assetAbi, functionName: "approve", args: [pool, assets] },
    chain,
  );
}

function plainDeposit({ pool, saver, assets }: Deposit, minShares: bigint): Call {
  return { address: pool, abi: poolAbi, functionName: "deposit", args: [assets, saver, minShares] };
}

function permitDeposit(
  { pool, saver, assets }: Deposit,
  minShares: bigint,
  deadline: bigint,
  signature: Hex,
): Call {
  const last = hexToNumber(slice(signature, 64, 65));
  // Some wallets end a signature with 0 or 1 where the token expects 27 or 28.
  const v = last < 27 ? last + 27 : last;
  return {
    address: pool,
    abi: poolAbi,
    functionName: "depositWithPermit",
    args: [
      assets,
      saver,
      minShares,
      deadline,
      v,
      slice(signature, 0, 32),
      slice(signature, 32, 64),
    ],
  };
}

export function prepareWithdraw(
  pool: Address,
  receiver: Address,
  assets: bigint,
  mostShares: (assets: bigint) => Promise<bigint>,
): Prepare {
  return async () => ({
    address: pool,
    abi: poolAbi,
    functionName: "withdraw",
    args: [assets, receiver, await mostShares(assets)],
  });
}

export function prepareWithdrawAll(pool: Address, receiver: Address, leastAssets: bigint): Prepare {
  return () =>
    Promise.resolve({
      address: pool,
      abi: poolAbi,
      functionName: "withdrawAll",
      args: [receiver, leastAssets],
    });
}

/** A claim of nothing goes through and pays nothing: somebody may just have made the yield principal. Say so before. */
export function prepareClaim(
  pool: Address,
  receiver: Address,
  yieldNow: () => Promise<bigint>,
): Prepare {
  return async () => {
    if ((await yieldNow()) === 0n) throw new ProblemError({ code: "nothingToClaim" });
    return { address: pool, abi: poolAbi, functionName: "claimYield", args: [receiver] };
  };
}

/** How far the share price may move between looking and landing, in hundredths of a percent. */
const toleranceBps = 50n;

export function withLess(amount: bigint): bigint {
  return (amount * (10_000n - toleranceBps)) / 10_000n;
}

export function withMore(amount: bigint): bigint {
  return (amount * (10_000n + toleranceBps)) / 10_000n + 1n;
}
