import { describe, expect, it } from "vitest";
import { Prover } from "../../../../scripts/local/vrf/prover.ts";
import { ORACLE_KEY } from "../../../contracts/chainlink.ts";
import { type LotteryWorld, lotteryWorld, STATE } from "../../../contracts/lottery/lottery.ts";
import { blockhashStoreAbi, coordinatorAbi } from "../../../../protocol/vrf-coordinator.ts";

/** A lottery whose first round waits for its word, and an oracle's process for it. */
async function waitingWorld({ lateness = 0n, twice = false } = {}) {
  const world = await lotteryWorld();
  const { ana, buy, lottery, earnAtWork, close, client, coordinator } = world;
  await buy(ana, "100");
  await earnAtWork("10");
  await close();
  await lottery.write.requestDraw();
  const asked = await client.getBlockNumber({ cacheTime: 0 });
  const [wallet] = await world.viem.getWalletClients();
  if (!wallet) throw new Error("the chain has no account");
  const options = { coordinator: coordinator.address, secret: ORACLE_KEY, lateness, twice };
  const prover = () => new Prover({ ...options, chain: client, wallet }, 0n);
  return { ...world, asked, prover };
}

const roundOne = ({ lottery }: LotteryWorld) => lottery.read.roundOf([1n]);

describe("The local oracle", () => {
  it("waits for the confirmations that were asked for, and then answers once", async () => {
    const world = await waitingWorld();
    const oracle = world.prover();
    expect(await oracle.tend()).toEqual([]);
    await world.networkHelpers.mine(3);
    const { requestId } = await roundOne(world);
    expect(await oracle.tend()).toEqual([requestId]);
    expect((await roundOne(world)).state).toBe(STATE.answered);
    expect(await oracle.tend()).toEqual([]);
  });

  it("started anew, answers what was left and nothing that was answered", async () => {
    const world = await waitingWorld();
    await world.networkHelpers.mine(3);
    expect(await world.prover().tend()).toHaveLength(1);
    expect(await world.prover().tend()).toEqual([]);
  });

  it("can try to answer twice: the coordinator refuses, and the word stays", async () => {
    const world = await waitingWorld({ twice: true });
    await world.networkHelpers.mine(3);
    expect(await world.prover().tend()).toHaveLength(1);
    const { word } = await roundOne(world);
    const latest = await world.client.getBlock({ includeTransactions: true });
    const again = latest.transactions[0];
    expect(again?.to).toBe(world.coordinator.address);
    const { status } = await world.client.getTransactionReceipt({ hash: again?.hash ?? "0x" });
    expect(status).toBe("reverted");
    expect((await roundOne(world)).word).toBe(word);
  });

  it("keeps the request's block hash in Chainlink's store before the chain forgets it", async () => {
    const world = await waitingWorld({ lateness: 297n });
    const { client, networkHelpers, asked, coordinator } = world;
    const oracle = world.prover();
    await networkHelpers.mine(210);
    expect(await oracle.tend()).toEqual([]);
    await networkHelpers.mine(100);
    expect(await oracle.tend()).toHaveLength(1);
    expect((await roundOne(world)).state).toBe(STATE.answered);
    const store = await client.readContract({
      address: coordinator.address,
      abi: coordinatorAbi,
      functionName: "BLOCKHASH_STORE",
    });
    const stored = await client.readContract({
      address: store,
      abi: blockhashStoreAbi,
      functionName: "getBlockhash",
      args: [asked],
    });
    expect(stored).toBe((await client.getBlock({ blockNumber: asked })).hash);
  });
});
