/** What a keeper can do for a lottery. */
export type Step = "close" | "request" | "finalize" | "rollOver";

interface Round {
  /** As ILotteryPool.State. */
  state: number;
  start: number;
  end: number;
  /** Until when randomness can be asked for, or until when an answer counts. */
  deadline: number;
  /** How many rounds in a row before it needed an answer and got none. */
  unanswered: number;
}

export interface LotteryState {
  /** The round that runs. */
  current: bigint;
  open: Round;
  /** The round before it. */
  last: Round;
  /** Seconds since 1970, on the chain. */
  now: bigint;
  rules: { roundDuration: number; answerTime: number; roundsToWindDown: number };
}

const OPEN = 1;
const CLOSED = 2;
const REQUESTED = 3;
const ANSWERED = 4;

/** What is due now, and for which round; undefined when nothing is. */
export function dueStep({
  current,
  open,
  last,
  now,
  rules,
}: LotteryState): { step: Step; roundId: bigint } | undefined {
  const roundId = current - 1n;
  if (last.state === ANSWERED) return { step: "finalize", roundId };
  if (last.state === CLOSED || last.state === REQUESTED) {
    if (now > BigInt(last.deadline)) return { step: "rollOver", roundId };
    return last.state === CLOSED ? { step: "request", roundId } : undefined;
  }
  // A lottery that has been wound down has no round that runs: nothing is due there any more.
  if (open.state !== OPEN || now < closesFrom(open, last, rules)) return undefined;
  return { step: "close", roundId: current };
}

/** Where the lottery may be wound down, there is time left for that. Winding it down is nobody's duty, so no keeper does. */
function closesFrom(open: Round, last: Round, rules: LotteryState["rules"]): number {
  const over = open.start + rules.roundDuration;
  if (open.unanswered < rules.roundsToWindDown) return over;
  return Math.max(over, last.deadline + rules.answerTime + 1);
}
