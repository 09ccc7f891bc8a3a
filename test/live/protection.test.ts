import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { createPersistedOperations } from "../../indexer/live/operations/persisted.ts";
import { TokenBucket } from "../../indexer/live/limits/token-bucket.ts";
import { readSettings } from "../../indexer/live/settings.ts";
import { Semaphore } from "../../indexer/live/limits/semaphore.ts";

describe("a rate", () => {
  test("allows a burst, then so many a second", () => {
    vi.useFakeTimers();
    const rate = new TokenBucket(10, 2);
    const taken = (): number =>
      Array.from({ length: 100 }, () => rate.take()).filter(Boolean).length;
    expect(taken()).toBe(20);
    vi.advanceTimersByTime(500);
    expect(taken()).toBe(5);
    vi.useRealTimers();
  });
});

describe("turns", () => {
  test("let so many run, others wait, and turn away the rest", async () => {
    const turns = new Semaphore(2, 1);
    const ends: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => ends.push(resolve));
    const first = turns.run(work);
    const second = turns.run(work);
    const third = turns.run(work);
    await expect(turns.run(work)).rejects.toMatchObject({ extensions: { code: "BUSY" } });
    expect(ends).toHaveLength(2);
    ends[0]?.();
    await first;
    await vi.waitFor(() => {
      expect(ends).toHaveLength(3);
    });
    ends[1]?.();
    ends[2]?.();
    await Promise.all([second, third]);
    await turns.run(() => Promise.resolve());
  });

  test("come first for what is urgent, and in order for the rest", async () => {
    const turns = new Semaphore(1, Infinity);
    const order: string[] = [];
    const run = (name: string, isUrgent = false) =>
      turns.run(
        async () => {
          await Promise.resolve();
          order.push(name);
        },
        { isUrgent },
      );
    await Promise.all([run("first"), run("second"), run("third"), run("urgent", true)]);
    expect(order).toEqual(["first", "urgent", "second", "third"]);
  });

  test("go round those who wait, whatever each of them has in line", async () => {
    const turns = new Semaphore(1, Infinity);
    const order: string[] = [];
    const run = (who: string) =>
      turns.run(
        async () => {
          await Promise.resolve();
          order.push(who);
        },
        { who },
      );
    await Promise.all([run("a"), run("a"), run("a"), run("a"), run("b"), run("c"), run("b")]);
    expect(order).toEqual(["a", "a", "b", "c", "a", "b", "a"]);
  });

  test("are given back by work that fails", async () => {
    const turns = new Semaphore(1, 0);
    await expect(turns.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await turns.run(() => Promise.resolve("yes"))).toBe("yes");
  });
});

describe("persisted operations", () => {
  const query = "{ _meta { status } }";
  const sha256Hash = createHash("sha256").update(query).digest("hex");
  const documents = new Map([[sha256Hash, query]]);
  const byHash = (hash: string) => ({
    query: "",
    extensions: { persistedQuery: { version: 1, sha256Hash: hash } },
  });

  test("are found by their hash", () => {
    expect(createPersistedOperations(documents, false).documentOf(byHash(sha256Hash))).toBe(query);
  });

  test("that are not there are a named error", () => {
    expect(() => createPersistedOperations(documents, false).documentOf(byHash("00"))).toThrow(
      expect.objectContaining({ extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }),
    );
  });

  test("may be all that is allowed", () => {
    const list = createPersistedOperations(documents, true);
    expect(list.documentOf({ query })).toBe(query);
    expect(() => list.documentOf({ query: `${query} ` })).toThrow(
      expect.objectContaining({ extensions: { code: "OPERATION_NOT_ALLOWED" } }),
    );
  });
});

describe("settings", () => {
  test("that are wrong give one sentence with the variable's name", () => {
    expect(() => readSettings({ LIVE_MAX_DEPTH: "deep" })).toThrow(
      'LIVE_MAX_DEPTH is "deep": give a whole number of at least 1.',
    );
    expect(() => readSettings({ LIVE_PERSISTED_ONLY: "1" })).toThrow("LIVE_PERSISTED_FILE");
  });

  test("have defaults", () => {
    expect(readSettings({})).toMatchObject({ maxDepth: 20, origins: [] });
  });
});
