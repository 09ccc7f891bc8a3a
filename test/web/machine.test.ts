import { expect, test } from "vitest";
import {
  isBusy,
  next,
  type TransactionEvent,
  type TransactionState,
} from "../../web/transactions/machine.ts";

const hash = "0xaa";
const problem = { code: "priceMoved" } as const;

function after(...events: TransactionEvent[]): TransactionState {
  return events.reduce(next, { name: "idle" });
}

const sent: TransactionEvent[] = [
  { type: "simulate" },
  { type: "sign" },
  { type: "simulate" },
  { type: "send" },
  { type: "sent", hash },
];

test("a deposit by permit goes from the first check to the index", () => {
  expect(after({ type: "simulate" }).name).toBe("simulating");
  expect(after({ type: "simulate" }, { type: "sign" }).name).toBe("signing");
  expect(after(...sent)).toEqual({ name: "sent", hash });
  expect(after(...sent, { type: "confirmed" })).toEqual({ name: "confirmed", hash });
  expect(after(...sent, { type: "confirmed" }, { type: "indexed" })).toEqual({
    name: "indexed",
    hash,
  });
});

test("the index may be heard before the chain, and the chain's late word changes nothing", () => {
  expect(after(...sent, { type: "indexed" }, { type: "confirmed" }).name).toBe("indexed");
});

test("a reorganisation takes a transaction back to waiting for a block", () => {
  expect(after(...sent, { type: "indexed" }, { type: "retracted" })).toEqual({
    name: "sent",
    hash,
  });
});

test("a lost transaction can still be found, confirmed or indexed", () => {
  const lost = after(...sent, { type: "lost" });
  expect(lost).toEqual({ name: "lost", hash });
  expect(next(lost, { type: "confirmed" }).name).toBe("confirmed");
  expect(next(lost, { type: "indexed" }).name).toBe("indexed");
});

test("a speed-up goes on under its new hash", () => {
  expect(after(...sent, { type: "replaced", hash: "0xbb" })).toEqual({
    name: "sent",
    hash: "0xbb",
  });
});

test("saying no in the wallet ends it, at the permit and at the transaction", () => {
  expect(after({ type: "simulate" }, { type: "sign" }, { type: "rejected" }).name).toBe("rejected");
  expect(after({ type: "simulate" }, { type: "send" }, { type: "rejected" }).name).toBe("rejected");
});

test("a refusal of the contract keeps its problem", () => {
  expect(after({ type: "simulate" }, { type: "reverted", problem })).toEqual({
    name: "reverted",
    problem,
  });
});

test("what ended badly can be started again", () => {
  for (const end of [
    { type: "rejected" },
    { type: "reverted", problem },
    { type: "failed", problem },
  ] as const) {
    expect(after({ type: "simulate" }, end, { type: "simulate" }).name).toBe("simulating");
  }
});

test("a report that means nothing any more leaves the state as it is", () => {
  const rejected = after({ type: "simulate" }, { type: "rejected" });
  expect(next(rejected, { type: "confirmed" })).toBe(rejected);
  expect(next(after(...sent), { type: "sign" })).toEqual({ name: "sent", hash });
});

test("only what may still happen by itself counts as busy", () => {
  expect(isBusy(after(...sent))).toBe(true);
  expect(isBusy(after(...sent, { type: "lost" }))).toBe(false);
  expect(isBusy(after(...sent, { type: "confirmed" }))).toBe(false);
});
