import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsDigest } from "../../indexer/digest.ts";
import { root } from "../../scripts/paths.ts";

describe("the digest of what decides the index's rows", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "khipuvault-digest-"));
    for (const part of ["indexer", "protocol"]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const digest = () => rowsDigest(join(folder, "indexer"));
  const isOtherAfter = (file: string): boolean => {
    const before = digest();
    appendFileSync(join(folder, file), "\n// changed\n");
    return digest() !== before;
  };

  test("is that of the same sources elsewhere", () => {
    expect(digest()).toBe(rowsDigest());
  });

  test.each([
    "indexer/ponder.schema.ts",
    "indexer/src/savings.ts",
    "indexer/accounts.ts",
    "indexer/periods.ts",
    "protocol/share-price.ts",
    "protocol/abis.generated.ts",
  ])("is another one after a change of %s", (file) => {
    expect(isOtherAfter(file)).toBe(true);
  });

  test.each(["indexer/graphql/now.ts", "indexer/live/stream/hub.ts", "indexer/src/api/index.ts"])(
    "is the same after a change of %s, which only reads",
    (file) => {
      expect(isOtherAfter(file)).toBe(false);
    },
  );
});
