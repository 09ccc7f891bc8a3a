import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { CursorStore } from "./cursor-store.ts";

/**
 * A file whose content is always whole: what was written before, or what was written last, whenever the process is killed. Who keeps a cursor and what its
 * messages have led to in one such file handles each message exactly once.
 */
export interface AtomicFile<Content> {
  /** Undefined when nothing was written yet. Throws where the file is not JSON. */
  read(): Content | undefined;
  /** Anything that JSON can hold. */
  write(content: Content): void;
}

export function atomicFile<Content>(path: string): AtomicFile<Content> {
  const beside = `${path}.new`;
  return {
    read() {
      try {
        return JSON.parse(readFileSync(path, "utf8")) as Content;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    write(content) {
      synced(beside, "w", (file) => writeFileSync(file, JSON.stringify(content)));
      renameSync(beside, path);
      // the new name itself has to last; Windows knows no such thing
      if (process.platform !== "win32") synced(dirname(path), "r", () => undefined);
    },
  };
}

/** Keeps the cursor in a file. */
export function fileCursorStore(path: string): CursorStore {
  const file = atomicFile<{ cursor: string }>(path);
  return {
    load: () => file.read()?.cursor,
    save: (cursor) => {
      file.write({ cursor });
    },
  };
}

/** For the client's option `persisted`, when all of its documents are on the server's list. */
export function sha256(document: string): string {
  return createHash("sha256").update(document).digest("hex");
}

function synced(path: string, flags: "w" | "r", work: (file: number) => unknown): void {
  const file = openSync(path, flags);
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
