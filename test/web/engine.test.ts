import type { Hash } from "viem";
import { expect, test } from "vitest";
import {
  type Call,
  type Chain,
  followTransaction,
  runTransaction,
} from "../../web/transactions/engine.ts";
import { explain } from "../../web/transactions/explain.ts";
import type { TransactionEvent } from "../../web/transactions/machine.ts";
import { ProblemError } from "../../web/transactions/problems.ts";

const hash: Hash = "0xaa";
const call: Call = {
  address: "0x0000000000000000000000000000000000000001",
  abi: [],
  functionName: "deposit",
  args: [],
};

function chainThat(overrides: Partial<Chain> = {}): Chain {
  return {
    simulate: () => Promise.resolve(),
    send: () => Promise.resolve(hash),
    receipt: () => Promise.resolve({ outcome: "confirmed" }),
    ...overrides,
  };
}

async function run(chain: Chain): Promise<TransactionEvent[]> {
  const events: TransactionEvent[] = [];
  await runTransaction(
    () => Promise.resolve(call),
    { chain, explain: (error) => explain(error, [], "ETH") },
    (event) => events.push(event),
  );
  return events;
}

const types = (events: TransactionEvent[]) => events.map(({ type }) => type);

test("it simulates before it sends, and waits for the block", async () => {
  expect(types(await run(chainThat()))).toEqual([
    "simulate",
    "simulate",
    "send",
    "sent",
    "confirmed",
  ]);
});

test("what the simulation refuses is never sent", async () => {
  let asked = 0;
  const events = await run(
    chainThat({
      simulate: () => Promise.reject(new ProblemError({ code: "tooMuchPrincipal" })),
      send: () => {
        asked++;
        return Promise.resolve(hash);
      },
    }),
  );
  expect(asked).toBe(0);
  expect(events.at(-1)).toEqual({ type: "reverted", problem: { code: "tooMuchPrincipal" } });
});

test("a no in the wallet is a rejection, not a failure", async () => {
  const rejection = Object.assign(new Error("User rejected the request."), { code: 4001 });
  const events = await run(chainThat({ send: () => Promise.reject(rejection) }));
  expect(events.at(-1)).toEqual({ type: "rejected" });
});

test("an empty gas purse fails before the wallet is asked", async () => {
  const problem = { code: "noGas", symbol: "ETH" } as const;
  const events = await run(
    chainThat({ simulate: () => Promise.reject(new ProblemError(problem)) }),
  );
  expect(events.at(-1)).toEqual({ type: "failed", problem });
});

test("silence after sending means lost, never failed", async () => {
  const events = await run(chainThat({ receipt: () => Promise.reject(new Error("timeout")) }));
  expect(types(events).slice(-2)).toEqual(["sent", "lost"]);
});

test("a transaction that reverts in its block says so", async () => {
  const events = await run(chainThat({ receipt: () => Promise.resolve({ outcome: "reverted" }) }));
  expect(events.at(-1)).toEqual({ type: "reverted", problem: { code: "reverted" } });
});

test("a transaction cancelled in the wallet is told apart from one that failed", async () => {
  const events = await run(chainThat({ receipt: () => Promise.resolve({ outcome: "cancelled" }) }));
  expect(events.at(-1)).toEqual({ type: "failed", problem: { code: "cancelled" } });
});

test("a speed-up is followed under its new hash", async () => {
  const events: TransactionEvent[] = [];
  const chain = chainThat({
    receipt: (_, onReplaced) => {
      onReplaced("0xbb");
      return Promise.resolve({ outcome: "confirmed" });
    },
  });
  await followTransaction(hash, chain, (event) => events.push(event));
  expect(events).toEqual([{ type: "replaced", hash: "0xbb" }, { type: "confirmed" }]);
});
