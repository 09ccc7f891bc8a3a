import type { GraphQLArgument, GraphQLField, GraphQLObjectType } from "graphql";
import { values } from "../../indexer/graphql/event-filter.ts";
import { graphql } from "../../indexer/live/graphql.ts";
import type { Random } from "../../scripts/local/random.ts";
import { schema } from "./costs.ts";

const deepest = 5;

/** Makes valid queries of everything that the API has. */
export class RandomQuery {
  readonly #random: Random;
  readonly #chainId: number;
  readonly #addresses: readonly string[];
  #aliases = 0;

  constructor(random: Random, chainId: number, addresses: readonly string[]) {
    this.#random = random;
    this.#chainId = chainId;
    this.#addresses = addresses;
  }

  next(): string {
    const query = schema.getQueryType();
    if (!query) throw new Error("The schema has no Query.");
    this.#aliases = 0;
    return this.#selection(query, 0);
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields());
    const isPage = fields.some(({ name }) => name === "pageInfo");
    const wanted = this.#random.between(1, depth === 0 ? 3 : 4);
    const chosen = isPage
      ? fields.filter(({ name }) => name === "items" || this.#random.chance(0.15))
      : Array.from({ length: wanted }, () => this.#random.oneOf(fields));
    const parts = chosen.flatMap((field) => this.#field(field, depth) ?? []);
    return `{ ${parts.length > 0 ? parts.join(" ") : "__typename"} }`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string | undefined {
    const type = graphql.getNamedType(field.type);
    const isObject = graphql.isObjectType(type);
    if (isObject && depth === deepest) return undefined;
    const args = field.args.flatMap((argument) => {
      const value = this.#argument(argument);
      return value === undefined ? [] : `${argument.name}: ${value}`;
    });
    const given = args.length > 0 ? `(${args.join(", ")})` : "";
    // never twice the same name with other arguments
    const alias = args.length > 0 || isObject ? `a${++this.#aliases}: ` : "";
    return `${alias}${field.name}${given}${isObject ? ` ${this.#selection(type, depth + 1)}` : ""}`;
  }

  #argument({ name, type }: GraphQLArgument): string | undefined {
    const now = Math.floor(Date.now() / 1_000);
    if (name === "limit") return String(this.#random.oneOf([1, 5, 20, 100]));
    if (name === "from") return `"${now - this.#random.between(1, 900) * 3_600}"`;
    if (name === "to") return `"${now}"`;
    if (name === "interval" && graphql.isEnumType(graphql.getNamedType(type))) return "HOUR";
    if (name === "chainId") return String(this.#chainId);
    if (!graphql.isRequiredArgument({ name, type } as GraphQLArgument)) return undefined;
    const named = graphql.getNamedType(type);
    if (graphql.isEnumType(named)) return this.#random.oneOf(named.getValues()).name;
    if (named.name === "BigInt") return '"1"';
    if (named.name !== "String") return "1";
    if (name in values.hexDigits) return `"0x${"0".repeat(values.hexDigits[name] ?? 8)}"`;
    if (["poolId", "interval", "id"].includes(name)) return '"hour"';
    return `"${this.#random.oneOf(this.#addresses)}"`;
  }
}
