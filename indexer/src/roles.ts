import { type Context, ponder } from "ponder:registry";
import { permission, role, roleMember, scheduledCall } from "ponder:schema";
import { appendToAudit } from "../audit.ts";
import type { ChainEvent } from "../log.ts";

const product = "roles";

ponder.on("AccessManager:RoleLabel", async ({ event, context }) => {
  const { roleId, label } = event.args;
  await appendToAudit(context, event, { product, type: "RoleLabel", roleId });
  await changeRole(context, event, roleId, { label });
});

ponder.on("AccessManager:RoleAdminChanged", async ({ event, context }) => {
  const { roleId, admin } = event.args;
  await appendToAudit(context, event, { product, type: "RoleAdminChanged", roleId });
  await changeRole(context, event, roleId, { admin });
});

ponder.on("AccessManager:RoleGuardianChanged", async ({ event, context }) => {
  const { roleId, guardian } = event.args;
  await appendToAudit(context, event, { product, type: "RoleGuardianChanged", roleId });
  await changeRole(context, event, roleId, { guardian });
});

ponder.on("AccessManager:RoleGrantDelayChanged", async ({ event, context }) => {
  const { roleId, delay } = event.args;
  await appendToAudit(context, event, { product, type: "RoleGrantDelayChanged", roleId });
  await changeRole(context, event, roleId, { grantDelay: BigInt(delay) });
});

ponder.on("AccessManager:RoleGranted", async ({ event, context }) => {
  const { roleId, account, delay, since, newMember } = event.args;
  await appendToAudit(context, event, { product, type: "RoleGranted", roleId, target: account });
  await changeRole(context, event, roleId, {});
  const membership = { active: true, delay: BigInt(delay), since: BigInt(since), revokedAt: null };
  await context.db
    .insert(roleMember)
    .values({
      ...keyOf(context, event),
      ...{ roleId, account, ...membership, grantedAt: event.block.timestamp },
    })
    .onConflictDoUpdate(
      newMember ? { ...membership, grantedAt: event.block.timestamp } : membership,
    );
});

ponder.on("AccessManager:RoleRevoked", async ({ event, context }) => {
  const { roleId, account } = event.args;
  await appendToAudit(context, event, { product, type: "RoleRevoked", roleId, target: account });
  await context.db
    .update(roleMember, { ...keyOf(context, event), roleId, account })
    .set({ active: false, revokedAt: event.block.timestamp });
});

ponder.on("AccessManager:TargetFunctionRoleUpdated", async ({ event, context }) => {
  const { target, selector, roleId } = event.args;
  const type = "TargetFunctionRoleUpdated";
  await appendToAudit(context, event, { product, type, roleId, target });
  await changeRole(context, event, roleId, {});
  const updatedAt = event.block.timestamp;
  await context.db
    .insert(permission)
    .values({ ...keyOf(context, event), target, selector, roleId, updatedAt })
    .onConflictDoUpdate({ roleId, updatedAt });
});

ponder.on("AccessManager:TargetClosed", async ({ event, context }) => {
  const { target } = event.args;
  await appendToAudit(context, event, { product, type: "TargetClosed", target });
});

ponder.on("AccessManager:TargetAdminDelayUpdated", async ({ event, context }) => {
  const { target } = event.args;
  await appendToAudit(context, event, { product, type: "TargetAdminDelayUpdated", target });
});

ponder.on("AccessManager:OperationScheduled", async ({ event, context }) => {
  const { operationId, nonce, schedule, caller, target, data } = event.args;
  await appendToAudit(context, event, { product, type: "OperationScheduled", target });
  await context.db.insert(scheduledCall).values({
    ...keyOf(context, event),
    callId: operationId,
    nonce: BigInt(nonce),
    state: "scheduled",
    ...{ caller, target, data },
    executableFrom: BigInt(schedule),
    scheduledAt: event.block.timestamp,
  });
});

ponder.on("AccessManager:OperationExecuted", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "OperationExecuted" });
  await settle(context, event, event.args, "executed");
});

ponder.on("AccessManager:OperationCanceled", async ({ event, context }) => {
  await appendToAudit(context, event, { product, type: "OperationCanceled" });
  await settle(context, event, event.args, "canceled");
});

type Settings = Partial<
  Pick<typeof role.$inferSelect, "label" | "admin" | "guardian" | "grantDelay">
>;

/** Until told otherwise, the admin's role is admin and guardian of every role. */
const newRole = { label: null, admin: 0n, guardian: 0n, grantDelay: 0n };

async function changeRole(
  context: Context,
  event: ChainEvent,
  roleId: bigint,
  settings: Settings,
): Promise<void> {
  const updatedAt = event.block.timestamp;
  await context.db
    .insert(role)
    .values({ ...keyOf(context, event), roleId, ...newRole, ...settings, updatedAt })
    .onConflictDoUpdate({ ...settings, updatedAt });
}

async function settle(
  context: Context,
  event: ChainEvent,
  { operationId, nonce }: { operationId: `0x${string}`; nonce: number },
  state: "executed" | "canceled",
): Promise<void> {
  await context.db
    .update(scheduledCall, { ...keyOf(context, event), callId: operationId, nonce: BigInt(nonce) })
    .set({ state, settledAt: event.block.timestamp });
}

function keyOf(context: Context, event: ChainEvent) {
  return { chainId: context.chain.id, contract: event.log.address };
}
