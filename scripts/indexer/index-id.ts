import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { rowsDigest } from "../../indexer/digest.ts";
import type { Deployment } from "../../protocol/deployment.ts";
import { root } from "../paths.ts";

/** Of all that decides what is in an index: sources, deployments, and the version of Ponder. An index of another id has to be made anew. */
export function indexId(deployments: readonly Deployment[]): string {
  const manifest = readFileSync(join(root, "node_modules/ponder/package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const made = [version, rowsDigest(), JSON.stringify(deployments)];
  return createHash("sha256").update(made.join("\n")).digest("hex");
}

/** Where the id of an index in PostgreSQL is written: a comment on a table of Ponder's, which goes with the schema. */
const tableIn = (schema: string) => `"${schema}"."_ponder_meta"`;

/** The id of the index in a schema; undefined where there is none, or nobody has said. */
export async function idInSchema(
  connectionString: string,
  schema: string,
): Promise<string | undefined> {
  return withDatabase(connectionString, async (database) => {
    const { rows } = await database.query<{ id: string | null }>(
      "SELECT obj_description(to_regclass($1), 'pg_class') AS id",
      [tableIn(schema)],
    );
    return rows[0]?.id ?? undefined;
  });
}

export async function writeIdInSchema(
  connectionString: string,
  schema: string,
  id: string,
): Promise<void> {
  await withDatabase(connectionString, (database) =>
    database.query(`COMMENT ON TABLE ${tableIn(schema)} IS '${id}'`),
  );
}

async function withDatabase<Result>(
  connectionString: string,
  work: (database: pg.Client) => Promise<Result>,
): Promise<Result> {
  const database = new pg.Client({ connectionString });
  await database.connect();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}
