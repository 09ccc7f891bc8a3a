import type { GraphQLField, GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema } from "graphql";
import { graphql } from "../live/graphql.ts";
import type { FieldCost } from "../live/operations/query-cost.ts";
import type { account, circle, circleMember, lotteryPool, protocol } from "../ponder.schema.ts";
import { activityBy } from "./activity.ts";
import { chains } from "./chains.ts";
import type { Context } from "./context.ts";
import { definitions } from "./definitions.ts";
import { poolHistory, portfolioHistory, protocolHistory } from "./history.ts";
import { leaderboard } from "./leaderboard.ts";
import { odds, prize } from "./lottery.ts";
import { nowOf, type Vault } from "./now.ts";
import { mostPointsOf, type Span } from "./steps.ts";
import { portfolio, positions, valueOfMember } from "./portfolio.ts";
import { vaultProjection, vaultTvl, vaultYield } from "./vault.ts";

/** What each generated type is, and each of its fields. */
export type Descriptions = Readonly<
  Record<string, { description: string; fields: Readonly<Record<string, string>> }>
>;

/** A field that is made by hand: what answers it, and the database's tables that it reads. */
interface Made {
  tables: readonly string[];
  /** What it costs beside the objects that it gives: see `costOf`. */
  cost: FieldCost;
  resolve: GraphQLFieldResolver<never, Context, never>;
}

/** What things are worth changes with every block. */
const worth = ["_ponder_checkpoint", "vault", "price"];
const history = [...worth, "vault_period"];
const places = [
  ...worth,
  "savings_position",
  "cooperative_member",
  "lottery_player",
  "lottery_pool",
  "circle_member",
  "circle",
];

interface Shares {
  chainId: number;
  shares: bigint;
}

interface Totals {
  chainId: number;
  totalShares: bigint;
}

type Row<Table extends { $inferSelect: unknown }> = Table["$inferSelect"];

/** A statement takes as long as about five objects. */
const statements = (count: number): FieldCost => ({ own: () => 5 * count });

/** What an answer needs of the vault it reads once. */
const fromMemory = statements(0);

const pointsOf = (count: number): FieldCost => ({
  own: () => 5 * count,
  rows: (args) => mostPointsOf(args as unknown as Span),
});

const valueOfShares: Made = {
  tables: worth,
  cost: fromMemory,
  resolve: async ({ chainId, shares }: Shares, _args, context) => {
    const now = await nowOf(context, chainId);
    return now.value(now.worth(shares));
  },
};

const valueOfPool: Made = {
  tables: worth,
  cost: fromMemory,
  resolve: async ({ chainId, totalShares }: Totals, _args, context) => {
    const now = await nowOf(context, chainId);
    return now.value(now.worth(totalShares));
  },
};

function madeFields(events: GraphQLFieldResolver<unknown, Context>): Record<string, Made> {
  return {
    "Meta.chains": {
      tables: ["_ponder_checkpoint", "event"],
      cost: statements(3),
      resolve: (_meta, _args, context) => chains(context),
    },
    "account.positions": {
      tables: places,
      cost: statements(4),
      resolve: (row: Row<typeof account>, _args, context) => positions(context, row),
    },
    "account.portfolio": {
      tables: places,
      cost: statements(4),
      resolve: (row: Row<typeof account>, _args, context) => portfolio(context, row),
    },
    "account.portfolioHistory": {
      tables: [...history, "account_hour", "pool_period"],
      cost: pointsOf(2),
      resolve: (row: Row<typeof account>, span: Span, context) =>
        portfolioHistory(context, row, span),
    },
    "vault.tvl": {
      tables: worth,
      cost: fromMemory,
      resolve: (row: Vault, _args, context) => vaultTvl(context, row.chainId),
    },
    "vault.worth": {
      tables: worth,
      cost: fromMemory,
      resolve: async ({ chainId }: Vault, { shares }: { shares: bigint }, context) => {
        const now = await nowOf(context, chainId);
        return now.value(now.worth(shares));
      },
    },
    "vault.yieldNow": {
      tables: history,
      cost: statements(1),
      resolve: (row: Vault, _args, context) => vaultYield(context, row.chainId),
    },
    "vault.projection": {
      tables: history,
      cost: statements(1),
      resolve: (row: Vault, args: { assets: bigint; days: number }, context) =>
        vaultProjection(context, row.chainId, args),
    },
    "savingsPosition.value": valueOfShares,
    "cooperativeMember.value": valueOfShares,
    "circleMember.value": {
      tables: worth,
      cost: statements(1),
      resolve: (row: Row<typeof circleMember>, _args, context) => valueOfMember(context, row),
    },
    "circle.tvl": {
      tables: worth,
      cost: fromMemory,
      resolve: async ({ chainId, cash, shares }: Row<typeof circle>, _args, context) => {
        const now = await nowOf(context, chainId);
        return now.value(cash + now.worth(shares));
      },
    },
    "savingsPool.tvl": valueOfPool,
    "cooperative.tvl": valueOfPool,
    "lotteryPool.tvl": valueOfPool,
    "lotteryPool.prize": {
      tables: [...worth, "lottery_round"],
      cost: statements(1),
      resolve: (row: Row<typeof lotteryPool>, _args, context) => prize(context, row),
    },
    "lotteryPool.odds": {
      tables: ["_ponder_checkpoint", "lottery_round", "lottery_player"],
      cost: statements(2),
      resolve: (
        row: Row<typeof lotteryPool>,
        args: { account?: string | null; tickets: bigint },
        context,
      ) => odds(context, row, args),
    },
    "protocol.tvl": {
      tables: worth,
      cost: fromMemory,
      resolve: (row: Row<typeof protocol>, _args, context) => vaultTvl(context, row.chainId),
    },
    "protocol.yieldNow": {
      tables: history,
      cost: statements(1),
      resolve: (row: Row<typeof protocol>, _args, context) => vaultYield(context, row.chainId),
    },
    "Query.activity": { tables: ["event"], cost: fromMemory, resolve: activityBy(events) },
    "Query.leaderboard": {
      tables: ["account", ...worth],
      cost: { ...statements(1), rows: ({ limit }) => Number(limit) },
      resolve: (_source, args: Parameters<typeof leaderboard>[1], context) =>
        leaderboard(context, args),
    },
    "Query.protocolHistory": {
      tables: [...history, "protocol_period"],
      cost: pointsOf(6),
      resolve: (_source, { chainId, ...span }: Span & { chainId: number }, context) =>
        protocolHistory(context, chainId, span),
    },
    "Query.poolHistory": {
      tables: [...history, "pool_period"],
      cost: pointsOf(7),
      resolve: (
        _source,
        args: Span & { chainId: number; contract: string; poolId: string },
        context,
      ) => poolHistory(context, args, args),
    },
  };
}

/** Adds the product's own fields to the schema that is generated from the tables, and says what each field is. */
export function extend(generated: GraphQLSchema, descriptions: Descriptions): GraphQLSchema {
  const schema = graphql.extendSchema(generated, graphql.parse(definitions));
  const events = fieldOf(schema, "Query", "events").resolve;
  if (!events) throw new Error("The generated field `events` has no resolver.");
  const made = madeFields(events as GraphQLFieldResolver<unknown, Context>);
  for (const [name, { tables, cost, resolve }] of Object.entries(made)) {
    const [type = "", field = ""] = name.split(".");
    const target = fieldOf(schema, type, field);
    target.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
    target.extensions = { tables, cost };
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!graphql.isObjectType(type) || type.name.startsWith("__")) continue;
    const known = descriptions[type.name];
    if (known !== undefined) type.description = known.description;
    for (const field of Object.values(type.getFields())) {
      field.description ??= known?.fields[field.name];
      // What a made field gives is read with it.
      if (generated.getType(type.name) === undefined) field.extensions = { tables: [] };
    }
  }
  return schema;
}

function fieldOf(
  schema: GraphQLSchema,
  type: string,
  field: string,
): GraphQLField<unknown, unknown> {
  const found = (schema.getType(type) as GraphQLObjectType | undefined)?.getFields()[field];
  if (!found) throw new Error(`The schema has no field ${type}.${field}.`);
  return found;
}
