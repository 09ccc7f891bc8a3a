import { describe, expect, it } from "vitest";
import { deployedAt, parseDeployment } from "../../protocol/deployment.ts";

const valid = {
  chainId: 31_337,
  network: "local",
  genesisHash: `0x${"ab".repeat(32)}`,
  contracts: { SavingsPool: { address: `0x${"12".repeat(20)}`, startBlock: 3 } },
};

describe("a deployment file", () => {
  it("is read as it was written", () => {
    expect(parseDeployment(valid, "local.json")).toEqual(valid);
  });

  it.each([
    ["no chain id", { ...valid, chainId: undefined }, "chainId"],
    ["a chain id that is text", { ...valid, chainId: "31337" }, "chainId"],
    ["a short hash", { ...valid, genesisHash: "0xab" }, "genesisHash"],
    [
      "a malformed address",
      { ...valid, contracts: { Vault: { address: "0x12", startBlock: 3 } } },
      "contracts.Vault.address",
    ],
    [
      "a negative start",
      { ...valid, contracts: { Vault: { address: `0x${"12".repeat(20)}`, startBlock: -1 } } },
      "contracts.Vault.startBlock",
    ],
    [
      "more decimals than an amount can have",
      {
        ...valid,
        contracts: { Asset: { address: `0x${"12".repeat(20)}`, startBlock: 3, decimals: 400 } },
      },
      "contracts.Asset.decimals",
    ],
    ["nothing at all", null, "it"],
  ])("with %s is refused, with the file and the place named", (_, value, place) => {
    expect(() => parseDeployment(value, "local.json")).toThrow(
      `local.json is not a deployment file: ${place} `,
    );
  });

  it("says which contract it lacks", () => {
    const deployment = parseDeployment(valid, "local.json");
    expect(deployedAt(deployment, "SavingsPool").startBlock).toBe(3);
    expect(() => deployedAt(deployment, "KhipuVault")).toThrow("has no contract KhipuVault");
    expect(() => deployedAt(deployment, "constructor")).toThrow("has no contract constructor");
  });
});
