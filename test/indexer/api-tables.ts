import { columnsOf } from "../../indexer/live/ponder.ts";
import * as schema from "../../indexer/ponder.schema.ts";
import type { Api } from "./api.ts";
import type { Row } from "./oracle/row.ts";

const PAGE = 1_000;

/** The names of all tables. */
export function tableNames(): string[] {
  return Object.entries(schema)
    .filter(([name]) => !name.endsWith("Relations"))
    .map(([name]) => name);
}

/** All rows of a table with all their columns, as the API gives them. */
export async function rowsOf({ query }: Pick<Api, "query">, table: string): Promise<Row[]> {
  const columns = Object.keys(columnsOf(Reflect.get(schema, table) as object));
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const place: string = after === null ? "" : `, after: "${after}"`;
    interface Page {
      items: Row[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    }
    const { page }: { page: Page } = await query(
      `{ page: ${table}s(limit: ${PAGE}${place}) { items { ${columns.join(" ")} } pageInfo { hasNextPage endCursor } } }`,
    );
    rows.push(...page.items);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return rows;
}
