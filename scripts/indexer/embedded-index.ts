import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../command.ts";
import { lockFile } from "../local/folder.ts";

/**
 * The folder of the embedded database, which knows no transactions: an indexer that is killed, or ends before it has caught up
 * with the chain, may leave half of something behind, and would go on from there. A file beside the folder tells such an
 * index from a whole one; it is thrown away at the next start, and made again from the chain.
 */
export class EmbeddedIndex {
  readonly #folder: string;
  readonly #mark: string;
  readonly #idFile: string;
  readonly #id: string;
  #hasCaughtUp = false;

  /** `id`: of what makes the index, see `indexId`. */
  constructor(folder: string, id: string) {
    this.#folder = folder;
    this.#mark = `${folder}.unfinished`;
    this.#idFile = `${folder}.id`;
    this.#id = id;
  }

  /** Makes sure that the folder is an index or nothing yet, and nobody else's while this process runs. */
  claim(): void {
    const isIndex = existsSync(join(this.#folder, "PG_VERSION"));
    if (existsSync(this.#folder) && !isIndex && readdirSync(this.#folder).length > 0) {
      throw new Failure(
        `${this.#folder} holds things that are no index: name an empty folder, or a new one, with KHIPU_INDEX_DIR.`,
      );
    }
    if (lockFile(`${this.#folder}.lock`)) return;
    throw new Failure(
      `Another indexer works in ${this.#folder}: stop it first, or name another folder with KHIPU_INDEX_DIR.`,
    );
  }

  /** Why the index cannot be gone on with; undefined when it can, or there is none. */
  get fault(): "unfinished" | "of another version" | undefined {
    if (!existsSync(this.#folder)) return undefined;
    if (existsSync(this.#mark)) return "unfinished";
    const isSame = existsSync(this.#idFile) && readFileSync(this.#idFile, "utf8") === this.#id;
    return isSame ? undefined : "of another version";
  }

  /** Throws away what cannot be gone on with, and says why. To be called before each start of an indexer. */
  discardFaulty(): EmbeddedIndex["fault"] {
    const { fault } = this;
    // what is left of one that was thrown away already, too
    if (fault !== undefined || existsSync(this.#mark)) {
      rmSync(this.#folder, { recursive: true, force: true });
    }
    return fault;
  }

  /** Until this indexer has caught up and then ended by itself, the index is unfinished. */
  entrust(indexer: ChildProcess): void {
    this.#hasCaughtUp = false;
    mkdirSync(dirname(this.#mark), { recursive: true });
    writeFileSync(this.#mark, "");
    writeFileSync(this.#idFile, this.#id);
    indexer.once("exit", (code) => {
      if (code === 0 && this.#hasCaughtUp) rmSync(this.#mark, { force: true });
    });
  }

  caughtUp(): void {
    this.#hasCaughtUp = true;
  }
}
