import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, reasonOf } from "../command.ts";
import { root } from "../paths.ts";

/** In each folder that we may empty. */
const MARK = ".khipuvault";

/**
 * A folder of ours: made, marked as ours and locked, all before anything in it is touched. Throws when it holds what is
 * somebody else's, or when another process uses it. The lock is the operating system's, so that it ends with this process.
 */
export function claimFolder(folder: string, variable: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Failure(
      `${folder} cannot be used (${reasonOf(error)}): name another with ${variable}=<folder>.`,
    );
  }
  const mark = join(folder, MARK);
  const isOurs = existsSync(mark) || folder === join(root, ".khipu");
  if (!isOurs && readdirSync(folder).length > 0) {
    throw new Failure(
      `${folder} holds things that are not KhipuVault's: name an empty folder, or a new one, with ${variable}=<folder>.`,
    );
  }
  try {
    if (!existsSync(mark)) writeFileSync(mark, "KhipuVault makes and empties what is in here.\n");
  } catch (error) {
    throw new Failure(
      `${folder} cannot be written to (${reasonOf(error)}): name another with ${variable}=<folder>.`,
    );
  }
  const owner = join(folder, "process");
  if (!lockFile(join(folder, "lock"))) {
    const pid = existsSync(owner) ? ` (process ${readFileSync(owner, "utf8").trim()})` : "";
    throw new Failure(
      `What is in ${folder} already runs${pid}. Stop it first, or name a folder of its own with ${variable}=<folder>, and other ports.`,
    );
  }
  writeFileSync(owner, `${process.pid}\n`);
}

/** Does something that no other process may do at the same time; waits for its turn. */
export async function inTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
  let database = lockFile(file);
  for (; database === undefined; database = lockFile(file)) await sleep(100);
  try {
    return await work();
  } finally {
    database.close();
    locks.delete(database);
  }
}

/** Kept from being collected, which would unlock them. */
const locks = new Set<DatabaseSync>();

/** An exclusive lock of the operating system's on a file; undefined when another process has it. */
export function lockFile(file: string): DatabaseSync | undefined {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && !statSync(file).isFile()) throw new Failure(`${file} is no file.`);
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
    locks.add(database);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes("locked")) return undefined;
    throw error;
  }
}
