import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EmbeddedIndex } from "../../scripts/indexer/embedded-index.ts";
import { root } from "../../scripts/paths.ts";

describe("an embedded index", () => {
  let parent: string;
  let folder: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "khipuvault-embedded-"));
    folder = join(parent, "world", "index");
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  /** An indexer that makes the folder and ends as it is told to. */
  async function indexed(
    script: string,
    meanwhile?: (indexer: ChildProcess, index: EmbeddedIndex) => void,
  ) {
    const index = new EmbeddedIndex(folder, "this version");
    const isDiscarded = index.discardFaulty() !== undefined;
    const indexer = spawn(process.execPath, ["-e", script]);
    index.entrust(indexer);
    mkdirSync(folder, { recursive: true });
    meanwhile?.(indexer, index);
    await once(indexer, "exit");
    return isDiscarded;
  }

  const faultNext = (id = "this version") => new EmbeddedIndex(folder, id).discardFaulty();
  const isDiscardedNext = (): boolean => faultNext() === "unfinished";

  it("is kept when its indexer had caught up and ended by itself", async () => {
    await indexed("", (_, index) => index.caughtUp());
    expect(isDiscardedNext()).toBe(false);
    expect(existsSync(folder)).toBe(true);
  });

  it("is thrown away when its indexer was killed, also after it had caught up", async () => {
    await indexed("setInterval(() => {}, 1_000)", (indexer, index) => {
      index.caughtUp();
      indexer.kill("SIGKILL");
    });
    expect(isDiscardedNext()).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });

  it("is thrown away when its indexer ended before it had caught up", async () => {
    await indexed("");
    expect(isDiscardedNext()).toBe(true);
  });

  it("is thrown away when its indexer ended with an error", async () => {
    await indexed("process.exit(75)", (_, index) => index.caughtUp());
    expect(isDiscardedNext()).toBe(true);
  });

  it("is thrown away when it is of another version, or of one that nobody knows", async () => {
    await indexed("", (_, index) => index.caughtUp());
    expect(faultNext()).toBeUndefined();
    expect(faultNext("the next version")).toBe("of another version");
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    rmSync(`${folder}.id`);
    expect(faultNext()).toBe("of another version");
  });

  it("has to catch up anew after each start", async () => {
    await indexed("", (_, index) => index.caughtUp());
    expect(await indexed("")).toBe(false);
    expect(isDiscardedNext()).toBe(true);
  });
});

describe("the folder of an embedded index", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "khipuvault-embedded-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is refused when it holds what is no index, and nothing in it is touched", () => {
    writeFileSync(join(folder, "cat.jpg"), "cat");
    expect(() => new EmbeddedIndex(folder, "this version").claim()).toThrow(
      `${folder} holds things that are no index`,
    );
    expect(existsSync(join(folder, "cat.jpg"))).toBe(true);
  });

  it("is one process's at a time", async () => {
    const index = join(folder, "index");
    new EmbeddedIndex(index, "this version").claim();
    const module = JSON.stringify(join(root, "scripts/indexer/embedded-index.ts"));
    const script = `const { EmbeddedIndex } = await import(${module}); new EmbeddedIndex(${JSON.stringify(index)}, "this version").claim();`;
    const other = spawn(process.execPath, ["--input-type=module", "-e", script]);
    let said = "";
    other.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await once(other, "close");
    expect(said).toContain(`Another indexer works in ${index}: stop it first`);
  });
});
