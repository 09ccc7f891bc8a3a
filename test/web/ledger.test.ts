import type { Hash } from "viem";
import { expect, test, vi } from "vitest";
import type { Chain } from "../../web/transactions/engine.ts";
import { type IndexWatch, Ledger } from "../../web/transactions/ledger.ts";

const hash: Hash = "0xaa";
const intent = { kind: "deposit", amount: 5n, principalBefore: 0n } as const;
const prepare = () =>
  Promise.resolve({ address: "0x01", abi: [], functionName: "deposit", args: [] } as const);

class FakeIndex implements IndexWatch {
  readonly known = new Set<Hash>();
  listener: (hash: Hash, present: boolean) => void = () => undefined;
  onTransaction(listener: (hash: Hash, present: boolean) => void) {
    this.listener = listener;
    return () => undefined;
  }
  has(found: Hash) {
    return this.known.has(found);
  }
}

const chain: Chain = {
  simulate: () => Promise.resolve(),
  send: () => Promise.resolve(hash),
  receipt: () => Promise.resolve({ outcome: "confirmed" }),
};
const surroundings = { chain, explain: () => ({ code: "rejected" }) as const };

test("a transaction is confirmed by the chain and indexed by the index", async () => {
  const index = new FakeIndex();
  const ledger = new Ledger(index);
  await ledger.start(intent, "0xme", prepare, surroundings);
  expect(ledger.entries()[0]?.state.name).toBe("confirmed");
  index.listener(hash, true);
  expect(ledger.entries()[0]?.state.name).toBe("indexed");
});

test("an index that is ahead of the wallet is believed", async () => {
  const index = new FakeIndex();
  index.known.add(hash);
  const ledger = new Ledger(index);
  await ledger.start(intent, "0xme", prepare, surroundings);
  expect(ledger.entries()[0]?.state.name).toBe("indexed");
});

test("a reorganisation takes the word back, and the transaction is waited for again", async () => {
  const index = new FakeIndex();
  const ledger = new Ledger(index);
  const blocks: (() => void)[] = [];
  const slow: Chain = {
    ...chain,
    receipt: () =>
      new Promise((resolve) => {
        blocks.push(() => {
          resolve({ outcome: "confirmed" });
        });
      }),
  };
  const started = ledger.start(intent, "0xme", prepare, { ...surroundings, chain: slow });
  await vi.waitUntil(() => blocks.length === 1);
  blocks[0]?.();
  await started;
  index.listener(hash, true);
  index.listener(hash, false);
  expect(ledger.entries()[0]?.state).toEqual({ name: "sent", hash });
  await vi.waitUntil(() => blocks.length === 2);
  blocks[1]?.();
  await vi.waitUntil(() => ledger.entries()[0]?.state.name === "confirmed");
});

test("a new attempt takes the place of one that ended", async () => {
  const ledger = new Ledger(new FakeIndex());
  const refusing = {
    ...surroundings,
    chain: {
      ...chain,
      send: () => Promise.reject(Object.assign(new Error("no"), { code: 4001 })),
    },
  };
  await ledger.start(intent, "0xme", prepare, refusing);
  expect(ledger.entries().map(({ state }) => state.name)).toEqual(["rejected"]);
  await ledger.start(intent, "0xme", prepare, surroundings);
  expect(ledger.entries().map(({ state }) => state.name)).toEqual(["confirmed"]);
});

test("who listens for settled transactions hears of the block", async () => {
  const ledger = new Ledger(new FakeIndex());
  let settled = 0;
  ledger.onSettled(() => settled++);
  await ledger.start(intent, "0xme", prepare, surroundings);
  expect(settled).toBe(1);
});

test("a lost transaction is looked for again", async () => {
  const ledger = new Ledger(new FakeIndex());
  let silent = true;
  const fickle: Chain = {
    ...chain,
    receipt: () =>
      silent ? Promise.reject(new Error("timeout")) : Promise.resolve({ outcome: "confirmed" }),
  };
  await ledger.start(intent, "0xme", prepare, { ...surroundings, chain: fickle });
  const [lost] = ledger.entries();
  expect(lost?.state.name).toBe("lost");
  silent = false;
  await ledger.find(lost?.id ?? 0);
  expect(ledger.entries()[0]?.state.name).toBe("confirmed");
});
