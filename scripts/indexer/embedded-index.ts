import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
  #hasCaughtUp = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#mark = `${folder}.unfinished`;
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

  /** Throws away what is not whole; true when there was such a thing. To be called before each start of an indexer. */
  discardUnfinished(): boolean {
    if (!existsSync(this.#mark)) return false;
    const wasThere = existsSync(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
    return wasThere;
  }

  /** Until this indexer has caught up and then ended by itself, the index is unfinished. */
  entrust(indexer: ChildProcess): void {
    this.#hasCaughtUp = false;
    mkdirSync(dirname(this.#mark), { recursive: true });
    writeFileSync(this.#mark, "");
    indexer.once("exit", (code) => {
      if (code === 0 && this.#hasCaughtUp) rmSync(this.#mark, { force: true });
    });
  }

  caughtUp(): void {
    this.#hasCaughtUp = true;
  }
}
