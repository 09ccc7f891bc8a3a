import { encodeErrorResult, type Hex, RawContractError } from "viem";
import { beforeEach, expect, test } from "vitest";
import { assetAbi } from "../../web/chain/abis.ts";
import { type DepositTools, prepareDeposit } from "../../web/features/savings/actions.ts";
import type { Call, Chain } from "../../web/transactions/engine.ts";
import type { TransactionEvent } from "../../web/transactions/machine.ts";

const asset = "0x0000000000000000000000000000000000000001";
const pool = "0x0000000000000000000000000000000000000002";
const saver = "0x0000000000000000000000000000000000000003";
const signature: Hex = `0x${"11".repeat(32)}${"22".repeat(32)}1c`;

let sent: Call[];
let chain: Chain;
let tools: DepositTools;

beforeEach(() => {
  sent = [];
  chain = {
    simulate: () => Promise.resolve(),
    send: (call) => {
      sent.push(call);
      return Promise.resolve("0xaa");
    },
    receipt: () => Promise.resolve({ outcome: "confirmed" }),
  };
  tools = {
    allowance: () => Promise.resolve(0n),
    leastShares: (assets) => Promise.resolve(assets * 99n),
    deadline: () => Promise.resolve(1_000n),
    permits: () => Promise.resolve(true),
    signPermit: () => Promise.resolve(signature),
  };
});

async function prepare(): Promise<{ call: Call; steps: TransactionEvent["type"][] }> {
  const steps: TransactionEvent["type"][] = [];
  const call = await prepareDeposit({ asset, pool, saver, assets: 5n }, tools)(chain, ({ type }) =>
    steps.push(type),
  );
  return { call, steps };
}

test("one permit signature, and no transaction before the deposit itself", async () => {
  const { call, steps } = await prepare();
  expect(steps).toEqual(["sign", "simulate"]);
  expect(sent).toEqual([]);
  expect(call.functionName).toBe("depositWithPermit");
  expect(call.args).toEqual([
    5n,
    saver,
    495n,
    1_000n,
    28,
    `0x${"11".repeat(32)}`,
    `0x${"22".repeat(32)}`,
  ]);
});

test("nothing is signed when the allowance is there already", async () => {
  tools.allowance = () => Promise.resolve(5n);
  const { call, steps } = await prepare();
  expect(steps).toEqual([]);
  expect(call.functionName).toBe("deposit");
});

test("a token or account without permits is approved for exactly this amount", async () => {
  tools.permits = () => Promise.resolve(false);
  const { call, steps } = await prepare();
  expect(steps).toEqual(["approve"]);
  expect(sent).toMatchObject([{ address: asset, functionName: "approve", args: [pool, 5n] }]);
  expect(call.functionName).toBe("deposit");
});

test("a wallet that cannot sign permits falls back to the approval", async () => {
  tools.signPermit = () =>
    Promise.reject(Object.assign(new Error("method not supported"), { code: 4200 }));
  const { call, steps } = await prepare();
  expect(steps).toEqual(["sign", "approve"]);
  expect(call.functionName).toBe("deposit");
});

test("a permit that the token refuses falls back to the approval", async () => {
  const data = encodeErrorResult({
    abi: assetAbi,
    errorName: "ERC2612InvalidSigner",
    args: [saver, pool],
  });
  chain.simulate = ({ functionName }) =>
    functionName === "depositWithPermit"
      ? Promise.reject(new RawContractError({ data }))
      : Promise.resolve();
  expect((await prepare()).call.functionName).toBe("deposit");
});

test("a person who says no to the permit is not asked for an approval instead", async () => {
  tools.signPermit = () => Promise.reject(Object.assign(new Error("no"), { code: 4001 }));
  await expect(prepare()).rejects.toThrow("no");
  expect(sent).toEqual([]);
});
