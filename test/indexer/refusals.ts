import { describe, expect, it } from "vitest";
import { deployedAt } from "../../protocol/deployment.ts";
import type { IndexedWorld } from "./indexed-world.ts";

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
}

const word = (text: string) => Buffer.from(text).toString("base64");

/** What cannot be answered, and what the answer says of it. */
const refused: readonly [query: string, sentence: string, variables?: object][] = [
  ["{ events(limit: -1) { items { id } } }", "`limit` is -1: it must be from 0 to 1000."],
  ["{ events(limit: 5000) { items { id } } }", "`limit` is 5000: it must be from 0 to 1000."],
  ["{ events(offset: -1) { items { id } } }", "`offset` is -1"],
  ['{ events(orderBy: "nothing") { items { id } } }', '`orderBy` is "nothing", which is no column'],
  ['{ events(orderBy: "subject") { items { id } } }', '`orderBy` is "subject", which has no order'],
  ['{ events(orderBy: "args") { items { id } } }', '`orderBy` is "args"'],
  ['{ accounts(orderBy: "lastSeen") { items { address } } }', '`orderBy` is "lastSeen"'],
  [
    '{ events(orderDirection: "sideways") { items { id } } }',
    '`orderDirection` is "sideways": it must be "asc" or "desc".',
  ],
  ['{ events(after: "x") { items { id } } }', "`after` is not a cursor of this list"],
  [
    `{ events(before: "${word('{"json":{"id":5}}')}") { items { id } } }`,
    "`before` is not a cursor",
  ],
  [
    `{ events(after: "${word('{"json":{"id":"1","chainId":null}}')}") { items { id } } }`,
    "`after` is not a cursor",
  ],
  ['{ events(after: "", before: "") { items { id } } }', "Give `after` or `before`, not both."],
  ['{ events(after: "x", offset: 2) { items { id } } }', "Give `offset` or a cursor, not both."],
  ["{ events(where: { type_in: [] }) { items { id } } }", "`type_in` lists no value"],
  [
    "{ events(where: { type_in: [null] }) { items { id } } }",
    "`type_in` may not have null in its list.",
  ],
  [
    '{ events(where: { type: "DepositMad" }) { items { id } } }',
    '`type` is "DepositMad": it must be one of ',
  ],
  ["{ events(where: { OR: [] }) { items { id } } }", "`OR` lists no condition"],
  ["{ events(where: { OR: [{}] }) { items { id } } }", "`OR` has an empty condition"],
  [
    '{ events(where: { account: "nonsense" }) { items { id } } }',
    '`account` is "nonsense": it must be 0x and 40',
  ],
  ['{ events(where: { subject: "a\\u0000b" }) { items { id } } }', "`subject` has a NUL character"],
  [
    '{ account(chainId: 31337, address: "nonsense") { principal } }',
    '`address` is "nonsense": it must be 0x and 40',
  ],
  ['{ account(chainId: 31337, address: "0x12") { principal } }', '`address` is "0x12"'],
  [
    '{ activity(types: ["DepositMad"]) { items { id } } }',
    '`types` has "DepositMad": it must be one of ',
  ],
  ["{ activity(types: []) { items { id } } }", "`types` lists no value"],
  ['{ activity(products: ["bank"]) { items { id } } }', '`products` has "bank"'],
  ['{ activity(from: "5", to: "4") { items { id } } }', "`from` is 5, after `to`, which is 4"],
  ['{ activity(account: "me") { items { id } } }', '`account` is "me": it must be an address'],
  [`{ activity(search: "0x${"a".repeat(65)}") { items { id } } }`, "`search` has 65 digits"],
  [
    '{ protocolHistory(chainId: 31337, from: "5", to: "4") { start } }',
    "`from` is 5, after `to`, which is 4",
  ],
  ['{ protocolHistory(chainId: 31337, from: "-5", to: "4") { start } }', "`from` is -5"],
  [
    '{ protocolHistory(chainId: 31337, interval: HOUR, from: "0", to: "9999999999") { start } }',
    "more than 1000 points apart",
  ],
  [
    '{ poolHistory(chainId: 31337, contract: "pool", from: "0", to: "4") { start } }',
    '`contract` is "pool": it must be an address',
  ],
  ["{ leaderboard(chainId: 31337, by: WINNERS, limit: 0) { rank } }", "`limit` is 0"],
  [
    "query ($n: Int) { events(limit: $n) { items { id } } }",
    "Int cannot represent non-integer value",
    { n: "many" },
  ],
  [
    "query ($n: BigInt!) { activity(from: $n) { items { id } } }",
    "A BigInt is a whole number",
    { n: "" },
  ],
];

/** What may look wrong and is not. */
const answered: readonly [query: string, variables?: object][] = [
  ["{ events(limit: 0) { items { id } totalCount } }"],
  [
    "{ events(limit: 1000, orderBy: null, orderDirection: null, after: null, where: null) { items { id } } }",
  ],
  ["{ events(where: { subject: null, type_in: null, OR: null }) { items { id } } }"],
  ['{ activity(types: null, from: "4", to: "4") { items { id } } }'],
  ['{ events(where: { account_starts_with: "0xab" }) { items { id } } }'],
  ["query ($n: Int) { events(limit: $n) { items { id } } }", { n: null, other: "not asked for" }],
];

/** Every no is a clear one: which argument, and what is allowed. */
export function describeRefusals(worldOf: () => IndexedWorld): void {
  async function ask(query: string, variables: object = {}, accept = "application/json") {
    const response = await fetch(worldOf().api, {
      method: "POST",
      headers: { accept, "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    return response.text();
  }

  describe("the API, asked for what it cannot answer", () => {
    it.each(refused)("refuses %s", async (query, sentence, variables) => {
      const { errors, data } = JSON.parse(await ask(query, variables)) as Answer;
      expect(errors?.[0]?.message).toContain(sentence);
      expect(errors?.[0]?.extensions?.code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
      expect(data ?? {}).not.toMatchObject({ events: { items: [] } });
    });

    it.each(answered)("answers %s", async (query, variables) => {
      expect((JSON.parse(await ask(query, variables)) as Answer).errors).toBeUndefined();
    });

    it.each([
      ['{ type: ["DepositMad"] }', '`type` is \\"DepositMad\\": it must be one of '],
      ["{ type: [] }", "`type` lists no value: leave it out for all."],
      ['{ product: ["bank"] }', "`product` is"],
      ['{ account: ["me"] }', "`account` is"],
    ])("does not let a stream wait for %s for ever", async (where, sentence) => {
      const text = await ask(
        `subscription { events(where: ${where}) { kind } }`,
        {},
        "text/event-stream",
      );
      expect(text).toContain("BAD_USER_INPUT");
      expect(text).toContain(sentence);
    });

    it("does not take a stream that may be left out for one", async () => {
      const query = "subscription { events @skip(if: true) { kind } other: events { kind } }";
      expect(await ask(query, {}, "text/event-stream")).toMatch(/BAD_REQUEST|VALIDATION/);
      const single = "subscription { events @include(if: false) { kind } }";
      expect(await ask(single, {}, "text/event-stream")).toContain("drop @skip and @include");
    });

    it("gives every row once, page by page, in every order that it allows", async () => {
      const contract = deployedAt(worldOf().deployment, "SavingsPool").address;
      for (const direction of ["asc", "desc"]) {
        const seen: string[] = [];
        let after = "null";
        for (;;) {
          const { data } = JSON.parse(
            await ask(
              `{ events(orderBy: "type", orderDirection: "${direction}", limit: 7, after: ${after}, where: { contract: "${contract}" }) { items { id } pageInfo { hasNextPage endCursor } totalCount } }`,
            ),
          ) as { data: { events: Page } };
          const { items, pageInfo, totalCount } = data.events;
          seen.push(...items.map(({ id }) => id));
          after = JSON.stringify(pageInfo.endCursor);
          if (pageInfo.hasNextPage) continue;
          expect(seen).toHaveLength(totalCount);
          break;
        }
        expect(new Set(seen).size).toBe(seen.length);
      }
    });

    it("means by OR one of its conditions as a whole", async () => {
      const count = async (where: string) => {
        const text = await ask(`{ events(where: ${where}) { totalCount } }`);
        return (JSON.parse(text) as { data: { events: Page } }).data.events.totalCount;
      };
      const both = await count('{ type: "DepositMade", product: "savings" }');
      expect(both).toBeGreaterThan(0);
      expect(await count('{ OR: [{ type: "DepositMade", product: "savings" }] }')).toBe(both);
      expect(await count('{ OR: [{ type: "DepositMade", product: "vault" }] }')).toBe(0);
    });
  });
}

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly totalCount: number;
}
