import type { Address } from "viem";
import {
  estimateContractGas,
  getBalance,
  getGasPrice,
  simulateContract,
  waitForTransactionReceipt,
  writeContract,
} from "viem/actions";
import type { Config } from "wagmi";
import { getConnectorClient } from "wagmi/actions";
import type { Call, Chain, Receipt } from "../transactions/engine.ts";
import { ProblemError } from "../transactions/problems.ts";
import type { Reader } from "./reader.ts";

/** Long enough for a slow block; after it the page says that it lost sight of the transaction. */
const receiptTimeout = 90_000;

/** The chain as the transaction engine sees it, through the connected wallet and our own node. */
export function chainOf(wagmi: Config, reader: Reader, account: Address, gasSymbol: string): Chain {
  const estimates = new WeakMap<Call, bigint>();
  return {
    simulate: async (call) => {
      await simulateContract(reader, { ...request(call), account });
      estimates.set(call, await checkGas(reader, account, call, gasSymbol));
    },
    send: async (call) => {
      const chainId = wagmi.chains[0].id;
      const wallet = await getConnectorClient(wagmi, { account, chainId });
      const estimate = estimates.get(call);
      return writeContract(wallet, {
        ...request(call),
        account: wallet.account,
        chain: wallet.chain,
        ...(estimate !== undefined && { gas: withHeadroom(estimate) }),
      });
    },
    receipt: async (hash, onReplaced) => {
      let outcome: Receipt["outcome"] = "confirmed";
      const receipt = await waitForTransactionReceipt(reader, {
        hash,
        timeout: receiptTimeout,
        onReplaced: ({ reason, transaction }) => {
          if (reason === "repriced") onReplaced(transaction.hash);
          else outcome = "cancelled";
        },
      });
      return { outcome: receipt.status === "success" ? outcome : "reverted" };
    },
  };
}

/**
 * What a call costs may change until it lands: money that was idle when it was tried may have gone to a strategy since, and has
 * to be taken out again. What is not used is not paid.
 */
function withHeadroom(gas: bigint): bigint {
  return (gas * 3n) / 2n + 150_000n;
}

/** The engine's calls are plain data; viem's types want to know each ABI, which a generic engine does not. */
function request({ address, abi, functionName, args }: Call) {
  return { address, abi, functionName, args };
}

async function checkGas(
  reader: Reader,
  account: Address,
  call: Call,
  symbol: string,
): Promise<bigint> {
  const [gas, price, balance] = await Promise.all([
    estimateContractGas(reader, { ...request(call), account }),
    getGasPrice(reader),
    getBalance(reader, { address: account }),
  ]);
  if (balance < gas * price) throw new ProblemError({ code: "noGas", symbol });
  return gas;
}
