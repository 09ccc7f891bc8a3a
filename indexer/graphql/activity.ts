import type { GraphQLFieldResolver } from "graphql";
import { isHex } from "viem";
import { checkAddress, checkKnown, checkText } from "../live/operations/arguments.ts";
import { refused } from "../live/errors.ts";
import type { Context } from "./context.ts";
import { values } from "./event-filter.ts";
import { assertOrder } from "./steps.ts";

interface ActivityArguments {
  chainId?: number | null;
  products?: string[] | null;
  types?: string[] | null;
  account?: string | null;
  from?: bigint | null;
  to?: bigint | null;
  search?: string | null;
  limit?: number | null;
  before?: string | null;
  after?: string | null;
}

/** Answers `activity` by the generated field `events`, whose pages and cursors it shares. */
export function activityBy(
  events: GraphQLFieldResolver<unknown, Context>,
): GraphQLFieldResolver<unknown, Context> {
  return (source, args: ActivityArguments, context, info) =>
    events(source, { ...pageOf(args), ...whereOf(args) }, context, info);
}

function whereOf(args: ActivityArguments): object {
  const conditions = conditionsOf(args);
  return conditions.length === 0 ? {} : { where: { AND: conditions } };
}

function pageOf({ limit, before, after }: ActivityArguments) {
  return {
    orderBy: "id",
    orderDirection: "desc",
    limit: limit ?? undefined,
    before: before ?? undefined,
    after: after ?? undefined,
  };
}

function conditionsOf(args: ActivityArguments): object[] {
  const { chainId, products, types, account, from, to, search } = args;
  assertOrder({ from: from ?? null, to: to ?? null });
  if (products) checkKnown("products", products, values.known["product"] ?? []);
  if (types) checkKnown("types", types, values.known["type"] ?? []);
  if (account) checkAddress("account", account);
  if (search) checkText("search", search);
  const conditions: object[] = [];
  if (typeof chainId === "number") conditions.push({ chainId });
  if (products) conditions.push({ product_in: products });
  if (types) conditions.push({ type_in: types });
  if (account) conditions.push({ OR: [{ account }, { actor: account }] });
  if (typeof from === "bigint") conditions.push({ blockTimestamp_gte: from });
  if (typeof to === "bigint") conditions.push({ blockTimestamp_lt: to });
  if (search) conditions.push(found(search));
  return conditions;
}

/** Lengths in hexadecimal digits. */
const places = { transactionHash: 64, account: 40, actor: 40, contract: 40 } as const;

/** Hexadecimal text is looked for at the beginning of hashes and addresses, by their indexes; other text in types. */
function found(search: string): object {
  if (!isHex(search)) return { type_contains: search };
  const digits = search.slice(2).toLowerCase();
  if (digits.length > places.transactionHash) {
    throw refused(
      `\`search\` has ${digits.length} digits, and a hash has ${places.transactionHash}.`,
    );
  }
  return {
    OR: Object.entries(places)
      .filter(([, length]) => digits.length <= length)
      .map(([column, length]) => ({
        AND: [
          { [`${column}_gte`]: `0x${digits.padEnd(length, "0")}` },
          { [`${column}_lte`]: `0x${digits.padEnd(length, "f")}` },
        ],
      })),
  };
}
