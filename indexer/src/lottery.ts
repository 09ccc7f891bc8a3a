import { type Context, ponder } from "ponder:registry";
import {
  lotteryDraw,
  lotteryPurchase,
  lotteryPlayer,
  lotteryPool,
  lotteryPrize,
  lotteryRound,
} from "ponder:schema";
import type { Address } from "viem";
import { appendToLog, type ChainEvent } from "../log.ts";
import { book } from "../movement.ts";
import { addToPool, addToProtocol } from "../periods.ts";
import { secondsIn } from "../graphql/tickets.ts";
import { worthOf } from "../worth.ts";

const product = "lottery";

/** Why a round ended without a draw, in the order of the contract's enum. */
const reasons = ["nothingToWin", "nobodyToWin", "noAnswer", "woundDown"] as const;

ponder.on("LotteryPool:LotteryOpened", async ({ event, context }) => {
  const { rules, tiers, coordinator, subscription } = event.args;
  await append(context, event, "LotteryOpened", event.transaction.from);
  await context.db.insert(lotteryPool).values({
    ...poolKey(context, event),
    roundDuration: BigInt(rules.roundDuration),
    answerTime: BigInt(rules.answerTime),
    minimumPurchase: rules.minimumPurchase,
    minimumPrize: rules.minimumPrize,
    tiers: tiers.map(({ winners, shareBps }) => ({ winners, shareBps })),
    coordinator,
    subscription,
    currentRound: 0n,
    totalPrincipal: 0n,
    totalShares: 0n,
    entries: 0n,
    activePlayers: 0,
    players: 0,
    wonShares: 0n,
    unansweredRounds: 0,
    weightLeft: 0n,
    updatedAt: event.block.timestamp,
  });
});

ponder.on("LotteryPool:RoundStarted", async ({ event, context }) => {
  const { roundId, start, closesFrom, entriesBefore, prizeSharesAfter } = event.args;
  await append(context, event, "RoundStarted", event.transaction.from);
  await context.db.insert(lotteryRound).values({
    ...roundKey(context, event),
    state: "open",
    ...{ start, closesFrom, entriesBefore },
    missedWeight: 0n,
    prizeShares: prizeSharesAfter,
    yieldShares: 0n,
    wonShares: 0n,
    rolledShares: 0n,
    purchases: 0,
    ticketsBought: 0n,
    ticketsRedeemed: 0n,
    sponsored: 0n,
    updatedAt: event.block.timestamp,
  });
  await changePool(context, event, () => ({ currentRound: roundId }));
});

ponder.on("LotteryPool:TicketPurchased", async ({ event, context }) => {
  const { roundId, player, payer, entry, time, assets } = event.args;
  await append(context, event, "TicketPurchased", payer, player);
  await context.db.insert(lotteryPurchase).values({
    ...entryKey(context, event),
    player,
    payer,
    roundId,
    time,
    bought: assets,
    amount: assets,
  });
  const missed = assets * (time - (await startOfRound(context, event, roundId)));
  await changeRound(context, event, roundId, (row) => ({
    missedWeight: row.missedWeight + missed,
    purchases: row.purchases + 1,
    ticketsBought: row.ticketsBought + assets,
  }));

  const key = { ...inPool(context, event), player };
  const before = await context.db.find(lotteryPlayer, key);
  const missedBefore = before?.missedRound === roundId ? before.missedWeight : 0n;
  const after = {
    principal: event.args.principalAfter,
    missedRound: roundId,
    missedWeight: missedBefore + missed,
    lastActive: event.block.timestamp,
    updatedAt: event.block.timestamp,
  };
  if (before === null) {
    await context.db.insert(lotteryPlayer).values({
      ...key,
      ...after,
      entries: 1,
      purchased: assets,
      redeemed: 0n,
      prizeShares: 0n,
      wonShares: 0n,
      wins: 0,
      claimed: 0n,
      joinedAt: event.block.timestamp,
    });
  } else {
    await context.db.update(lotteryPlayer, key).set({
      ...after,
      entries: before.entries + 1,
      purchased: before.purchased + assets,
    });
  }

  const totals = totalsOf(event.args);
  await changePool(context, event, (row) => ({
    ...totals,
    entries: entry,
    activePlayers: row.activePlayers + Number((before?.principal ?? 0n) === 0n),
    players: row.players + Number(before === null),
  }));
  await book(context, event, {
    account: player,
    pool: poolState(event, totals),
    flows: { deposits: assets, tickets: assets },
    holdings: { tickets: assets, principal: assets },
    lastActive: before?.lastActive,
    acts: true,
  });
});

ponder.on("LotteryPool:TicketsRedeemed", async ({ event, context }) => {
  const { player, entry, principal, assets, shares, entryAfter, principalAfter } = event.args;
  const { timestamp } = event.block;
  await append(context, event, "TicketsRedeemed", player, player);
  const purchase = await found(context.db.find(lotteryPurchase, entryKey(context, event)));
  await context.db.update(lotteryPurchase, { ...inPool(context, event), entry }).set({
    amount: entryAfter,
  });
  const { currentRound, woundDownAt } = await found(
    context.db.find(lotteryPool, poolKey(context, event)),
  );
  const isOfThisRound = purchase.roundId === currentRound;
  const missed = isOfThisRound
    ? principal * (purchase.time - (await startOfRound(context, event, currentRound)))
    : 0n;
  await changeRound(context, event, currentRound, (row) => ({
    missedWeight: row.missedWeight - missed,
    ticketsRedeemed: row.ticketsRedeemed + principal,
  }));
  const key = { ...inPool(context, event), player };
  const before = await found(context.db.find(lotteryPlayer, key));
  await context.db.update(lotteryPlayer, key).set({
    principal: principalAfter,
    redeemed: before.redeemed + principal,
    missedWeight: before.missedWeight - missed,
    lastActive: timestamp,
    updatedAt: timestamp,
  });
  const totals = totalsOf(event.args);
  const seconds =
    woundDownAt === null
      ? 0n
      : await secondsInLastRound(context, event, currentRound, purchase.time);
  await changePool(context, event, (row) => ({
    ...totals,
    activePlayers: row.activePlayers - Number(principalAfter === 0n),
    weightLeft: row.weightLeft - principal * seconds,
  }));
  // Paid in shares, nothing is paid in assets.
  const flows = assets > 0n ? { withdrawals: assets } : { sharesTakenOut: shares };
  await book(context, event, {
    account: player,
    pool: poolState(event, totals),
    flows,
    holdings: { tickets: -principal, principal: -principal },
    lastActive: before.lastActive,
    acts: true,
  });
});

ponder.on("LotteryPool:PrizeSponsored", async ({ event, context }) => {
  const { roundId, sponsor, assets, prizeSharesAfter } = event.args;
  await append(context, event, "PrizeSponsored", sponsor, sponsor);
  await changeRound(context, event, roundId, (row) => ({
    prizeShares: prizeSharesAfter,
    sponsored: row.sponsored + assets,
  }));
  const { totalPrincipal, totalShares } = await found(
    context.db.find(lotteryPool, poolKey(context, event)),
  );
  const flows = { sponsored: assets };
  await book(context, event, { account: sponsor, flows, acts: true });
  await addToPool(
    context,
    event,
    poolState(event, { totalPrincipal, totalShares }),
    flows,
    undefined,
  );
});

ponder.on("LotteryPool:PrincipalCovered", async ({ event, context }) => {
  const { payer, assets } = event.args;
  await append(context, event, "PrincipalCovered", payer, payer);
  const totals = totalsOf(event.args);
  await changePool(context, event, () => totals);
  const flows = { sponsored: assets };
  await book(context, event, { account: payer, flows, acts: true });
  await addToPool(context, event, poolState(event, totals), flows, undefined);
});

ponder.on("LotteryPool:RoundClosed", async ({ event, context }) => {
  const { roundId, caller, end, lastEntry, weight, yieldShares, prizeSharesAfter } = event.args;
  await append(context, event, "RoundClosed", caller);
  await changeRound(context, event, roundId, () => ({
    state: "closed",
    ...{ end, lastEntry, weight, yieldShares },
    prizeShares: prizeSharesAfter,
  }));
  const totals = totalsOf(event.args);
  await changePool(context, event, () => totals);
  const flows = { yield: await worthOf(context, event, yieldShares) };
  await addToProtocol(context, event, flows, undefined);
  await addToPool(context, event, poolState(event, totals), flows, undefined);
});

ponder.on("LotteryPool:DrawRequested", async ({ event, context }) => {
  const { roundId, requestId, caller, deadline } = event.args;
  await append(context, event, "DrawRequested", caller);
  await changeRound(context, event, roundId, () => ({ state: "requested" }));
  await context.db.insert(lotteryDraw).values({
    ...roundKey(context, event),
    ...{ requestId, caller, deadline },
    requestedAt: event.block.timestamp,
  });
});

ponder.on("LotteryPool:DrawAnswered", async ({ event, context }) => {
  const { roundId, word, time } = event.args;
  await append(context, event, "DrawAnswered", event.transaction.from);
  await changeRound(context, event, roundId, () => ({ state: "answered" }));
  await context.db.update(lotteryDraw, roundKey(context, event)).set({ word, answeredAt: time });
});

ponder.on("LotteryPool:AnswerIgnored", async ({ event, context }) => {
  const actor = event.transaction.from;
  await appendToLog(context, event, { product, type: "AnswerIgnored", actor });
});

ponder.on("LotteryPool:WinnerDeclared", async ({ event, context }) => {
  const { roundId, player, entry, attempt, shares, prizeSharesAfter } = event.args;
  await append(context, event, "WinnerDeclared", event.transaction.from, player);
  const assets = await worthOf(context, event, shares);
  await context.db.insert(lotteryPrize).values({
    ...prizeKey(context, event),
    ...{ player, entry, attempt: Number(attempt), shares, assets },
    tier: Number(event.args.tier),
    time: event.block.timestamp,
  });
  await changeRound(context, event, roundId, (row) => ({ wonShares: row.wonShares + shares }));
  await changePool(context, event, (row) => ({ wonShares: row.wonShares + shares }));
  await context.db.update(lotteryPlayer, { ...inPool(context, event), player }).set((row) => ({
    prizeShares: prizeSharesAfter,
    wonShares: row.wonShares + shares,
    wins: row.wins + 1,
    updatedAt: event.block.timestamp,
  }));
  const { totalPrincipal, totalShares } = await found(
    context.db.find(lotteryPool, poolKey(context, event)),
  );
  await book(context, event, {
    account: player,
    pool: poolState(event, { totalPrincipal, totalShares }),
    flows: { prizes: assets },
    holdings: { prizeShares: shares, wins: 1 },
    acts: false,
  });
});

ponder.on("LotteryPool:PrizeNotWon", async ({ event, context }) => {
  const { tier, shares } = event.args;
  await append(context, event, "PrizeNotWon", event.transaction.from);
  await context.db.insert(lotteryPrize).values({
    ...prizeKey(context, event),
    tier: Number(tier),
    shares,
    assets: await worthOf(context, event, shares),
    time: event.block.timestamp,
  });
});

ponder.on("LotteryPool:DrawExecuted", async ({ event, context }) => {
  const { roundId, prizeShares, wonShares } = event.args;
  await append(context, event, "DrawExecuted", event.transaction.from);
  await changeRound(context, event, roundId, () => ({ state: "drawn" }));
  await changePool(context, event, () => ({ unansweredRounds: 0 }));
  await context.db
    .update(lotteryDraw, roundKey(context, event))
    .set({ executedAt: event.block.timestamp, prizeShares, wonShares });
});

ponder.on("LotteryPool:RoundNotDrawn", async ({ event, context }) => {
  const { roundId, reason } = event.args;
  await append(context, event, "RoundNotDrawn", event.transaction.from);
  const notDrawnBecause = reasons[reason] ?? null;
  await changeRound(context, event, roundId, () => ({ state: "rolledOver", notDrawnBecause }));
  if (notDrawnBecause !== "noAnswer") return;
  await changePool(context, event, (row) => ({ unansweredRounds: row.unansweredRounds + 1 }));
});

ponder.on("LotteryPool:LotteryWoundDown", async ({ event, context }) => {
  const { roundId, caller, weight } = event.args;
  await append(context, event, "LotteryWoundDown", caller);
  const { timestamp } = event.block;
  await changeRound(context, event, roundId, () => ({ end: timestamp, prizeShares: 0n }));
  const totals = totalsOf(event.args);
  await changePool(context, event, () => ({
    ...totals,
    woundDownAt: timestamp,
    weightLeft: weight,
  }));
  await addToPool(context, event, poolState(event, totals), {}, undefined);
});

ponder.on("LotteryPool:PrizeRolledOver", async ({ event, context }) => {
  const { roundId, toRoundId, shares, prizeSharesAfter } = event.args;
  await append(context, event, "PrizeRolledOver", event.transaction.from);
  await changeRound(context, event, roundId, () => ({ rolledShares: shares }));
  await changeRound(context, event, toRoundId, () => ({ prizeShares: prizeSharesAfter }));
});

ponder.on("LotteryPool:PrizeClaimed", async ({ event, context }) => {
  const { player, assets, shares } = event.args;
  const { timestamp } = event.block;
  await appendToLog(context, event, {
    product,
    type: "PrizeClaimed",
    actor: player,
    account: player,
  });
  const key = { ...inPool(context, event), player };
  const before = await found(context.db.find(lotteryPlayer, key));
  await context.db.update(lotteryPlayer, key).set({
    prizeShares: before.prizeShares - shares,
    claimed: before.claimed + assets,
    lastActive: timestamp,
    updatedAt: timestamp,
  });
  const { totalPrincipal, totalShares } = await found(
    context.db.find(lotteryPool, poolKey(context, event)),
  );
  await book(context, event, {
    account: player,
    pool: poolState(event, { totalPrincipal, totalShares }),
    flows: assets > 0n ? {} : { sharesTakenOut: shares },
    holdings: { prizeShares: -shares },
    lastActive: before.lastActive,
    acts: true,
  });
});

// -------------------------------------------------------------------------------------------------------------- rows

type RoundEvent = ChainEvent & { args: { roundId: bigint } };

async function append(
  context: Context,
  event: ChainEvent,
  type: string,
  actor: Address,
  account?: Address,
): Promise<void> {
  const subject = "roundId" in event.args ? String(event.args["roundId"]) : undefined;
  await appendToLog(context, event, { product, type, actor, account, subject });
}

function poolKey(context: Context, event: ChainEvent) {
  return { chainId: context.chain.id, address: event.log.address };
}

function inPool(context: Context, event: ChainEvent) {
  return { chainId: context.chain.id, pool: event.log.address };
}

function roundKey(context: Context, event: RoundEvent) {
  return { ...inPool(context, event), roundId: event.args.roundId };
}

function prizeKey(context: Context, event: RoundEvent & { args: { winner: bigint } }) {
  return { ...roundKey(context, event), winner: Number(event.args.winner) };
}

function entryKey(context: Context, event: ChainEvent & { args: { entry: bigint } }) {
  return { ...inPool(context, event), entry: event.args.entry };
}

interface Totals {
  totalPrincipal: bigint;
  totalShares: bigint;
}

function totalsOf(args: { totalPrincipalAfter: bigint; totalSharesAfter: bigint }): Totals {
  return { totalPrincipal: args.totalPrincipalAfter, totalShares: args.totalSharesAfter };
}

function poolState(event: ChainEvent, totals: Totals) {
  return { contract: event.log.address, poolId: "", product, ...totals } as const;
}

type Pool = typeof lotteryPool.$inferSelect;
type Round = typeof lotteryRound.$inferSelect;

async function changePool(
  context: Context,
  event: ChainEvent,
  change: (row: Pool) => Partial<Pool>,
): Promise<void> {
  const updatedAt = event.block.timestamp;
  await context.db
    .update(lotteryPool, poolKey(context, event))
    .set((row) => ({ ...change(row), updatedAt }));
}

async function changeRound(
  context: Context,
  event: ChainEvent,
  roundId: bigint,
  change: (row: Round) => Partial<Round>,
): Promise<void> {
  const updatedAt = event.block.timestamp;
  await context.db
    .update(lotteryRound, { ...inPool(context, event), roundId })
    .set((row) => ({ ...change(row), updatedAt }));
}

async function startOfRound(context: Context, event: ChainEvent, roundId: bigint): Promise<bigint> {
  const key = { ...inPool(context, event), roundId };
  return (await found(context.db.find(lotteryRound, key))).start;
}

/** For how long tickets were in the round before the running one. */
async function secondsInLastRound(
  context: Context,
  event: ChainEvent,
  currentRound: bigint,
  boughtAt: bigint,
): Promise<bigint> {
  const key = { ...inPool(context, event), roundId: currentRound - 1n };
  return secondsIn(await context.db.find(lotteryRound, key), boughtAt);
}

/** What earlier events of the same contract must have made. */
async function found<Row>(search: Promise<Row | null>): Promise<Row> {
  const row = await search;
  if (row === null) throw new Error("An earlier event is missing: index from the deployment on.");
  return row;
}
