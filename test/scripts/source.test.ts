import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sourceOf } from "../../scripts/deploy/source.ts";

describe("The sources of a deployment", () => {
  const folder = mkdtempSync(join(tmpdir(), "khipuvault-source-"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@a", ...args], { cwd: folder });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("count as changed where nobody can tell", () => {
    expect(sourceOf(join(folder))).toEqual({ commit: null, changed: true });
  });

  it("are those of the commit until something that decides the contracts changes", () => {
    mkdirSync(join(folder, "contracts"));
    mkdirSync(join(folder, "web"));
    writeFileSync(join(folder, "contracts/Vault.sol"), "contract Vault {}");
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "First");
    const { commit, changed } = sourceOf(folder);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(changed).toBe(false);
    writeFileSync(join(folder, "web/page.tsx"), "");
    expect(sourceOf(folder)).toEqual({ commit, changed: false });
    writeFileSync(join(folder, "contracts/Vault.sol"), "contract Vault { uint256 public x; }");
    expect(sourceOf(folder)).toEqual({ commit, changed: true });
    git("checkout", "--quiet", "--", ".");
    writeFileSync(join(folder, "contracts/New.sol"), "contract New {}");
    expect(sourceOf(folder)).toEqual({ commit, changed: true });
  });
});
