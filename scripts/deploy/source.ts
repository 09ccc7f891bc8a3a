import { execFileSync } from "node:child_process";
import { join } from "node:path";
import hre from "hardhat";
import { Failure, reasonOf } from "../command.ts";
import { inTurn } from "../local/folder.ts";
import { root } from "../paths.ts";

/** What decides which contracts are deployed, and how. */
export const CONTRACT_SOURCES = [
  "contracts",
  "ignition",
  "hardhat.config.ts",
  "remappings.txt",
  "package-lock.json",
];

export interface Source {
  commit: string | null;
  /** Whether there is something that the commit does not have; also when nobody can tell. */
  changed: boolean;
}

/** The commit of the sources in a folder, and whether they are as it has them. */
export function sourceOf(folder: string): Source {
  const git = (...args: string[]) =>
    execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  try {
    const commit = git("rev-parse", "HEAD").trim();
    return { commit, changed: git("status", "--porcelain", "--", ...CONTRACT_SOURCES) !== "" };
  } catch {
    return { commit: null, changed: true };
  }
}

/** Compiles what has changed, so that what is deployed is what is in the sources. */
export async function compile(): Promise<void> {
  try {
    const build = hre.tasks.getTask("build");
    await inTurn(join(root, "cache", "compiling"), () => build.run({ noTests: true, quiet: true }));
  } catch (error) {
    throw new Failure(`The contracts do not compile: ${reasonOf(error)}`);
  }
}
