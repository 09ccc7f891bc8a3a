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
  return {
    simulate: async (call) => {
      await simulateContract(reader, { ...request(call), account });
      await checkGas(reader, account, call, gasSymbol);
    },
    send: async (call) => {
      const chainId = wagmi.chains[0].id;
      const wallet = await getConnectorClient(wagmi, { account, chainId });
      return writeContract(wallet, {
        ...request(call),
        account: wallet.account,
        chain: wallet.chain,
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

/** The engine's calls are plain data; viem's types want to know each ABI, which a generic engine does not. */
function request({ address, abi, functionName, args }: Call) {
  return { address, abi, functionName, args };
}

async function checkGas(
  reader: Reader,
  account: Address,
  call: Call,
  symbol: string,
): Promise<void> {
  const [gas, price, balance] = await Promise.all([
    estimateContractGas(reader, { ...request(call), account }),
    getGasPrice(reader),
    getBalance(reader, { address: account }),
  ]);
  if (balance < gas * price) throw new ProblemError({ code: "noGas", symbol });
}
