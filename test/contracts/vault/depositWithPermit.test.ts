import { encodeFunctionData } from "viem";
import { describe, expect, it } from "vitest";
import { signPermit } from "../permits.ts";
import { deployWorld, sharesFor, usd } from "../world.ts";

const FOREVER = 10_000_000_000n;

async function worldWithoutAllowance() {
  const world = await deployWorld();
  const { asset, vault, ana } = world;
  await asset.write.approve([vault.address, 0n], { account: ana });
  const permit = await signPermit(world, ana, {
    spender: vault.address,
    value: usd("10"),
    deadline: FOREVER,
  });
  return { ...world, permit };
}

describe("KhipuVault.depositWithPermit", () => {
  it("needs no approval before", async () => {
    const { vault, ana, permit } = await worldWithoutAllowance();
    const { v, r, s } = permit;
    await vault.write.depositWithPermit([usd("10"), ana.address, 0n, FOREVER, v, r, s], {
      account: ana,
    });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("10"));
  });

  it("goes on when somebody else has used the permit first", async () => {
    const { asset, vault, ana, beto, permit } = await worldWithoutAllowance();
    const { v, r, s } = permit;
    await asset.write.permit([ana.address, vault.address, usd("10"), FOREVER, v, r, s], {
      account: beto,
    });
    await vault.write.depositWithPermit([usd("10"), ana.address, 0n, FOREVER, v, r, s], {
      account: ana,
    });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("10"));
  });

  it("says why a permit is not good", async () => {
    const { asset, vault, ana, permit, assertions } = await worldWithoutAllowance();
    const { v, r, s } = permit;
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.depositWithPermit([usd("10"), ana.address, 0n, 1n, v, r, s], { account: ana }),
      asset,
      "ERC2612ExpiredSignature",
      [1n],
    );
  });

  it("keeps to the least number of shares", async () => {
    const { vault, ana, permit, assertions } = await worldWithoutAllowance();
    const { v, r, s } = permit;
    const tooMany = sharesFor("10") + 1n;
    await assertions.revertWithCustomErrorWithArgs(
      vault.write.depositWithPermit([usd("10"), ana.address, tooMany, FOREVER, v, r, s], {
        account: ana,
      }),
      vault,
      "TooFewShares",
      [sharesFor("10"), tooMany],
    );
  });
});

describe("KhipuVault.usePermit", () => {
  it("lets a contract wallet permit and deposit in one transaction", async () => {
    const world = await deployWorld();
    const { asset, vault, viem, ana } = world;
    const wallet = await viem.deployContract("ContractWallet", [ana.address]);
    await asset.write.mint([wallet.address, usd("10")]);
    const { signature } = await signPermit(world, ana, {
      owner: wallet.address,
      spender: vault.address,
      value: usd("10"),
      deadline: FOREVER,
    });
    const calls = [
      encodeFunctionData({
        abi: vault.abi,
        functionName: "usePermit",
        args: [usd("10"), FOREVER, signature],
      }),
      encodeFunctionData({
        abi: vault.abi,
        functionName: "deposit",
        args: [usd("10"), ana.address],
      }),
    ];
    const batch = encodeFunctionData({ abi: vault.abi, functionName: "multicall", args: [calls] });
    await wallet.write.execute([vault.address, batch], { account: ana });
    expect(await vault.read.balanceOf([ana.address])).toBe(sharesFor("10"));
  });

  it("does nothing when the allowance suffices", async () => {
    const { asset, vault, ana } = await deployWorld();
    await vault.write.usePermit([usd("10"), 1n, "0x"], { account: ana });
    expect(await asset.read.nonces([ana.address])).toBe(0n);
  });

  it("refuses a signature that is not the caller's", async () => {
    const { asset, vault, ana, beto, permit, assertions } = await worldWithoutAllowance();
    await asset.write.approve([vault.address, 0n], { account: beto });
    await assertions.revertWithCustomError(
      vault.write.usePermit([usd("10"), FOREVER, permit.signature], { account: beto }),
      asset,
      "ERC2612InvalidSigner",
    );
    await vault.write.usePermit([usd("10"), FOREVER, permit.signature], { account: ana });
    expect(await asset.read.allowance([ana.address, vault.address])).toBe(usd("10"));
  });
});
