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

/** What went wrong, as a code that every language has a sentence for. */
export type Problem =
  | { code: PlainCode }
  | { code: "noGas"; symbol: string }
  /** a custom error that no sentence of ours is about */
  | { code: "refused"; name: string };

type PlainCode =
  | "rejected"
  | "walletBusy"
  | "walletGone"
  | "wrongNetwork"
  | "network"
  | "cancelled"
  | "reverted"
  | "unknown"
  | RefusalCode;

type RefusalCode =
  | "balanceTooLow"
  | "allowanceTooLow"
  | "permitExpired"
  | "permitInvalid"
  | "nothingToDo"
  | "priceMoved"
  | "tooMuchPrincipal"
  | "poolFull"
  | "paused"
  | "illiquid"
  | "tooEarly";

/** Thrown by our own checks; carries its problem along. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`The transaction cannot go on: ${problem.code}.`);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Custom errors of the contracts, each led to the sentence that helps. */
const refusals: Readonly<Record<string, RefusalCode>> = {
  ERC20InsufficientBalance: "balanceTooLow",
  ERC20InsufficientAllowance: "allowanceTooLow",
  ERC2612ExpiredSignature: "permitExpired",
  ERC2612InvalidSigner: "permitInvalid",
  ECDSAInvalidSignature: "permitInvalid",
  ECDSAInvalidSignatureLength: "permitInvalid",
  ECDSAInvalidSignatureS: "permitInvalid",
  ERC4626ExceededMaxDeposit: "poolFull",
  ERC4626ExceededMaxMint: "poolFull",
  ERC4626ExceededMaxWithdraw: "illiquid",
  ERC4626ExceededMaxRedeem: "illiquid",
};

/**
 * Turns whatever a wallet, a node or a contract threw into a problem that can be said in a sentence.
 * `abis` are all ABIs of the protocol: a custom error comes up from any depth of calls, not only from the contract called.
 */
export function explain(error: unknown, abis: readonly Abi[], symbol: string): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (!(error instanceof BaseError)) return { code: codeOfProvider(error) ?? "unknown" };

  if (find(error, UserRejectedRequestError)) return { code: "rejected" };
  if (find(error, InsufficientFundsError)) return { code: "noGas", symbol };
  if (find(error, ResourceUnavailableRpcError)) return { code: "walletBusy" };
  if (find(error, ChainMismatchError) ?? find(error, SwitchChainError))
    return { code: "wrongNetwork" };

  const data = revertData(error);
  if (data) return explainRevert(data, abis);
  if (find(error, ContractFunctionRevertedError) ?? find(error, ExecutionRevertedError)) {
    return { code: "reverted" };
  }

  if (
    find(error, HttpRequestError) ??
    find(error, WebSocketRequestError) ??
    find(error, SocketClosedError) ??
    find(error, TimeoutError)
  ) {
    return { code: "network" };
  }

  return { code: codeOfProvider(error.walk()) ?? "unknown" };
}

function find<E extends Error>(error: BaseError, type: new (...args: never[]) => E): E | undefined {
  const found = error.walk((cause) => cause instanceof type);
  return found instanceof type ? found : undefined;
}

function revertData(error: BaseError): Hex | undefined {
  const reverted = find(error, ContractFunctionRevertedError);
  if (reverted?.raw && reverted.raw !== "0x") return reverted.raw;
  const raw = find(error, RawContractError)?.data;
  const data = typeof raw === "object" ? raw.data : raw;
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
