import type { Chain } from "./chain.ts";
import { first, groupsOf, last } from "./lists.ts";
import type { Part } from "./part.ts";
import type { Row } from "./row.ts";

export const roles: Part = {
  contract: "AccessManager",
  product: "roles",
  tablesOf: (chain) => ({
    role: roleRows(chain),
    roleMember: memberRows(chain),
    permission: permissionRows(chain),
    scheduledCall: callRows(chain),
  }),
};

function roleRows(chain: Chain): Row[] {
  const all = chain.logsOf(
    "AccessManager",
    ...["RoleLabel", "RoleAdminChanged", "RoleGuardianChanged"],
    ...["RoleGrantDelayChanged", "RoleGranted", "TargetFunctionRoleUpdated"],
  );
  return [...groupsOf(all, (log) => String(log.big("roleId"))).values()].map((logs) => {
    const latest = (name: string) => logs.findLast((log) => log.is(name));
    return {
      contract: first(logs).address,
      roleId: first(logs).big("roleId"),
      label: latest("RoleLabel")?.args["label"] ?? null,
      admin: latest("RoleAdminChanged")?.big("admin") ?? 0n,
      guardian: latest("RoleGuardianChanged")?.big("guardian") ?? 0n,
      grantDelay: latest("RoleGrantDelayChanged")?.big("delay") ?? 0n,
      updatedAt: last(logs).time,
    };
  });
}

function memberRows(chain: Chain): Row[] {
  const all = chain.logsOf("AccessManager", "RoleGranted", "RoleRevoked");
  return [...groupsOf(all, (log) => `${log.big("roleId")} ${log.who("account")}`).values()].map(
    (logs) => {
      const granted = last(logs.filter((log) => log.is("RoleGranted")));
      const beginnings = logs.filter((log) => log.args["newMember"] === true);
      const isRevoked = last(logs).is("RoleRevoked");
      return {
        contract: first(logs).address,
        roleId: first(logs).big("roleId"),
        account: first(logs).who("account"),
        active: !isRevoked,
        delay: granted.big("delay"),
        since: granted.big("since"),
        grantedAt: last(beginnings).time,
        revokedAt: isRevoked ? last(logs).time : null,
      };
    },
  );
}

function permissionRows(chain: Chain): Row[] {
  const all = chain.logsOf("AccessManager", "TargetFunctionRoleUpdated");
  return [...groupsOf(all, (log) => log.who("target") + log.who("selector")).values()].map(
    (logs) => ({
      contract: first(logs).address,
      target: first(logs).who("target"),
      selector: first(logs).who("selector"),
      roleId: last(logs).big("roleId"),
      updatedAt: last(logs).time,
    }),
  );
}

function callRows(chain: Chain): Row[] {
  const ends = chain.logsOf("AccessManager", "OperationExecuted", "OperationCanceled");
  return chain.logsOf("AccessManager", "OperationScheduled").map((log) => {
    const end = ends.find(
      (other) =>
        other.who("operationId") === log.who("operationId") &&
        other.big("nonce") === log.big("nonce"),
    );
    return {
      contract: log.address,
      callId: log.who("operationId"),
      nonce: log.big("nonce"),
      state: !end ? "scheduled" : end.is("OperationExecuted") ? "executed" : "canceled",
      caller: log.who("caller"),
      target: log.who("target"),
      data: log.who("data"),
      executableFrom: log.big("schedule"),
      scheduledAt: log.time,
      settledAt: end?.time ?? null,
    };
  });
}
