import { expect, test } from "vitest";
import { prepareClaim } from "../../web/features/savings/actions.ts";
import type { Chain } from "../../web/transactions/engine.ts";
import { ProblemError } from "../../web/transactions/problems.ts";

const pool = "0x0000000000000000000000000000000000000002";
const saver = "0x0000000000000000000000000000000000000003";
const chain: Chain = {
  simulate: () => Promise.resolve(),
  send: () => Promise.resolve("0xaa"),
  receipt: () => Promise.resolve({ outcome: "confirmed" }),
};
const prepare = (earned: bigint) =>
  prepareClaim(pool, saver, () => Promise.resolve(earned))(chain, () => undefined);

test("a claim is one call", async () => {
  expect(await prepare(1n)).toMatchObject({ functionName: "claimYield", args: [saver] });
});

test("a claim of what somebody has just made principal is not sent, and says so", async () => {
  await expect(prepare(0n)).rejects.toEqual(new ProblemError({ code: "nothingToClaim" }));
});
