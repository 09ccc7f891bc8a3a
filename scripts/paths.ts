import { renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** All that the local world writes: chain, index, logs, web build. Not under version control. */
export const stateFolder = pathFrom(process.env["KHIPU_STATE"]) ?? join(root, ".khipu");

/** A path that a person gave, from where the person was: npm runs everything from the repository. */
export function pathFrom(given: string | undefined): string | undefined {
  if (given === undefined || given === "") return undefined;
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), given);
}

/** A command that comes with the packages. */
export const binary = (name: string) => join(root, "node_modules", ".bin", name);

/** Writes a file so that whoever reads it, or is killed over it, finds the old one or the new one, never half of one. */
export function writeWhole(file: string, content: string): void {
  const beside = `${file}.${process.pid}.part`;
  writeFileSync(beside, content);
  renameSync(beside, file);
}
