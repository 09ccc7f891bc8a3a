import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";

/** One digest over the names and contents of all files in these files and folders. */
export function digestOf(paths: string[]): string {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesIn).sort())
    hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/**
 * A digest of what a local deployment would put on a chain: the compiled contracts, whatever decides what they compile to
 * (sources, compiler, libraries, settings), and how they are deployed.
 */
export function contractsDigest(): string {
  const at = (path: string) => join(root, path);
  const hash = createHash("sha256");
  const compiled = ["artifacts/contracts", "artifacts/@openzeppelin", "artifacts/@chainlink"];
  const artifacts = compiled.flatMap((path) => filesIn(at(path)));
  for (const path of artifacts.filter((file) => file.endsWith(".json")).sort()) {
    const { bytecode } = JSON.parse(readFileSync(path, "utf8")) as { bytecode: string };
    hash.update(path.slice(root.length)).update("\0").update(bytecode).update("\0");
  }
  hash.update(
    digestOf(["ignition/modules", "ignition/parameters", "ignition/parameters.ts"].map(at)),
  );
  hash.update(digestOf(["protocol/vrf.ts", "scripts/local/vrf"].map(at)));
  return hash.digest("hex");
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
