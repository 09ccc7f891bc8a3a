/** What a keeper can do for a lottery. */
export type Step = "close" | "request" | "finalize" | "rollOver";

interface Round {
  /** As ILotteryPool.State. */
  state: number;
  start: number;
  end: number;
}

export interface LotteryState {
  /** The round that runs. */
  current: bigint;
  open: Round;
  /** The round before it. */
  last: Round;
  /** Seconds since 1970, on the chain. */
  now: bigint;
  rules: { roundDuration: number; answerTime: number };
}

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
    if (now > BigInt(last.end + rules.answerTime)) return { step: "rollOver", roundId };
    return last.state === CLOSED ? { step: "request", roundId } : undefined;
  }
  if (now >= BigInt(open.start + rules.roundDuration)) return { step: "close", roundId: current };
  return undefined;
}
