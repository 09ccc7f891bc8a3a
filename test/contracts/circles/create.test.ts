import type { ContractErrorName } from "viem";
import { describe, expect, it } from "vitest";
import { is, DAY, usd } from "../world.ts";
import {
  BY_BIDS,
  CIRCLE,
  type CirclesWorld,
  circlesWorld,
  deployCircles,
  fullCollateral,
  STATE,
  type Terms,
} from "./circles.ts";

const YEAR = 366 * DAY;

type ErrorName = ContractErrorName<CirclesWorld["circles"]["abi"]>;

describe("RotatingPools.createCircle", () => {
  it("says all its terms, their hash, and what members risk", async () => {
    const { circles, ana, terms } = await circlesWorld();
    const chosen = await terms();
    await circles.write.createCircle([chosen, false], { account: ana });
    const [created] = await circles.getEvents.CircleCreated();
    expect(created?.args).toMatchObject({
      circleId: CIRCLE,
      terms: chosen,
      termsHash: await circles.read.hashOf([chosen]),
      mostAtRisk: 0n,
    });
    expect(await circles.read.circleCount()).toBe(1n);
    expect(await circles.read.circleOf([CIRCLE])).toMatchObject({
      state: STATE.forming,
      members: 3,
      settled: 0,
      contribution: usd("100"),
    });
    expect(await circles.read.admissionOf([CIRCLE])).toMatchObject({
      memberCount: 0,
      open: true,
      deadline: chosen.joinBy,
      collateral: fullCollateral(3),
    });
    expect(await circles.read.fullCollateral([usd("100"), 1_000n, 3n])).toBe(fullCollateral(3));
  });

  it("says the most that a member can lose: what no collateral covers, and what the vault can lose", async () => {
    const { circles, create } = await circlesWorld();
    const atRisk = async (changes: Partial<Terms>) => {
      await create({ open: false, ...changes });
      const [created] = await circles.getEvents.CircleCreated();
      return created?.args.mostAtRisk;
    };
    expect(await atRisk({ collateral: 0n })).toBe(usd("200"));
    expect(await atRisk({ collateral: 0n, invested: true })).toBe(usd("200"));
    expect(await atRisk({ collateral: usd("60") })).toBe(usd("140"));
    expect(await atRisk({ collateral: usd("200") - 1n })).toBe(1n);
    expect(await atRisk({ collateral: usd("200") })).toBe(0n);
    // One unit more, because shares can cost it.
    expect(await atRisk({ invested: true })).toBe(fullCollateral(3) + usd("200") + 1n);
    expect(await atRisk({ collateral: usd("60"), invested: true })).toBe(usd("260") + 1n);
  });

  it("makes the creator the first member, if they want", async () => {
    const { circles, ana, create } = await circlesWorld();
    await create();
    const [joined] = await circles.getEvents.UserJoined();
    expect(joined?.args).toMatchObject({
      circleId: CIRCLE,
      assets: fullCollateral(3),
      shares: 0n,
      memberCountAfter: 1n,
      circleCashAfter: fullCollateral(3),
      circleSharesAfter: 0n,
    });
    expect((await circles.read.queueOf([CIRCLE])).map((member) => member.toLowerCase())).toEqual([
      ana.address,
    ]);
  });

  it("refuses terms with which a circle could not work", async () => {
    const { circles, ana, terms, now, assertions } = await circlesWorld();
    const late = Number(await now()) + YEAR + 1_000;
    const refused: [Partial<Terms>, ErrorName, [bigint] | [bigint, bigint]][] = [
      [{ name: "" }, "NameOutOfRange", [0n]],
      [{ name: "x".repeat(65) }, "NameOutOfRange", [65n]],
      [{ members: 1 }, "MembersOutOfRange", [1n]],
      [{ members: 51 }, "MembersOutOfRange", [51n]],
      [{ contribution: 0n }, "ContributionOutOfRange", [0n]],
      [{ period: 59 }, "TimesOutOfRange", [59n, 259_200n]],
      [{ period: YEAR + 1 }, "TimesOutOfRange", [BigInt(YEAR + 1), 259_200n]],
      [{ grace: 59 }, "TimesOutOfRange", [2_332_800n, 59n]],
      [{ grace: YEAR + 1 }, "TimesOutOfRange", [2_332_800n, BigInt(YEAR + 1)]],
      [{ ...BY_BIDS, grace: 0 }, "TimesOutOfRange", [2_332_800n, 0n]],
      [{ joinBy: 1 }, "JoinByOutOfRange", [1n]],
      [{ joinBy: late }, "JoinByOutOfRange", [BigInt(late)]],
      [{ penaltyBps: 2_001 }, "PenaltyOutOfRange", [2_001n, 2_000n]],
      [
        { collateral: usd("220") + 1n },
        "CollateralOutOfRange",
        [usd("220") + 1n, fullCollateral(3)],
      ],
      [{ bidDeposit: 1n }, "BidDepositOutOfRange", [1n]],
      [{ ...BY_BIDS, bidDeposit: 0n }, "BidDepositOutOfRange", [0n]],
      [
        { collateral: usd("220") - 1n },
        "OpenNeedsCollateral",
        [usd("220") - 1n, fullCollateral(3)],
      ],
    ];
    for (const [changes, error, args] of refused) {
      await assertions.revertWithCustomErrorWithArgs(
        circles.write.createCircle([await terms(changes), false], { account: ana }),
        circles,
        error,
        args,
      );
    }
  });

  it("takes the shortest and the longest times, and the largest contribution", async () => {
    const { circles, ana, terms } = await circlesWorld();
    const most = 2n ** 88n - 1n;
    const collateral = await circles.read.fullCollateral([most, 2_000n, 50n]);
    for (const changes of [
      { period: 60, grace: 0 },
      { period: YEAR, grace: YEAR },
      { contribution: most, penaltyBps: 2_000, members: 50, collateral },
    ]) {
      await circles.write.createCircle([await terms(changes), false], { account: ana });
    }
    expect(await circles.read.circleCount()).toBe(3n);
  });

  it("knows no circle that was not created", async () => {
    const { circles, assertions, ana, beto, create } = await circlesWorld();
    for (const read of [circles.read.circleOf([CIRCLE]), circles.read.admissionOf([CIRCLE])]) {
      await assertions.revertWithCustomErrorWithArgs(read, circles, "CircleUnknown", [CIRCLE]);
    }
    await create();
    await assertions.revertWithCustomErrorWithArgs(
      circles.read.dueOf([CIRCLE, beto.address]),
      circles,
      "NotMember",
      [CIRCLE, is(beto)],
    );
    await assertions.revertWithCustomErrorWithArgs(
      circles.write.revokeInvitations([2n], { account: ana }),
      circles,
      "NotCreator",
      [2n, is(ana)],
    );
  });
});

describe("RotatingPools", () => {
  it("is made for answers that may take from a minute to thirty days", async () => {
    const world = await circlesWorld();
    const { circles, vault, vrf, assertions } = world;
    const deploy = (answerTime: number) => deployCircles(world, vault.address, vrf, { answerTime });
    for (const answerTime of [59, 30 * DAY + 1]) {
      await assertions.revertWithCustomErrorWithArgs(
        deploy(answerTime),
        circles,
        "AnswerTimeOutOfRange",
        [BigInt(answerTime)],
      );
    }
    for (const answerTime of [60, 30 * DAY]) {
      expect(await (await deploy(answerTime)).read.answerTime()).toBe(BigInt(answerTime));
    }
  });
});
