import { describe, expect, it } from "vitest";
import { dueStep } from "../../scripts/keeper/due-step.ts";

const [OPEN, CLOSED, REQUESTED, ANSWERED, DRAWN, ROLLED_OVER] = [1, 2, 3, 4, 5, 6];

/** Round 5 was closed at second 1,000, and round 6 runs since then. */
function dueAt(now: number, last: object = {}, open: object = {}) {
  const round = { state: DRAWN, start: 900, end: 1_000, deadline: 1_060, unanswered: 0 };
  return dueStep({
    current: 6n,
    open: { ...round, state: OPEN, start: 1_000, end: 0, deadline: 0, ...open },
    last: { ...round, ...last },
    now: BigInt(now),
    rules: { roundDuration: 100, answerTime: 60, roundsToWindDown: 8 },
  });
}

describe("What is due for a lottery", () => {
  it.each([
    ["nothing while a round runs", 1_099, DRAWN, undefined],
    ["its close on time", 1_100, DRAWN, { step: "close", roundId: 6n }],
    ["the request once it is closed", 1_010, CLOSED, { step: "request", roundId: 5n }],
    ["nothing while it waits", 1_060, REQUESTED, undefined],
    ["its end without a draw after that", 1_061, REQUESTED, { step: "rollOver", roundId: 5n }],
    ["the draw, however late", 9_999, ANSWERED, { step: "finalize", roundId: 5n }],
  ])("is %s", (_, now, state, step) => {
    expect(dueAt(now, { state })).toEqual(step);
  });

  it("goes by the deadline from the request, not from the close", () => {
    const last = { state: REQUESTED, deadline: 1_120 };
    expect(dueAt(1_120, last)).toBeUndefined();
    expect(dueAt(1_121, last)).toEqual({ step: "rollOver", roundId: 5n });
  });

  it("leaves time to wind down where that is possible", () => {
    const last = { state: ROLLED_OVER, deadline: 1_090 };
    expect(dueAt(1_150, last, { unanswered: 7 })).toEqual({ step: "close", roundId: 6n });
    expect(dueAt(1_150, last, { unanswered: 8 })).toBeUndefined();
    expect(dueAt(1_151, last, { unanswered: 8 })).toEqual({ step: "close", roundId: 6n });
  });

  it("is nothing any more once it was wound down", () => {
    expect(dueAt(99_999, { state: ROLLED_OVER }, { state: ROLLED_OVER })).toBeUndefined();
  });
});
