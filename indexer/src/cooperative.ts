import { type Context, ponder } from "ponder:registry";
import { cooperative, cooperativeMember } from "ponder:schema";
import type { Address } from "viem";
import { appendToLog, type ChainEvent } from "../log.ts";
import { book } from "../movement.ts";

const product = "cooperative";

/** The time of what has not happened. */
const never = 0n;

ponder.on("CooperativePools:PoolCreated", async ({ event, context }) => {
  const { creator, name, minimum, maximum, maxMembers, open } = event.args;
  await append(context, event, "PoolCreated", creator);
  await context.db.insert(cooperative).values({
    ...keyOf(context, event),
    name,
    creator,
    minimum,
    maximum,
    maxMembers: Number(maxMembers),
    open,
    closed: false,
    invitationEpoch: 0n,
    memberCount: 0,
    totalPrincipal: 0n,
    totalShares: 0n,
    createdAt: event.block.timestamp,
    updatedAt: event.block.timestamp,
  });
});

ponder.on("CooperativePools:MemberJoined", async ({ event, context }) => {
  const { member, memberCountAfter } = event.args;
  const { timestamp } = event.block;
  await append(context, event, "MemberJoined", member, member);
  await context.db
    .update(cooperative, keyOf(context, event))
    .set({ memberCount: Number(memberCountAfter), updatedAt: timestamp });
  const nothing = { principal: 0n, shares: 0n, contributed: 0n, withdrawn: 0n, claimed: 0n };
  await context.db
    .insert(cooperativeMember)
    .values({
      ...keyOf(context, event),
      member,
      active: true,
      ...nothing,
      joinedAt: timestamp,
      // Their first contribution follows, and is what counts.
      lastActive: never,
      updatedAt: timestamp,
    })
    .onConflictDoUpdate({ active: true, joinedAt: timestamp, updatedAt: timestamp });
});

ponder.on("CooperativePools:ContributionMade", async ({ event, context }) => {
  const { member, payer, assets } = event.args;
  await append(context, event, "ContributionMade", payer, member);
  await updateMember(context, event, member, { contributed: assets }, event.args);
});

ponder.on("CooperativePools:WithdrawalMade", async ({ event, context }) => {
  const { member, assets } = event.args;
  await append(context, event, "WithdrawalMade", member, member);
  await updateMember(context, event, member, { withdrawn: assets }, event.args);
});

ponder.on("CooperativePools:YieldClaimed", async ({ event, context }) => {
  const { member, assets } = event.args;
  await append(context, event, "YieldClaimed", member, member);
  await updateMember(context, event, member, { claimed: assets }, event.args);
});

// Leaving with the vault shares themselves is no flow of assets.
ponder.on("CooperativePools:SharesTakenOut", async ({ event, context }) => {
  const { member, shares } = event.args;
  await append(context, event, "SharesTakenOut", member, member);
  const books = { ...event.args, principalAfter: 0n, sharesAfter: 0n };
  await updateMember(context, event, member, { sharesTakenOut: shares }, books);
});

ponder.on("CooperativePools:MemberLeft", async ({ event, context }) => {
  const { member, memberCountAfter } = event.args;
  const { timestamp } = event.block;
  await append(context, event, "MemberLeft", member, member);
  await context.db
    .update(cooperative, keyOf(context, event))
    .set({ memberCount: Number(memberCountAfter), updatedAt: timestamp });
  await context.db
    .update(cooperativeMember, { ...keyOf(context, event), member })
    .set({ active: false, updatedAt: timestamp });
});

ponder.on("CooperativePools:PoolClosed", async ({ event, context }) => {
  await append(context, event, "PoolClosed", event.args.creator);
  await context.db
    .update(cooperative, keyOf(context, event))
    .set({ closed: true, updatedAt: event.block.timestamp });
});

ponder.on("CooperativePools:InvitationsRevoked", async ({ event, context }) => {
  const { creator, invitationEpoch } = event.args;
  await append(context, event, "InvitationsRevoked", creator);
  await context.db
    .update(cooperative, keyOf(context, event))
    .set({ invitationEpoch, updatedAt: event.block.timestamp });
});

type LogEvent = ChainEvent & { args: { poolId: bigint } };

async function append(
  context: Context,
  event: LogEvent,
  type: string,
  actor: Address,
  account?: Address,
): Promise<void> {
  const subject = String(event.args.poolId);
  await appendToLog(context, event, { product, type, actor, subject, account });
}

function keyOf(context: Context, { log, args }: LogEvent) {
  return { chainId: context.chain.id, contract: log.address, poolId: args.poolId };
}

interface Flow {
  contributed?: bigint;
  withdrawn?: bigint;
  claimed?: bigint;
  sharesTakenOut?: bigint;
}

/** The member's part and the pool's totals, as every event that moves money carries them. */
interface Books {
  principalAfter: bigint;
  sharesAfter: bigint;
  poolPrincipalAfter: bigint;
  poolSharesAfter: bigint;
}

/** Only the flows are summed here; what is left after an event, the contract says itself. */
async function updateMember(
  context: Context,
  event: LogEvent,
  member: Address,
  { contributed = 0n, withdrawn = 0n, claimed = 0n, sharesTakenOut = 0n }: Flow,
  books: Books,
): Promise<void> {
  const { timestamp } = event.block;
  const key = { ...keyOf(context, event), member };
  const before = await context.db.find(cooperativeMember, key);
  if (before === null) throw new Error(`${member} pays into a pool without being a member.`);
  await context.db.update(cooperativeMember, key).set({
    principal: books.principalAfter,
    shares: books.sharesAfter,
    contributed: before.contributed + contributed,
    withdrawn: before.withdrawn + withdrawn,
    claimed: before.claimed + claimed,
    lastActive: timestamp,
    updatedAt: timestamp,
  });
  const totals = { totalPrincipal: books.poolPrincipalAfter, totalShares: books.poolSharesAfter };
  await context.db
    .update(cooperative, keyOf(context, event))
    .set({ ...totals, updatedAt: timestamp });
  await book(context, event, {
    account: member,
    pool: { contract: event.log.address, poolId: String(event.args.poolId), product, ...totals },
    flows: { deposits: contributed, withdrawals: withdrawn, yield: claimed, sharesTakenOut },
    holdings: {
      cooperativeShares: books.sharesAfter - before.shares,
      principal: books.principalAfter - before.principal,
    },
    lastActive: before.lastActive === never ? undefined : before.lastActive,
    acts: true,
  });
}
