import { expect, test } from "vitest";
import { parseConfig } from "../../web/config/config.ts";

const here = "https://khipu.example/app/";
const address = `0x${"11".repeat(20)}`;
const contract = { address, startBlock: 1 };
const good = {
  apiUrl: "/graphql",
  rpcUrl: "https://rpc.example/",
  testNetwork: true,
  deployment: {
    chainId: 31_337,
    network: "local",
    genesisHash: `0x${"22".repeat(32)}`,
    contracts: { Asset: contract, KhipuVault: contract, SavingsPool: contract },
  },
};

function detailsOf(value: unknown): readonly string[] {
  const result = parseConfig(value, here);
  if (result.ok || result.problem !== "malformed") throw new Error("expected a malformed config");
  return result.details;
}

test("addresses may be relative to where the app is", () => {
  const result = parseConfig(good, here);
  if (!result.ok) throw new Error("expected a good config");
  expect(result.config.apiUrl).toBe("https://khipu.example/graphql");
  expect(result.config.rpcUrl).toBe("https://rpc.example");
});

test("each wrong value is named with what is wrong about it", () => {
  expect(detailsOf({ ...good, rpcUrl: "ftp://x", testNetwork: "yes" })).toEqual([
    "rpcUrl: is not an http or https address",
    "testNetwork: is neither true nor false",
  ]);
});

test("a deployment that misses a contract is refused by name", () => {
  const contracts = { Asset: contract, KhipuVault: contract };
  const [detail] = detailsOf({ ...good, deployment: { ...good.deployment, contracts } });
  expect(detail).toContain("SavingsPool");
});

test("something else than an object is refused", () => {
  expect(detailsOf([]).length).toBeGreaterThan(0);
});
