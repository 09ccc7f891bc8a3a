import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  encodeErrorResult,
  HttpRequestError,
  InsufficientFundsError,
  UserRejectedRequestError,
} from "viem";
import { expect, test } from "vitest";
import { allAbis, assetAbi, poolAbi } from "../../web/chain/abis.ts";
import { en } from "../../web/language/en.ts";
import { es } from "../../web/language/es.ts";
import { explain } from "../../web/transactions/explain.ts";
import { ProblemError, refusals } from "../../web/transactions/problems.ts";
import { sentenceOf } from "../../web/transactions/sentences.ts";

function wrapped(cause: Error): BaseError {
  return new BaseError("The call went wrong.", { cause });
}

function revertedWith(data: `0x${string}`): BaseError {
  return wrapped(new ContractFunctionRevertedError({ abi: [], data, functionName: "deposit" }));
}

const explained = (error: unknown) => explain(error, allAbis, "ETH");

test("a custom error is known from whatever depth of calls it comes", () => {
  const ofThePool = encodeErrorResult({
    abi: poolAbi,
    errorName: "PrincipalTooLow",
    args: [5n, 3n],
  });
  expect(explained(revertedWith(ofThePool))).toEqual({ code: "tooMuchPrincipal" });

  const ofTheToken = encodeErrorResult({
    abi: assetAbi,
    errorName: "ERC2612ExpiredSignature",
    args: [1n],
  });
  expect(explained(revertedWith(ofTheToken))).toEqual({ code: "permitExpired" });
});

test("a custom error without a sentence of its own is named", () => {
  const data = encodeErrorResult({
    abi: poolAbi,
    errorName: "LimitsOutOfRange",
    args: [0n, 0n],
  });
  expect(explained(revertedWith(data))).toEqual({ code: "refused", name: "LimitsOutOfRange" });
});

test("a revert that no ABI knows is still a refusal", () => {
  expect(explained(revertedWith("0xdeadbeef"))).toEqual({ code: "reverted" });
});

test("a no in the wallet is recognised from viem and from a bare provider", () => {
  expect(explained(wrapped(new UserRejectedRequestError(new Error("no"))))).toEqual({
    code: "rejected",
  });
  expect(explained(Object.assign(new Error("no"), { code: 4001 }))).toEqual({ code: "rejected" });
});

test("no coins for the fee, a silent network and a busy wallet are told apart", () => {
  expect(explained(wrapped(new InsufficientFundsError()))).toEqual({
    code: "noGas",
    symbol: "ETH",
  });
  const silent = new HttpRequestError({ url: "http://127.0.0.1", details: "refused" });
  expect(explained(wrapped(silent))).toEqual({ code: "network" });
  expect(explained(Object.assign(new Error("busy"), { code: -32002 }))).toEqual({
    code: "walletBusy",
  });
});

test("our own checks speak for themselves, and the rest is unknown", () => {
  expect(explained(new ProblemError({ code: "cancelled" }))).toEqual({ code: "cancelled" });
  expect(explained(new Error("?"))).toEqual({ code: "unknown" });
});

test("each refusal that has a sentence is an error that the contracts really have", () => {
  const abis: readonly Abi[] = allAbis;
  const errors = new Set(
    abis.flatMap((abi) => abi.flatMap((item) => (item.type === "error" ? [item.name] : []))),
  );
  expect(Object.keys(refusals).filter((name) => !errors.has(name))).toEqual([]);
});

test("every sentence ends as one, in both languages, and says what to do", () => {
  for (const t of [en, es]) {
    for (const code of new Set(Object.values(refusals))) {
      expect(sentenceOf({ code }, t)).toMatch(/^\p{Lu}.{20,}\.$/u);
    }
    expect(sentenceOf({ code: "noGas", symbol: "ETH" }, t)).toContain("ETH");
    expect(sentenceOf({ code: "refused", name: "NotMe" }, t)).toContain("NotMe");
  }
});
