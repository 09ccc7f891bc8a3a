import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Which folders each one may import from, as the table of docs/architecture.md says it. */
const allowed = new Map(
  [
    ...readFileSync(join(root, "docs/architecture.md"), "utf8").matchAll(
      /^\| `([\w-]+)\/` +\|[^|]*\|([^|]*)\|$/gm,
    ),
  ].map(([, folder = "", imports = ""]) => [
    folder,
    imports.includes("everything")
      ? undefined
      : [...imports.matchAll(/`([\w-]+)`/g)].map(([, name]) => name),
  ]),
);

const files = execFileSync("git", ["ls-files", "*.ts", "*.tsx"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file.includes("/"));

const folderOf = (file: string): string => file.split("/")[0] ?? "";

/** The project's files that a file imports, at once or later. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path = ""]) =>
    normalize(join(dirname(file), path)),
  );
}

test("every folder with code stands in the table of docs/architecture.md", () => {
  expect(allowed.size).toBeGreaterThan(5);
  const folders = new Set(files.map(folderOf));
  expect([...folders].filter((folder) => !allowed.has(folder))).toEqual([]);
});

test("every folder imports only from those that the table allows it", () => {
  const wrong = files.flatMap((file) => {
    const folders = allowed.get(folderOf(file));
    if (folders === undefined) return [];
    return importsOf(file)
      .filter((found) => found.includes("/"))
      .filter((found) => folderOf(found) !== folderOf(file) && !folders.includes(folderOf(found)))
      .map((found) => `${file} imports ${found}`);
  });
  expect(wrong).toEqual([]);
});
