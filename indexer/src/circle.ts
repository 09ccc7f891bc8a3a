import { type Context, ponder } from "ponder:registry";
import {
  circle,
  circleContribution,
  circleDefault,
  circleMember,
  circlePayout,
  circleRound,
} from "ponder:schema";
import type { Address } from "viem";
import { changeAccount } from "../accounts.ts";
import type { Flows } from "../flows.ts";
import { appendToLog, type ChainEvent } from "../log.ts";
import { book } from "../movement.ts";

const product = "circle";

/** In the order of the contract's enums. */
const orders = ["joining", "random", "bids"] as const;
const reasons = ["notFilled", "noAnswer", "notReady"] as const;

/** The time of what has not happened. */
const never = 0n;

// ------------------------------------------------------------------------------------------- before the first round

ponder.on("RotatingPools:CircleCreated", async ({ event, context }) => {
  const { creator, terms, termsHash, mostAtRisk } = event.args;
  await append(context, event, "CircleCreated", creator);
  await context.db.insert(circle).values({
    ...keyOf(context, event),
    name: terms.name,
    creator,
    contribution: terms.contribution,
    collateral: terms.collateral,
    period: BigInt(terms.period),
    grace: BigInt(terms.grace),
    penaltyBps: terms.penaltyBps,
    bidDeposit: terms.bidDeposit,
    members: terms.members,
    joinBy: BigInt(terms.joinBy),
    open: terms.open,
    invested: terms.invested,
    turnsBy: orders[terms.order] ?? "joining",
    termsHash,
    mostAtRisk,
    state: "forming",
    deadline: BigInt(terms.joinBy),
    invitationEpoch: 0n,
    memberCount: 0,
    payoutOrder: [],
    settledRounds: 0,
    cash: 0n,
    shares: 0n,
    createdAt: event.block.timestamp,
    updatedAt: event.block.timestamp,
  });
});

ponder.on("RotatingPools:UserJoined", async ({ event, context }) => {
  const { member, assets, shares, memberCountAfter } = event.args;
  const { circleCashAfter, circleSharesAfter } = event.args;
  const { timestamp } = event.block;
  await append(context, event, "UserJoined", member, member);
  await changeCircle(context, event, () => ({
    memberCount: Number(memberCountAfter),
    cash: circleCashAfter,
    shares: circleSharesAfter,
  }));
  const joined = { active: true, joinedAt: timestamp };
  await context.db
    .insert(circleMember)
    .values({ ...keyOf(context, event), member, ...newMember, ...joined, updatedAt: timestamp })
    .onConflictDoUpdate(joined);
  const collateral = shares === 0n ? assets : 0n;
  await move(context, event, member, { shares, collateral }, { deposits: assets });
});

ponder.on("RotatingPools:UserLeft", async ({ event, context }) => {
  const { member, leaving } = event.args;
  await append(context, event, "UserLeft", member, member);
  await changeCircle(context, event, () => ({
    memberCount: Number(leaving.memberCountAfter),
    cash: leaving.circleCashAfter,
    shares: leaving.circleSharesAfter,
  }));
  const after = { shares: 0n, collateral: 0n, active: false };
  await move(context, event, member, after, { withdrawals: leaving.assets });
});

ponder.on("RotatingPools:CircleFilled", async ({ event, context }) => {
  const { deadline } = event.args;
  await append(context, event, "CircleFilled", event.transaction.from);
  await changeCircle(context, event, () => ({ state: "full", deadline }));
});

ponder.on("RotatingPools:MemberStruckOut", async ({ event, context }) => {
  const { member, claimableAfter, claimableSharesAfter, memberCountAfter } = event.args;
  await append(context, event, "MemberStruckOut", event.transaction.from, member);
  await changeCircle(context, event, ({ joinBy }) => ({
    state: "forming",
    deadline: joinBy,
    memberCount: Number(memberCountAfter),
  }));
  await befall(context, event, member, () => ({
    active: false,
    collateral: 0n,
    shares: 0n,
    claimable: claimableAfter,
    claimableShares: claimableSharesAfter,
  }));
});

ponder.on("RotatingPools:CollateralDivested", async ({ event, context }) => {
  const { member, collateralAfter, sharesAfter, circleCashAfter, circleSharesAfter } = event.args;
  await append(context, event, "CollateralDivested", member, member);
  await changeCircle(context, event, () => ({ cash: circleCashAfter, shares: circleSharesAfter }));
  await move(context, event, member, { collateral: collateralAfter, shares: sharesAfter }, {});
});

ponder.on("RotatingPools:InvitationsRevoked", async ({ event, context }) => {
  const { creator, invitationEpoch } = event.args;
  await append(context, event, "InvitationsRevoked", creator);
  await changeCircle(context, event, () => ({ invitationEpoch }));
});

ponder.on("RotatingPools:OrderRequested", async ({ event, context }) => {
  const { caller, requestId, deadline } = event.args;
  await append(context, event, "OrderRequested", caller);
  await changeCircle(context, event, () => ({ state: "requested", requestId, deadline }));
});

ponder.on("RotatingPools:OrderAnswered", async ({ event, context }) => {
  await append(context, event, "OrderAnswered", event.transaction.from);
  await changeCircle(context, event, () => ({ state: "answered", start: event.args.start }));
});

ponder.on("RotatingPools:AnswerIgnored", async ({ event, context }) => {
  const actor = event.transaction.from;
  await appendToLog(context, event, { product, type: "AnswerIgnored", actor });
});

ponder.on("RotatingPools:CircleStarted", async ({ event, context }) => {
  const { start, end, order } = event.args;
  await append(context, event, "CircleStarted", event.transaction.from);
  const payoutOrder = [...order];
  await changeCircle(context, event, () => ({ state: "running", start, end, payoutOrder }));
  for (const [place, member] of payoutOrder.entries()) {
    await changeMember(context, event, member, () => ({ place }));
  }
});

ponder.on("RotatingPools:CircleAborted", async ({ event, context }) => {
  await append(context, event, "CircleAborted", event.transaction.from);
  const abortedBecause = reasons[event.args.reason] ?? null;
  await changeCircle(context, event, () => ({ state: "aborted", abortedBecause }));
});

// ------------------------------------------------------------------------------------------------------- in a round

ponder.on("RotatingPools:RoundStarted", async ({ event, context }) => {
  const { start, payBy, settleFrom } = event.args;
  await append(context, event, "RoundStarted", event.transaction.from);
  const times = { start, payBy, settleFrom };
  await context.db
    .insert(circleRound)
    .values({ ...roundKey(context, event), ...times, due: 0n, sealedBids: 0 });
});

ponder.on("RotatingPools:ContributionMade", async ({ event, context }) => {
  const { member, payer, contribution: made } = event.args;
  await append(context, event, "ContributionMade", payer, member);
  const { arrears, due, ahead, penalty } = made;
  const assets = arrears + due + ahead + penalty;
  const key = keyOf(context, event);
  const round = Number(made.round);
  await context.db.insert(circleContribution).values({
    id: event.id,
    ...key,
    ...{ round, member, payer, assets, arrears, due, ahead, penalty },
    time: event.block.timestamp,
  });
  // What is late comes when no round runs any more.
  if (due > 0n) {
    await context.db.update(circleRound, { ...key, round }).set((row) => ({ due: row.due + due }));
  }
  await changeCircle(context, event, () => ({ cash: made.circleCashAfter }));
  await move(
    context,
    event,
    member,
    (row) => ({
      paid: made.paidAfter,
      contributed: row.contributed + assets,
      penalties: row.penalties + penalty,
    }),
    { deposits: assets },
  );
});

ponder.on("RotatingPools:CollateralRestored", async ({ event, context }) => {
  const { member, payer, assets, usedAfter, collateralAfter, circleCashAfter } = event.args;
  await append(context, event, "CollateralRestored", payer, member);
  await changeCircle(context, event, () => ({ cash: circleCashAfter }));
  const after = { used: usedAfter, collateral: collateralAfter };
  await move(context, event, member, after, { deposits: assets });
});

ponder.on("RotatingPools:BidCommitted", async ({ event, context }) => {
  const { member, deposit, sealedAfter, circleCashAfter } = event.args;
  await append(context, event, "BidCommitted", member, member);
  await context.db
    .update(circleRound, roundKey(context, event))
    .set({ sealedBids: Number(sealedAfter) });
  await changeCircle(context, event, () => ({ cash: circleCashAfter }));
  await move(context, event, member, {}, { deposits: deposit });
});

ponder.on("RotatingPools:BidRevealed", async ({ event, context }) => {
  const { member, discount, leads, sealedAfter, claimableAfter } = event.args;
  await append(context, event, "BidRevealed", member, member);
  await context.db
    .update(circleRound, roundKey(context, event))
    .set({ sealedBids: Number(sealedAfter), ...(leads && { leader: member, discount }) });
  await move(context, event, member, { claimable: claimableAfter }, {});
});

ponder.on("RotatingPools:PayoutClaimed", async ({ event, context }) => {
  const { member, claim } = event.args;
  const { assets, collateralAfter, sharesAfter, circleCashAfter, circleSharesAfter } = claim;
  await append(context, event, "PayoutClaimed", member, member);
  await changeCircle(context, event, () => ({ cash: circleCashAfter, shares: circleSharesAfter }));
  await move(
    context,
    event,
    member,
    (row) => ({
      claimable: 0n,
      claimableShares: 0n,
      collateral: collateralAfter,
      shares: sharesAfter,
      claimed: row.claimed + assets,
    }),
    { withdrawals: assets },
  );
});

// --------------------------------------------------------------------------------------------------- a round's end

ponder.on("RotatingPools:ClaimableUsed", async ({ event, context }) => {
  const { member, paidAfter, claimableAfter, claimableSharesAfter } = event.args;
  await append(context, event, "ClaimableUsed", event.transaction.from, member);
  await befall(context, event, member, () => ({
    paid: paidAfter,
    claimable: claimableAfter,
    claimableShares: claimableSharesAfter,
  }));
});

ponder.on("RotatingPools:CollateralSlashed", async ({ event, context }) => {
  const { member, slash } = event.args;
  await append(context, event, "CollateralSlashed", event.transaction.from, member);
  await befall(context, event, member, (row) => ({
    paid: slash.paidAfter,
    collateral: slash.collateralAfter,
    shares: slash.sharesAfter,
    used: slash.usedAfter,
    slashed: row.slashed + slash.assets + slash.penalty,
  }));
});

ponder.on("RotatingPools:MemberDefaulted", async ({ event, context }) => {
  const { member, missing, covered, arrearsAfter } = event.args;
  await append(context, event, "MemberDefaulted", event.transaction.from, member);
  await context.db.insert(circleDefault).values({
    ...roundKey(context, event),
    ...{ member, missing, covered, arrears: arrearsAfter },
    time: event.block.timestamp,
  });
  await befall(context, event, member, (row) => ({
    defaulted: true,
    defaults: row.defaults + 1,
  }));
});

ponder.on("RotatingPools:ArrearsPaid", async ({ event, context }) => {
  const { recipient, recipientClaimableAfter, recipientClaimableSharesAfter } = event.args;
  await append(context, event, "ArrearsPaid", event.args.debtor, recipient);
  await befall(context, event, recipient, () => ({
    claimable: recipientClaimableAfter,
    claimableShares: recipientClaimableSharesAfter,
  }));
});

ponder.on("RotatingPools:MemberRestored", async ({ event, context }) => {
  const { member } = event.args;
  await append(context, event, "MemberRestored", event.transaction.from, member);
  await befall(context, event, member, () => ({ defaulted: false }));
});

ponder.on("RotatingPools:DiscountShared", async ({ event, context }) => {
  const { member, claimableAfter, claimableSharesAfter } = event.args;
  await append(context, event, "DiscountShared", event.transaction.from, member);
  await befall(context, event, member, () => ({
    claimable: claimableAfter,
    claimableShares: claimableSharesAfter,
  }));
});

ponder.on("RotatingPools:PayoutExecuted", async ({ event, context }) => {
  const { member, payout } = event.args;
  const { claimableAfter, claimableSharesAfter, paidAfter, ...pot } = payout;
  await append(context, event, "PayoutExecuted", event.transaction.from, member);
  await context.db
    .insert(circlePayout)
    .values({ ...roundKey(context, event), member, ...pot, time: event.block.timestamp });
  await befall(context, event, member, (row) => ({
    served: true,
    paid: paidAfter,
    claimable: claimableAfter,
    claimableShares: claimableSharesAfter,
    paidOut: row.paidOut + payout.assets,
  }));
});

ponder.on("RotatingPools:RoundCompleted", async ({ event, context }) => {
  const { round, collected, missing } = event.args;
  await append(context, event, "RoundCompleted", event.transaction.from);
  await context.db
    .update(circleRound, roundKey(context, event))
    .set({ collected, missing, settledAt: event.block.timestamp });
  await changeCircle(context, event, () => ({ settledRounds: Number(round) + 1 }));
});

ponder.on("RotatingPools:CircleCompleted", async ({ event, context }) => {
  await append(context, event, "CircleCompleted", event.transaction.from);
  await changeCircle(context, event, () => ({ state: "completed" }));
});

// -------------------------------------------------------------------------------------------------------------- rows

type CircleEvent = ChainEvent & { args: { circleId: bigint } };
type Circle = typeof circle.$inferSelect;
type Member = typeof circleMember.$inferSelect;

const newMember = {
  served: false,
  defaulted: false,
  collateral: 0n,
  shares: 0n,
  claimable: 0n,
  claimableShares: 0n,
  paid: 0n,
  used: 0n,
  contributed: 0n,
  penalties: 0n,
  slashed: 0n,
  paidOut: 0n,
  claimed: 0n,
  defaults: 0,
  lastActive: never,
};

async function append(
  context: Context,
  event: CircleEvent,
  type: string,
  actor: Address,
  account?: Address,
): Promise<void> {
  const subject = String(event.args.circleId);
  await appendToLog(context, event, { product, type, actor, subject, account });
}

function keyOf(context: Context, { log, args }: CircleEvent) {
  return { chainId: context.chain.id, contract: log.address, circleId: args.circleId };
}

function roundKey(context: Context, event: CircleEvent & { args: { round: bigint } }) {
  return { ...keyOf(context, event), round: Number(event.args.round) };
}

async function changeCircle(
  context: Context,
  event: CircleEvent,
  change: (row: Circle) => Partial<Circle>,
): Promise<void> {
  const updatedAt = event.block.timestamp;
  await context.db
    .update(circle, keyOf(context, event))
    .set((row) => ({ ...change(row), updatedAt }));
}

/** Changes a member's row; returns it as it was, and what that changed in what they hold. */
async function changeMember(
  context: Context,
  event: CircleEvent,
  member: Address,
  change: (row: Member) => Partial<Member>,
) {
  const updatedAt = event.block.timestamp;
  const key = { ...keyOf(context, event), member };
  const before = await context.db.find(circleMember, key);
  const of = await context.db.find(circle, keyOf(context, event));
  if (before === null || of === null) throw new Error(`${member} is in no such circle.`);
  const changed = change(before);
  await context.db.update(circleMember, key).set({ ...changed, updatedAt });
  const after = { ...before, ...changed };
  const holdings = {
    circleShares: sharesOf(after) - sharesOf(before),
    circleCash: cashOf(after) - cashOf(before),
  };
  return { before, of, holdings };
}

const sharesOf = ({ shares, claimableShares }: Member) => shares + claimableShares;
const cashOf = ({ collateral, claimable }: Member) => collateral + claimable;

/** What a member, or somebody for them, did. */
async function move(
  context: Context,
  event: CircleEvent,
  member: Address,
  change: Partial<Member> | ((row: Member) => Partial<Member>),
  flows: Flows,
): Promise<void> {
  const lastActive = event.block.timestamp;
  const { before, of, holdings } = await changeMember(context, event, member, (row) => ({
    ...(typeof change === "function" ? change(row) : change),
    lastActive,
  }));
  await book(context, event, {
    account: member,
    pool: {
      contract: of.contract,
      poolId: String(of.circleId),
      product,
      totalPrincipal: of.cash,
      totalShares: of.shares,
    },
    flows,
    holdings,
    lastActive: before.lastActive === never ? undefined : before.lastActive,
    acts: true,
  });
}

/** What a member did not do themselves. */
async function befall(
  context: Context,
  event: CircleEvent,
  member: Address,
  change: (row: Member) => Partial<Member>,
): Promise<void> {
  const { holdings } = await changeMember(context, event, member, change);
  await changeAccount(context, event, member, holdings, false);
}
