import { isDeepStrictEqual } from "node:util";
import type { Hex } from "viem";
import { expect } from "vitest";
import { khipuVaultAbi, savingsPoolAbi } from "../../protocol/abis.generated.ts";
import { deployedAt } from "../../protocol/deployment.ts";
import { columnsOf } from "../../indexer/live/ponder.ts";
import * as schema from "../../indexer/ponder.schema.ts";
import { rowsOf, tableNames } from "../indexer/api-tables.ts";
import { type Answer, apiAt } from "../indexer/api.ts";
import { byContent } from "../indexer/by-content.ts";
import { type Log, readLogs } from "../indexer/oracle/log.ts";
import { isLogged, Oracle } from "../indexer/oracle/oracle.ts";
import type { Row } from "../indexer/oracle/row.ts";
import { Forks } from "./forks.ts";
import { noBlock } from "./history.ts";
import type { Product } from "./product.ts";

/** Tables with few rows, of all products, that change with almost every event. */
const polledTables = [
  ...["protocol", "account", "vault", "allocation", "savingsPool", "savingsPosition"],
  ...["cooperative", "cooperativeMember", "lotteryPool", "lotteryRound", "lotteryPlayer"],
  ...["circle", "circleMember", "price", "roleMember"],
];

/** One question about all of them, which has to be answered from one state. */
export const polled = `{
  newest: events(limit: 1, orderBy: "id", orderDirection: "desc") { totalCount items { blockHash } }
  ${polledTables
    .map((table) => {
      const columns = Object.keys(columnsOf(Reflect.get(schema, table) as object)).join(" ");
      return `${table}: ${table}s(limit: 300) { items { ${columns} } }`;
    })
    .join("\n")}
}`;

export type Polled = Readonly<Record<string, { readonly items: readonly Row[] }>> & {
  readonly newest: {
    readonly totalCount: number;
    readonly items: readonly { readonly blockHash: string }[];
  };
};

/** What the contracts themselves say at a block, asked while it is on the chain. */
type Reads = Readonly<Record<string, readonly (string | undefined)[]>>;

interface State {
  readonly logs: readonly Log[];
  readonly reads: Reads;
}

/** Of an index that has only begun. */
const nothing: State = { logs: [], reads: {} };

/** Every state that the product has had, on forks that are gone too. */
export class ProductHistory {
  readonly #product: Product;
  readonly #forks: Forks<State>;
  /** By the block of the last event that the index keeps; what has none of these does not change that. */
  readonly #byLastEvent = new Map<string, State[]>([[noBlock, [nothing]]]);
  readonly #tables = new Map<State, Record<string, Row[]>>();

  constructor(product: Product) {
    this.#product = product;
    this.#forks = new Forks<State>(product.client, nothing, (before, blockHash) =>
      this.#after(before, blockHash),
    );
  }

  /** To be called after each change of the chain. */
  record(): Promise<void> {
    return this.#forks.record();
  }

  /** Resolves when indexes have in every table what the logs of the chain make of it, while the chain goes on. */
  async untilEqualAt(apiUrls: readonly string[], withinMs: number): Promise<void> {
    const differing = async (): Promise<string[][]> => {
      // what is newest when an indexer starts, or comes back to the chain, comes with the next block
      await this.#product.mine(1);
      await this.record();
      return Promise.all(
        apiUrls.map((apiUrl) =>
          this.#differencesAt(apiUrl).catch((error: unknown) => [String(error)]),
        ),
      );
    };
    await expect
      .poll(differing, { timeout: withinMs, interval: 500 })
      .toEqual(apiUrls.map(() => []));
  }

  /** The tables in which an index differs from what the logs of the chain, as it is now, make of it. */
  async #differencesAt(apiUrl: string): Promise<string[]> {
    const expected = this.#tablesOf(this.#forks.newest);
    const differing: string[] = [];
    for (const table of tableNames()) {
      const rows = await rowsOf(apiAt(apiUrl), table);
      if (!isDeepStrictEqual(sorted(rows), sorted(expected[table] ?? []))) differing.push(table);
    }
    return differing;
  }

  /** Throws unless an answer was, in itself, one state that the chain has had. */
  assertHad({ data, extensions }: Answer<Polled>): void {
    const { block, lastEvent } = extensions.checkpoint;
    const states = this.#byLastEvent.get(lastEvent.hash) ?? [];
    const differences = states.map((state) => this.#differenceOf(data, state));
    if (differences.includes(undefined) && BigInt(block.number) >= BigInt(lastEvent.number)) return;
    throw new Error(
      `At block ${block.number} with the last event in ${lastEvent.hash} the index answered what the chain never had: ${differences.join("; ")}.`,
    );
  }

  #differenceOf(data: Polled, state: State): string | undefined {
    const { totalCount, items } = data.newest;
    const events = state.logs.filter(isLogged).length;
    if (totalCount !== events) return `${totalCount} events, not ${events}`;
    if (items[0]?.blockHash !== lastEventOf(state)) return "another last event";
    if (this.#isHalfDeployed(state)) return undefined;
    const tables = this.#tablesOf(state);
    for (const table of polledTables) {
      const rows = sorted(data[table]?.items ?? []);
      const expected = sorted(tables[table] ?? []);
      if (!isDeepStrictEqual(rows, expected)) {
        return `${table} is ${JSON.stringify(rows)}, not ${JSON.stringify(expected)}`;
      }
    }
    const reads = readsIn(data);
    for (const [name, values] of Object.entries(state.reads)) {
      if (!isDeepStrictEqual(reads[name] ?? ["0", "0"], values)) {
        return `${name} is ${String(reads[name])}, and by the contract ${String(values)}`;
      }
    }
    return undefined;
  }

  /** The second reader knows the product whole only. */
  #isHalfDeployed({ logs }: State): boolean {
    const { readyAt } = this.#product;
    const deployment = this.#forks.newest.logs.filter(({ blockNumber }) => blockNumber <= readyAt);
    return logs.length < deployment.length;
  }

  #tablesOf(state: State): Record<string, Row[]> {
    let tables = this.#tables.get(state);
    if (!tables) {
      tables = new Oracle(state.logs, this.#product.deployment.chainId).tables();
      this.#tables.set(state, tables);
    }
    return tables;
  }

  async #after(before: State, blockHash: Hex): Promise<State> {
    const { client, deployment } = this.#product;
    const logs = await readLogs(client, deployment, blockHash);
    if (logs.length === 0) return before;
    const isDeployed = logs.some(({ contract }) => contract === "SavingsPool");
    const reads =
      isDeployed || before.reads !== nothing.reads ? await this.#read(blockHash) : nothing.reads;
    const state = { logs: [...before.logs, ...logs], reads };
    const last = lastEventOf(state);
    if (last !== undefined) {
      const states = this.#byLastEvent.get(last) ?? [];
      this.#byLastEvent.set(last, [...states, state]);
    }
    return state;
  }

  async #read(blockHash: Hex): Promise<Reads> {
    const { client, deployment, people } = this.#product;
    const at = (name: string) => deployedAt(deployment, name).address;
    const savings = { address: at("SavingsPool"), abi: savingsPoolAbi, blockHash } as const;
    const vault = { address: at("KhipuVault"), abi: khipuVaultAbi, blockHash } as const;
    const totals = await client.readContract({ ...savings, functionName: "totals" });
    const supply = await client.readContract({ ...vault, functionName: "totalSupply" });
    const positions = people.map(async ({ address }) => {
      const args = [address] as const;
      const position = { ...savings, functionName: "positionOf", args } as const;
      const [shares, principal] = await client.readContract(position);
      return [address.toLowerCase(), [shares, principal].map(String)] as const;
    });
    return {
      totals: totals.map(String),
      supply: [String(supply)],
      ...Object.fromEntries(await Promise.all(positions)),
    };
  }
}

/** The block of the last event that the index keeps. */
function lastEventOf({ logs }: State): string | undefined {
  return logs.findLast(isLogged)?.blockHash;
}

function sorted(rows: readonly Row[]): Row[] {
  return rows.toSorted(byContent);
}

function readsIn(data: Polled): Reads {
  const text = (row: Row | undefined, column: string) => row?.[column]?.toString();
  const [pool] = data["savingsPool"]?.items ?? [];
  const positions = (data["savingsPosition"]?.items ?? []).map((row) => [
    String(text(row, "saver")),
    [text(row, "shares"), text(row, "principal")],
  ]);
  return {
    totals: [text(pool, "totalShares"), text(pool, "totalPrincipal")],
    supply: [text(data["vault"]?.items[0], "totalSupply")],
    ...(Object.fromEntries(positions) as Reads),
  };
}
