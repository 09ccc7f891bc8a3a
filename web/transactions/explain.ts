import {
  type Abi,
  BaseError,
  ChainMismatchError,
  ContractFunctionRevertedError,
  decodeErrorResult,
  ExecutionRevertedError,
  type Hex,
  HttpRequestError,
  InsufficientFundsError,
  isHex,
  RawContractError,
  ResourceUnavailableRpcError,
  SocketClosedError,
  SwitchChainError,
  TimeoutError,
  UserRejectedRequestError,
  WebSocketRequestError,
} from "viem";

import { type PlainCode, type Problem, ProblemError, refusals } from "./problems.ts";

/**
 * Turns whatever a wallet, a node or a contract threw into a problem that can be said in a sentence.
 * `abis` are all ABIs of the protocol: a custom error comes up from any depth of calls, not only from the contract called.
 */
export function explain(error: unknown, abis: readonly Abi[], symbol: string): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (!(error instanceof BaseError)) return { code: codeOfProvider(error) ?? "unknown" };

  if (has(error, UserRejectedRequestError)) return { code: "rejected" };
  if (has(error, InsufficientFundsError)) return { code: "noGas", symbol };
  if (has(error, ResourceUnavailableRpcError)) return { code: "walletBusy" };
  if (has(error, ChainMismatchError, SwitchChainError)) return { code: "wrongNetwork" };

  const data = revertData(error);
  if (data) return explainRevert(data, abis);
  if (has(error, ContractFunctionRevertedError, ExecutionRevertedError))
    return { code: "reverted" };

  if (has(error, HttpRequestError, WebSocketRequestError, SocketClosedError, TimeoutError)) {
    return { code: "network" };
  }

  return { code: codeOfProvider(error.walk()) ?? "unknown" };
}

type ErrorType<E extends Error> = new (...args: never[]) => E;

function has(error: BaseError, ...types: ErrorType<Error>[]): boolean {
  return types.some((type) => find(error, type) !== undefined);
}

function find<E extends Error>(error: BaseError, type: ErrorType<E>): E | undefined {
  const found = error.walk((cause) => cause instanceof type);
  return found instanceof type ? found : undefined;
}

function revertData(error: BaseError): Hex | undefined {
  const reverted = find(error, ContractFunctionRevertedError);
  const raw = find(error, RawContractError)?.data;
  const data = reverted?.raw ?? (typeof raw === "object" ? raw.data : raw);
  return isHex(data) && data !== "0x" ? data : undefined;
}

function explainRevert(data: Hex, abis: readonly Abi[]): Problem {
  for (const abi of abis) {
    try {
      const { errorName } = decodeErrorResult({ abi, data });
      if (errorName === "Error" || errorName === "Panic") return { code: "reverted" };
      const code = refusals[errorName];
      return code ? { code } : { code: "refused", name: errorName };
    } catch {
      // not an error of this ABI: the next one may know it
    }
  }
  return { code: "reverted" };
}

/** Wallets that speak EIP-1193 without viem's classes around it. */
function codeOfProvider(error: unknown): PlainCode | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  switch (error.code) {
    case 4001:
    case "ACTION_REJECTED":
      return "rejected";
    case 4100:
    case 4900:
      return "walletGone";
    case 4901:
    case 4902:
      return "wrongNetwork";
    case -32002:
      return "walletBusy";
    default:
      return undefined;
  }
}
