import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const own = dirname(fileURLToPath(import.meta.url));

/**
 * Of all sources that decide what is in a row: tables, handlers, and what these import, wherever it is. Ponder itself looks at
 * the first two only, and would go on with rows that an older helper has made.
 */
export function rowsDigest(folder = own): string {
  const files = new Set<string>();
  const waiting = [
    join(folder, "ponder.schema.ts"),
    join(folder, "../protocol/abis.generated.ts"),
    ...globSync(join(folder, "src/*.ts")),
  ];
  for (const file of waiting) {
    if (files.has(file)) continue;
    files.add(file);
    waiting.push(...importsOf(file));
  }
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    hash.update(`${relative(folder, file)}\n${readFileSync(file, "utf8")}\n`);
  }
  return hash.digest("hex");
}

/** The project's own files that a file imports. */
function importsOf(file: string): string[] {
  const imports = readFileSync(file, "utf8").matchAll(/\bfrom "(\.{1,2}\/[^"]+\.ts)"/g);
  return [...imports].map(([, path = ""]) => join(dirname(file), path));
}
