/** What went wrong, as a code that every language has a sentence for. */
export type Problem =
  | { code: PlainCode }
  | { code: "noGas"; symbol: string }
  /** a custom error that no sentence of ours is about */
  | { code: "refused"; name: string };

export type PlainCode =
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
  | "nothingSaved"
  | "nothingToClaim"
  | "tooMuchPrincipal"
  | "worthLess"
  | "tooSmall"
  | "poolFull"
  | "priceMoved"
  | "illiquid"
  | "gasLimitTooLow";

/** Whether the contract said no, as opposed to the wallet or the network. */
export function isRefusal({ code }: Problem): boolean {
  return (
    code === "reverted" || code === "refused" || Object.values<string>(refusals).includes(code)
  );
}

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
export const refusals: Readonly<Record<string, RefusalCode>> = {
  ERC20InsufficientBalance: "balanceTooLow",
  ERC20InsufficientAllowance: "allowanceTooLow",
  ERC2612ExpiredSignature: "permitExpired",
  ERC2612InvalidSigner: "permitInvalid",
  ECDSAInvalidSignature: "permitInvalid",
  ECDSAInvalidSignatureLength: "permitInvalid",
  ECDSAInvalidSignatureS: "permitInvalid",
  InvalidAccountNonce: "permitInvalid",
  ERC4626ExceededMaxDeposit: "poolFull",
  ERC4626ExceededMaxMint: "poolFull",
  ERC4626ExceededMaxWithdraw: "illiquid",
  ERC4626ExceededMaxRedeem: "illiquid",
  InsufficientLiquidity: "illiquid",
  ZeroAmount: "nothingToDo",
  ZeroShares: "tooSmall",
  BelowMinimum: "tooSmall",
  AboveSaverLimit: "poolFull",
  AboveTotalLimit: "poolFull",
  PrincipalTooLow: "tooMuchPrincipal",
  SharesTooLow: "worthLess",
  NothingSaved: "nothingSaved",
  TooFewShares: "priceMoved",
  TooManyShares: "priceMoved",
  TooFewAssets: "priceMoved",
  TooManyAssets: "priceMoved",
  NotEnoughGas: "gasLimitTooLow",
};
