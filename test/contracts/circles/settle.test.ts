import { describe, expect, it } from "vitest";
import { usd } from "../world.ts";
import { CIRCLE, runningWorld, STATE, TRUSTED } from "./circles.ts";

describe("RotatingPools.settle", () => {
  it("gives each member the pot once, and everybody their collateral back in the end", async () => {
    const world = await runningWorld();
    const { circles, ana, beto, carla, pay, settle, balanceOf, member, gasOf } = world;
    for (const recipient of [ana, beto, carla]) {
      for (const account of [ana, beto, carla]) console.log("pay", await gasOf(pay(account)));
      console.log("settle", await gasOf(settle()));
      expect((await member(recipient)).claimable).toBe(usd("300"));
      console.log("claim", await gasOf(circles.write.claim([CIRCLE, recipient.address, 0n], { account: recipient })));
    }
    expect((await circles.read.circleOf([CIRCLE])).state).toBe(STATE.completed);
    for (const account of [ana, beto]) {
      await circles.write.claim([CIRCLE, account.address, 0n], { account });
    }
    for (const account of [ana, beto, carla]) {
      expect(await balanceOf(account)).toBe(usd("1010000"));
    }
    expect(await circles.read.holdingsOf([CIRCLE])).toEqual([0n, 0n]);
  });

  it("makes the pot smaller in a trusted circle, and a late payment reaches whom it was missing", async () => {
    const world = await runningWorld(TRUSTED);
    const { ana, beto, carla, pay, settle, member } = world;
    await pay(ana);
    await pay(beto);
    await settle();
    expect((await member(ana)).claimable).toBe(usd("200"));
    await pay(carla, "100");
    expect((await member(ana)).claimable).toBe(usd("310"));
    expect((await member(carla)).defaulted).toBe(false);
  });
});
