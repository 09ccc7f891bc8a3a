import { describe, expect, it } from "vitest";
import { chainEndpoints, databaseFrom } from "../../indexer/environment.ts";

describe("where the indexer finds the chain", () => {
  it("takes several URLs and leaves those of providers as they are", () => {
    const { rpc, ws } = chainEndpoints({ KHIPU_RPC_URL: "https://a.example, https://b.example" });
    expect(rpc).toEqual(["https://a.example", "https://b.example"]);
    expect(ws).toBeUndefined();
  });

  it("repeats the URL of a local node, which needs no throttling", () => {
    expect(chainEndpoints({ KHIPU_RPC_URL: "http://127.0.0.1:8545" }).rpc).toHaveLength(25);
  });

  it.each([
    [
      { KHIPU_RPC_URL: "localhost:8545" },
      'KHIPU_RPC_URL is "localhost:8545": it must be a URL that begins with http:// or https://.',
    ],
    [
      { KHIPU_WS_URL: "http://127.0.0.1:8545" },
      'KHIPU_WS_URL is "http://127.0.0.1:8545": it must be a URL that begins with ws:// or wss://.',
    ],
    [{ KHIPU_POLLING_MS: "5" }, 'KHIPU_POLLING_MS is "5": it must be at least 100 (milliseconds).'],
  ])("refuses %o with one sentence", (env, message) => {
    expect(() => chainEndpoints(env)).toThrow(message);
  });
});

describe("where the indexer keeps its tables", () => {
  it("is a folder by default and PostgreSQL by DATABASE_URL", () => {
    expect(databaseFrom({})).toEqual({ kind: "pglite", directory: ".khipu/world/index" });
    expect(databaseFrom({ DATABASE_URL: "postgres://127.0.0.1/khipu" })).toEqual({
      kind: "postgres",
      connectionString: "postgres://127.0.0.1/khipu",
    });
  });

  it("refuses a DATABASE_URL that is none", () => {
    expect(() => databaseFrom({ DATABASE_URL: "mysql://x" })).toThrow(
      'DATABASE_URL is "mysql://x"',
    );
  });
});
