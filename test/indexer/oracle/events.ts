import type { Chain } from "./chain.ts";
import type { Log } from "./log.ts";
import { partOf } from "./parts.ts";
import { type Row, textOf } from "./row.ts";

export function eventRows(chain: Chain, logged: readonly Log[]): Row[] {
  return logged.map((log) => {
    const part = partOf(log);
    return {
      id: chain.idOf(log),
      blockNumber: log.blockNumber,
      blockHash: log.blockHash,
      blockTimestamp: log.time,
      transactionHash: log.transactionHash,
      logIndex: log.logIndex,
      contract: log.address,
      product: part.product,
      type: log.name,
      actor: part.actorOf?.(log) ?? log.from,
      account: part.accountOf?.(log, chain) ?? null,
      subject: subjectOf(log),
      args: argsOf(log.args),
    };
  });
}

/** Which of a contract's pools, circles or rounds it is about. */
function subjectOf(log: Log): string | null {
  const names = ["poolId", "circleId", ...(log.contract === "LotteryPool" ? ["roundId"] : [])];
  const name = names.find((candidate) => candidate in log.args);
  return name === undefined ? null : String(log.big(name));
}

function argsOf(value: unknown): unknown {
  if (typeof value !== "object") return textOf(value);
  if (Array.isArray(value)) return value.map(argsOf);
  if (value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, argsOf(item)]));
}
