import { describe, expect, it } from "vitest";
import { vaultJob } from "../../scripts/keeper/vault-job.ts";
import { deployWorld, usd } from "../contracts/world.ts";

/** A keeper of the vault that does at once what is due, and says what that was. */
async function keptWorld() {
  const world = await deployWorld({ idleBufferBps: 500n });
  const { viem, vault, keeper } = world;
  const client = await viem.getPublicClient();
  const wallet = await viem.getWalletClient(keeper.address);
  const job = vaultJob(client, vault.address, usd("1"));
  const look = async (isResting: (key: string) => boolean = () => false) => {
    const done: string[] = [];
    // What came in with the newest block may be invested from the next one on.
    await world.networkHelpers.mine();
    for (let task = await job.due(isResting); task; task = await job.due(isResting)) {
      for (const { what, to, data } of task.calls) {
        await client.waitForTransactionReceipt({
          hash: await wallet.sendTransaction({ to, data }),
        });
        done.push(what);
      }
    }
    return done;
  };
  return { ...world, look };
}

describe("The keeper of the vault", () => {
  it("puts every later deposit to work, too, not only those that break a record", async () => {
    const { vault, ana, look } = await keptWorld();
    for (const [amount, idle] of [
      ["600", "30"],
      ["100", "35"],
      ["100", "40"],
      ["150", "47.5"],
    ] as const) {
      await vault.write.deposit([usd(amount), ana.address], { account: ana });
      expect(await look()).toEqual(["vault: rebalance"]);
      expect(await vault.read.idle()).toBe(usd(idle));
    }
    expect(await look()).toEqual([]);
  });

  it("asks for nothing that the strategies refuse, and goes on when they take it again", async () => {
    const { vault, first, second, roles, ana, look } = await keptWorld();
    const full = { absolute: 0n, relativeBps: 0 };
    for (const { address } of [first, second]) {
      await vault.write.lowerCaps([address, full], { account: roles });
    }
    await vault.write.deposit([usd("600"), ana.address], { account: ana });
    expect(await look()).toEqual([]);
    await vault.write.raiseCaps([second.address, { absolute: usd("500"), relativeBps: 10_000 }], {
      account: roles,
    });
    expect(await look()).toEqual(["vault: rebalance"]);
    expect(await vault.read.idle()).toBe(usd("100"));
  });

  it("takes out what is above a cap that was lowered", async () => {
    const { vault, second, first, roles, ana, look } = await keptWorld();
    await vault.write.deposit([usd("600"), ana.address], { account: ana });
    await look();
    for (const { address } of [first, second]) {
      await vault.write.lowerCaps([address, { absolute: usd("10"), relativeBps: 1_000 }], {
        account: roles,
      });
    }
    expect(await look()).toEqual(["vault: rebalance"]);
    expect(await vault.read.idle()).toBe(usd("580"));
  });

  it("books gains and losses that are worth the gas, and rebalances while a report rests", async () => {
    const { asset, vault, first, ana, look } = await keptWorld();
    await vault.write.deposit([usd("600"), ana.address], { account: ana });
    await look();
    await asset.write.mint([first.address, usd("0.5")]);
    expect(await look()).toEqual([]);
    await asset.write.mint([first.address, usd("2")]);
    await vault.write.deposit([usd("100"), ana.address], { account: ana });
    expect(await look((key) => key === "vault: report")).toEqual(["vault: rebalance"]);
    expect(await look()).toEqual(["vault: report"]);
  });
});
