import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  inArray,
  lte,
  or,
  sql,
  type AnyPgColumn,
  type PgTable,
} from "ponder";
import type { Filter } from "./filter.ts";
import { checkpointOf } from "./heads.ts";
import type { BlockMark } from "./cursor.ts";
import type { LogReader } from "./log.ts";
import {
  chainHead,
  databaseSchema,
  indexedChain,
  onCommit,
  onShutdown,
  select,
  timeLimit,
} from "../ponder.ts";
import { blockEnd, blockStart, pointOf, type Position } from "./position.ts";
import {
  blockOf,
  originBlock,
  type BlockRef,
  type Checkpoint,
  type LogEvent,
  type Snapshot,
} from "./tail.ts";

/** The product's table of events: these columns, and any others. */
export type LogTable = PgTable &
  Readonly<Record<"id" | "chainId" | "blockNumber" | "blockHash" | "blockTimestamp", AnyPgColumn>>;

interface State {
  readonly ready: boolean;
  readonly head: Position;
  readonly finalized: Position;
}

/** After a start or a recovery: how long the indexer may stand still before what it has counts as all there is. */
const standstill = 1_000;

/** The newest event on a chain that will not be undone, out of Ponder's database. */
export async function newestFinal(
  table: LogTable,
  { chainId, finalized }: { chainId: number; finalized: Checkpoint },
): Promise<BlockRef | undefined> {
  const [event] = (await select((database) =>
    database
      .select()
      .from(table)
      .where(and(eq(table.chainId, chainId), lte(table.id, blockEnd({ chainId, ...finalized }))))
      .orderBy(desc(table.id))
      .limit(1),
  )) as unknown as LogEvent[];
  return event && blockOf(event);
}

/** Reads the log out of Ponder's database; each reading is one statement, so it sees one state. */
export function createLogReader(table: LogTable, chainId?: number): LogReader {
  const chain = indexedChain(chainId);
  const onChain = eq(table.chainId, chain.id);
  const schema = sql.identifier(databaseSchema());
  const systemTables = sql`${schema}."_ponder_checkpoint" c, ${schema}."_ponder_meta" m`;
  const ofThisChain = sql`c.chain_id = ${chain.id} and m.key = 'app'`;
  const state = {
    ready: sql<boolean>`(m.value ->> 'is_ready') = '1'`,
    head: sql<Position>`c.latest_checkpoint`,
    finalized: sql<Position>`c.finalized_checkpoint`,
  };

  /** The head that has to be reached before readings count: at the start the chain's own, later what was already read. */
  let behind: { target: number | undefined; head: number; since: number } | undefined = {
    target: undefined,
    head: -1,
    since: 0,
  };
  let newest: number | undefined;

  /**
   * Whether the indexer is where the chain, or this reader, already was. A restarted indexer takes back what is not
   * final and does it again, and that is not to be told as a reorganisation.
   */
  async function hasCaughtUp({ ready, head }: State): Promise<boolean> {
    const number = pointOf(head).number;
    if (newest !== undefined && (!ready || number < newest)) {
      behind ??= { target: newest, head: -1, since: 0 };
    }
    if (!ready) return false;
    if (!behind) return true;
    behind.target ??= await chainHead(chain.id);
    if (behind.head !== number) {
      behind.head = number;
      behind.since = Date.now();
    }
    if (number >= (behind.target ?? Infinity) || (await isStuck(behind))) {
      behind = undefined;
      return true;
    }
    return false;
  }

  /** Whether waiting is in vain: the chain is idle at the start, or has become shorter since. */
  async function isStuck(wait: { target: number | undefined; since: number }): Promise<boolean> {
    if (Date.now() - wait.since < standstill) return false;
    wait.since = Date.now();
    if (newest === undefined) return true;
    return ((await chainHead(chain.id)) ?? Infinity) < (wait.target ?? 0);
  }

  function rangeOf({ timestamp, number }: Pick<BlockRef, "timestamp" | "number">) {
    const point = { chainId: chain.id, timestamp, number };
    return and(gte(table.id, blockStart(point)), lte(table.id, blockEnd(point)));
  }

  async function read(known: BlockRef): Promise<Snapshot | undefined> {
    const intact =
      known.number === originBlock.number
        ? sql<boolean>`true`
        : sql<boolean>`exists (select 1 from ${table} where ${rangeOf(known)} and ${table.blockHash} = ${known.hash})`;
    // everybody waits for what a block brings
    const isUrgent = true;
    const rows = (await select(
      (database) =>
        database
          .select({ ...state, intact: sql<boolean>`${intact}`, event: table })
          .from(systemTables)
          .leftJoin(table, and(onChain, gt(table.id, known.end)))
          .where(ofThisChain)
          .orderBy(asc(table.id)),
      isUrgent,
    )) as unknown as (State & {
      intact: boolean;
      event: LogEvent | null;
    })[];
    const [first] = rows;
    if (!first || !(await hasCaughtUp(first))) return undefined;
    const head = checkpointOf(first.head);
    newest = head.number;
    return {
      head,
      finalized: checkpointOf(first.finalized),
      intact: first.intact,
      events: rows.flatMap(({ event }) => event ?? []),
    };
  }

  async function selectEvents(where: ReturnType<typeof and>, limit: number): Promise<LogEvent[]> {
    const rows = await select((database) =>
      database.select().from(table).where(and(onChain, where)).orderBy(asc(table.id)).limit(limit),
    );
    return rows as unknown as LogEvent[];
  }

  return {
    chainId: chain.id,
    read,

    async readFirst(keep) {
      const [found] = (await select((database) =>
        database.select(state).from(systemTables).where(ofThisChain),
      )) as State[];
      if (!found || !(await hasCaughtUp(found))) return undefined;
      const [row] = (await select((database) =>
        database
          .select()
          .from(table)
          .where(and(onChain, lte(table.id, blockEnd(pointOf(found.finalized)))))
          .orderBy(desc(table.id))
          .limit(1)
          .offset(keep),
      )) as unknown as LogEvent[];
      const floor = row ? blockOf(row) : originBlock;
      const snapshot = await read(floor);
      return snapshot?.intact ? { snapshot, floor } : undefined;
    },

    async state(transaction, limitMs) {
      const [found] = (await transaction
        .select({ ...state, limit: timeLimit(limitMs) })
        .from(systemTables)
        .where(ofThisChain)) as State[];
      const [event] = (await transaction
        .select()
        .from(table)
        .where(onChain)
        .orderBy(desc(table.id))
        .limit(1)) as unknown as LogEvent[];
      if (!found) throw new Error("The indexer has not begun yet.");
      return {
        head: checkpointOf(found.head),
        finalized: checkpointOf(found.finalized),
        last: event ? blockOf(event) : originBlock,
      };
    },

    page(after, upTo, filter, limit) {
      return selectEvents(
        and(gt(table.id, after), lte(table.id, upTo), conditionOf(filter)),
        limit,
      );
    },

    async find(marks) {
      if (marks.length === 0) return undefined;
      const { chainId, blockNumber, blockHash, blockTimestamp } = table;
      const found = await select((database) =>
        database
          .selectDistinct({ chainId, blockNumber, blockHash, blockTimestamp })
          .from(table)
          .where(and(onChain, or(...marks.map(rangeOf)))),
      );
      const blocks = (found as unknown as Parameters<typeof blockOf>[0][]).map((event) =>
        blockOf(event),
      );
      const isMeant = (mark: BlockMark) => (block: BlockRef) =>
        block.number === mark.number && block.hash.startsWith(`0x${mark.hash}`);
      for (const mark of marks) {
        const block = blocks.find(isMeant(mark));
        if (block) return block;
      }
      return undefined;
    },

    onChange(listener) {
      onShutdown(onCommit(listener));
    },
  };

  function conditionOf(filter: Filter): ReturnType<typeof and> {
    return and(
      ...filter.conditions.map((condition) =>
        or(
          ...condition.columns.map((name) =>
            inArray(Reflect.get(table, name) as AnyPgColumn, [...condition.values]),
          ),
        ),
      ),
    );
  }
}
