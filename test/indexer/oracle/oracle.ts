import { accountTables } from "./accounts.ts";
import { auditRows } from "./audit.ts";
import { Chain } from "./chain.ts";
import { eventRows } from "./events.ts";
import type { Log } from "./log.ts";
import { parts } from "./parts.ts";
import { type Row, textOf } from "./row.ts";
import { statisticsTables } from "./statistics.ts";

/** Events that are in no log: the vault's books, its share token, and what OpenZeppelin says at set-up. */
const unlogged = ["AccountsUpdated", "Transfer", "Approval", "AuthorityUpdated"];

/** Whether the index keeps an event in its log. */
export function isLogged({ name }: Log): boolean {
  return !unlogged.includes(name);
}

/**
 * Every table of the index, reckoned from all logs at once. Where the handlers add up event by event, this looks at all
 * events of a thing together: the first, the last, the sum.
 */
export class Oracle {
  readonly #chain: Chain;

  constructor(logs: readonly Log[], chainId: number) {
    this.#chain = new Chain(chainId, logs);
  }

  tables(): Record<string, Row[]> {
    const chain = this.#chain;
    const logged = chain.logs.filter(isLogged);
    const moves = parts
      .flatMap((part) => part.movesOf?.(chain) ?? [])
      .toSorted((a, b) => chain.placeOf(a.log) - chain.placeOf(b.log));
    const tables = [
      { event: eventRows(chain, logged), privilegedAction: auditRows(chain, logged) },
      accountTables(chain, moves),
      statisticsTables(chain, moves),
      ...parts.map((part) => part.tablesOf(chain)),
    ].flatMap((some) => Object.entries<Row[]>(some));
    return Object.fromEntries(
      tables.map(([name, rows]) => [name, rows.map((row) => this.#asInApi(row))]),
    );
  }

  #asInApi(row: Row): Row {
    const texts = Object.entries(row).map(([name, value]) => [name, textOf(value)]);
    return { chainId: this.#chain.id, ...(Object.fromEntries(texts) as Row) };
  }
}
