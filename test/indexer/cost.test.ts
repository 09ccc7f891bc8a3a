import { describe, expect, test } from "vitest";
import { readSettings } from "../../indexer/live/settings.ts";
import { costOf } from "./costs.ts";

const nested =
  "items { address savingsPositions(limit: 1000) { items { value { price { answer } } } } }";

describe("what a query costs", () => {
  test("is the same in whatever form it is written", () => {
    const forms: [query: string, variables?: Record<string, unknown>][] = [
      [`{ accounts(limit: 1000) { ${nested} } }`],
      [`query ($n: Int = 1000) { accounts(limit: $n) { ${nested} } }`],
      [`query ($n: Int) { accounts(limit: $n) { ${nested} } }`, { n: 1_000 }],
      [
        `query ($n: Int! = 1000) { accounts(limit: $n) { ...P } } fragment P on accountPage { ${nested} }`,
      ],
      [`{ accounts(limit: 1000) { ... on accountPage { ${nested} } } }`],
      [`{ a: accounts(limit: 1000) { b: ${nested} } }`],
      [`subscription { accounts(limit: 1000) { ${nested} } }`],
    ];
    const costs = forms.map(([query, variables]) => costOf(query, variables));
    expect(costs[0]).toBeGreaterThan(1_000_000);
    expect(new Set(costs).size).toBe(1);
  });

  test("counts pages that do not say how long they are, as long as they are", () => {
    expect(costOf("{ events { items { id } } }")).toBe(
      costOf("{ events(limit: 50) { items { id } } }"),
    );
    const query = "query ($n: Int) { events(limit: $n) { items { id } } }";
    expect(costOf(query)).toBe(costOf("{ events { items { id } } }"));
    expect(costOf(query, { n: null })).toBe(costOf("{ events { items { id } } }"));
  });

  test("counts each point of a history, and each time that a table is counted", () => {
    const history = (to: number) =>
      `{ account(chainId: 1, address: "0x${"1".repeat(40)}") { portfolioHistory(interval: HOUR, from: "0", to: "${to}") { start } } }`;
    expect(costOf(history(3_600 * 500)) - costOf(history(3_600 * 100))).toBe(400);
    expect(costOf("{ events { totalCount } }")).toBeGreaterThan(500);
  });

  test("of what the web app asks is far below what is allowed", () => {
    const portfolio = `{ account(chainId: 1, address: "0x${"1".repeat(40)}") { portfolio { value { assets usd price { answer } } parts { product value { assets } } } portfolioHistory(from: "0", to: "2592000") { start value { assets usd } } } }`;
    expect(costOf(portfolio)).toBeLessThan(readSettings({}).maxCost / 20);
  });
});
