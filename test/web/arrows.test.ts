import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../web");

/** Each part of the app, and the parts that it may know. Everybody may know the client and the protocol. */
const allowed: Record<string, readonly string[]> = {
  design: [],
  language: [],
  config: [],
  live: [],
  transactions: ["language"],
  chain: ["config", "language", "transactions"],
  "features/transaction": ["chain", "config", "design", "language", "transactions"],
  "features/wallet": ["chain", "config", "design", "language", "transactions"],
  "features/activity": ["chain", "config", "design", "language", "live", "transactions"],
  "features/faucet": ["chain", "config", "design", "language", "features/transaction"],
  "features/savings": [
    "chain",
    "config",
    "design",
    "language",
    "live",
    "transactions",
    "features/transaction",
    "features/wallet",
  ],
  app: [
    "config",
    "design",
    "language",
    "features/activity",
    "features/faucet",
    "features/savings",
    "features/wallet",
  ],
};

const files = globSync("**/*.{ts,tsx}", { cwd: root }).filter((file) => file.includes("/"));

function partOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return first === "features" ? `${first}/${second}` : first;
}

/** The files of the app that a file imports, at once or later. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+\.tsx?)"/g)]
    .map(([, path = ""]) => relative(root, normalize(join(root, dirname(file), path))))
    .filter((path) => !path.startsWith(".."));
}

test("every part knows only the parts below it", () => {
  const wrong = files.flatMap((file) => {
    const part = partOf(file);
    return importsOf(file)
      .filter((found) => partOf(found) !== part && !allowed[part]?.includes(partOf(found)))
      .map((found) => `${file} imports ${found}`);
  });
  expect(wrong).toEqual([]);
});

test("no imports go in a circle", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error(`A circle: ${[...path, file].join(" -> ")}`);
    if (done.has(file)) return;
    for (const found of importsOf(file)) visit(found, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(done.size).toBe(files.length);
});
