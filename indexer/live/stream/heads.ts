import { sql } from "ponder";
import { databaseSchema, indexedChains, reverts, select } from "../ponder.ts";
import { pointOf, type Position } from "./position.ts";
import type { Checkpoint } from "./tail.ts";

/** How far the index of one chain is. */
export interface ChainHead {
  readonly chainId: number;
  readonly name: string;
  readonly head: Checkpoint;
  readonly finalized: Checkpoint;
}

interface Reading {
  readonly chains: readonly ChainHead[];
  /** Another one after each block, on any chain. */
  readonly heads: string;
  /** Another one after rows have been taken back, on any chain, and after a start of the indexer. */
  readonly reverts: string;
}

/** What has happened between two looks. */
export interface Moves {
  readonly hasMoved: boolean;
  /** Rows may have been taken back, of which nobody is notified. */
  readonly hasReverted: boolean;
}

/** How far the index of each chain is; knows what a notification may have kept silent about. */
export class Heads {
  #reading: Reading | undefined;

  /** Of each chain, while old blocks are read too; empty before the first look. */
  get chains(): readonly ChainHead[] {
    return this.#reading?.chains ?? [];
  }

  async look(): Promise<Moves> {
    const before = this.#reading;
    const now = await read();
    this.#reading = now;
    return {
      hasMoved: before?.heads !== now.heads,
      hasReverted: before?.reverts !== now.reverts,
    };
  }
}

async function read(): Promise<Reading> {
  const schema = sql.identifier(databaseSchema());
  // what is shown live waits for it
  const isUrgent = true;
  const rows = (await select(
    (database) =>
      database
        .select({
          chainId: sql<string>`c.chain_id`,
          head: sql<Position>`c.latest_checkpoint`,
          finalized: sql<Position>`c.finalized_checkpoint`,
          reverts: sql<string>`${reverts()}`,
        })
        .from(sql`${schema}."_ponder_checkpoint" c`)
        .orderBy(sql`c.chain_id`),
    isUrgent,
  )) as { chainId: string; head: Position; finalized: Position; reverts: string }[];
  const names = new Map(indexedChains().map(({ id, name }) => [id, name]));
  return {
    chains: rows.map(({ chainId, head, finalized }) => ({
      chainId: Number(chainId),
      name: names.get(Number(chainId)) ?? chainId,
      head: checkpointOf(head),
      finalized: checkpointOf(finalized),
    })),
    heads: rows.map(({ head }) => head).join(),
    reverts: rows[0]?.reverts ?? "",
  };
}

export function checkpointOf(position: Position): Checkpoint {
  const { number, timestamp } = pointOf(position);
  return { number, timestamp };
}
