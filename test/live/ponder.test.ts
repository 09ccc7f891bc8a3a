import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ponder = join(import.meta.dirname, "../../node_modules/ponder");
const source = (path: string): string => readFileSync(join(ponder, "src", path), "utf8");

/** What indexer/live/ponder.ts takes from inside Ponder. When one of these fails, read that file again. */
describe("the inside of Ponder that the live layer stands on", () => {
  test("is that of version 0.17.7", () => {
    const manifest = JSON.parse(readFileSync(join(ponder, "package.json"), "utf8")) as {
      version: string;
    };
    expect(manifest.version).toBe("0.17.7");
  });

  test("has the file with the generated schema and its resolvers' context", () => {
    expect(existsSync(join(ponder, "dist/esm/graphql/index.js"))).toBe(true);
    expect(source("graphql/index.ts")).toContain("export function buildGraphQLSchema(");
    expect(source("graphql/index.ts")).toContain("export function buildDataLoaderCache(");
    expect(source("graphql/middleware.ts")).toContain(
      "return { qb: globalThis.PONDER_DATABASE.readonlyQB, getDataLoader }",
    );
  });

  test.each([
    "PONDER_COMMON: Common",
    "PONDER_NAMESPACE_BUILD: NamespaceBuild",
    'PONDER_INDEXING_BUILD: Pick<IndexingBuild, "chains" | "rpcs">',
    "PONDER_DATABASE: Database",
    "PONDER_PRE_BUILD: ",
  ])("declares the global %s", (declaration) => {
    expect(source("build/index.ts")).toContain(declaration);
  });

  test("announces each live block on the channel that is listened to", () => {
    expect(source("drizzle/onchain.ts")).toContain("return `${schema}_live_query`;");
  });

  test("makes the trigger behind its notifications anew when it takes rows back, and tells nobody", () => {
    expect(source("drizzle/onchain.ts")).toContain('return "live_query_notify";');
    for (const ordering of ["omnichain", "multichain", "isolated"]) {
      const reorg = source(`runtime/${ordering}.ts`).split('case "reorg": {')[1] ?? "";
      expect(reorg.split("case ")[0]).toContain("await dropLiveQueryTriggers(");
    }
  });

  test("keeps each chain in parts of the tables, named after them, where the chains are apart", () => {
    expect(source("drizzle/onchain.ts")).toContain("getTableName(table)}_${chainId}`;");
    expect(source("database/actions.ts")).toContain("eq(sql`chain_id`, chainId)");
    expect(source("bin/isolatedController.ts")).toContain("common.options.maxThreads === 1");
    expect(source("runtime/isolated.ts")).toContain("await database.userQB.transaction(");
  });

  test("keeps the checkpoints and the readiness where they are read", () => {
    const tables = source("database/index.ts");
    for (const name of ["_ponder_meta", "_ponder_checkpoint"])
      expect(tables).toContain(`"${name}"`);
    for (const column of ["latestCheckpoint", "finalizedCheckpoint", "chainId", "is_ready"]) {
      expect(tables).toContain(column);
    }
  });

  test("writes each block in one call of the transaction that the embedded database does not have", () => {
    expect(source("runtime/omnichain.ts")).toContain("await database.userQB.transaction(");
    expect(source("database/queryBuilder.ts")).toContain("callback(db)");
  });

  test("marks after each block what it wrote, and keeps a list of the tables that changed", () => {
    expect(source("runtime/omnichain.ts")).toContain(
      "commitBlock(tx, { table, checkpoint, preBuild }",
    );
    expect(source("database/actions.ts")).toContain('{ label: "commit_block" }');
    const tables = source("drizzle/onchain.ts");
    expect(tables).toContain('return "live_query_tables";');
    for (const ordering of ["omnichain", "multichain", "isolated"]) {
      const runtime = source(`runtime/${ordering}.ts`);
      expect(runtime).toContain(
        "`CREATE TEMP TABLE IF NOT EXISTS ${getLiveQueryTempTableName()} (",
      );
      expect(runtime).toContain("`TRUNCATE TABLE ${getLiveQueryTempTableName()}`");
    }
    expect(tables).toContain("`_reorg__${");
  });

  test("writes what it keeps of the chain through a builder of its own", () => {
    expect(source("database/index.ts")).toContain("syncQB: QB<");
    expect(source("sync-store/index.ts")).toContain(
      'qb.wrap(\n          { label: "insert_blocks" }',
    );
  });

  test("has a bundler that ends the process at SIGTERM, by a listener of this name", () => {
    const chunks = join(ponder, "node_modules/vite/dist/node/chunks");
    const listens = readdirSync(chunks).some((file) =>
      readFileSync(join(chunks, file), "utf8").includes("const closeServerAndExit = async"),
    );
    expect(listens).toBe(true);
  });

  test("tells the port of its HTTP server", () => {
    expect(source("server/index.ts")).toContain("common.metrics.port = apiBuild.port;");
  });
});
