import type {
  FieldNode,
  GraphQLArgument,
  GraphQLField,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLScalarType,
  GraphQLSchema,
  SelectionSetNode,
} from "graphql";
import { refused } from "../errors.ts";
import { graphql } from "../graphql.ts";
import { columnsOf, tableName, type Column } from "../ponder.ts";

/** What a column's values may be, where its type does not say. */
export interface Values {
  /** How many hexadecimal digits columns have, by name; where it is not said 40, as an address. `undefined`: any number. */
  readonly hexDigits: Readonly<Record<string, number | undefined>>;
  /** All values that a column of the log can have, by name. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

interface Table {
  readonly columns: Readonly<Record<string, Column>>;
  readonly key: readonly string[];
  readonly values: Values;
}

interface PageArguments {
  readonly where?: Where | null;
  readonly orderBy?: string | null | undefined;
  readonly orderDirection?: string | null;
  readonly before?: string | null;
  readonly after?: string | null;
  readonly limit?: number | null;
  readonly offset?: number | null;
}

type Where = Readonly<Record<string, unknown>>;

/** How many rows a page has when its `limit` does not say, and at most. */
export const usualPage = 50;
export const largestPage = 1_000;

/**
 * Checks what the generated fields are given before Ponder gets it, which answers much of what it does not understand with an
 * empty list or the database's own words. Mends what it understands otherwise than it says.
 */
export function guardArguments(
  schema: GraphQLSchema,
  tables: Readonly<Record<string, unknown>>,
  values: Values,
): void {
  const queries = schema.getQueryType()?.getFields() ?? {};
  const guarded = new Map<string, Table>();
  for (const [name, table] of Object.entries(tables)) {
    const single = queries[name];
    if (tableName(table) === undefined || !single) continue;
    const columns = columnsOf(table as object);
    const known = { columns, key: single.args.map((argument) => argument.name), values };
    guarded.set(`${name}Page`, known);
    guardSingle(single, schema.getType(name) as GraphQLObjectType, known);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!graphql.isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const table = guarded.get(graphql.getNamedType(field.type).name);
      const { resolve } = field;
      if (!table || !resolve) continue;
      field.resolve = (source, args: PageArguments, context, info) => {
        const isCounted = asksFor("totalCount", info.fieldNodes, info.fragments);
        const seen = { ...info, fieldNodes: isCounted ? counting : [] };
        return resolve(source, checkedPage(args, table, isCounted), context, seen);
      };
    }
  }
  const bigInt = schema.getType("BigInt");
  if (graphql.isScalarType(bigInt)) readStrictly(bigInt);
}

function guardSingle(
  field: GraphQLField<unknown, unknown>,
  type: GraphQLObjectType,
  { columns, values }: Table,
): void {
  const { resolve } = field;
  if (!resolve) return;
  for (const argument of field.args as GraphQLArgument[]) {
    const column = type.getFields()[argument.name]?.type;
    // Ponder takes whole numbers in a key of several columns for fractions
    if (graphql.isInputType(column)) argument.type = column;
  }
  field.resolve = (source, args: Where, context, info) => {
    for (const [name, value] of Object.entries(args)) {
      const column = columns[name];
      if (column) checkValue(name, name, column, value, values);
    }
    return resolve(source, args, context, info);
  };
}

/** A BigInt is a whole number: not the 0 that JavaScript makes of nothing at all. */
function readStrictly(type: GraphQLScalarType): void {
  const read = (value: unknown): bigint => {
    const isWhole =
      typeof value === "string" ? /^-?\d{1,78}$/.test(value) : Number.isSafeInteger(value);
    if (!isWhole) throw refused("A BigInt is a whole number of at most 78 digits, as a string.");
    return BigInt(value as string | number);
  };
  type.parseValue = read;
  type.parseLiteral = (node) => {
    if (node.kind !== graphql.Kind.STRING && node.kind !== graphql.Kind.INT) return read(undefined);
    return read(node.value);
  };
}

/** All that Ponder wants to see of a selection: whether it has this field, which it does not find in fragments. */
const counting = [
  {
    kind: graphql.Kind.FIELD,
    name: { kind: graphql.Kind.NAME, value: "totalCount" },
    selectionSet: {
      kind: graphql.Kind.SELECTION_SET,
      selections: [
        { kind: graphql.Kind.FIELD, name: { kind: graphql.Kind.NAME, value: "totalCount" } },
      ],
    },
  },
] as const satisfies readonly FieldNode[];

function asksFor(
  name: string,
  nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  fragments: GraphQLResolveInfo["fragments"],
): boolean {
  return nodes.some(({ selectionSet }) =>
    selectionSet?.selections.some((selection) => {
      if (selection.kind === graphql.Kind.FIELD) return selection.name.value === name;
      const inside =
        selection.kind === graphql.Kind.FRAGMENT_SPREAD
          ? fragments[selection.name.value]
          : selection;
      return inside !== undefined && asksFor(name, [inside], fragments);
    }),
  );
}

function checkedPage(args: PageArguments, table: Table, isCounted: boolean): PageArguments {
  const limit = args.limit ?? usualPage;
  if (limit < 0 || limit > largestPage) {
    throw refused(`\`limit\` is ${limit}: it must be from 0 to ${largestPage}.`);
  }
  const offset = args.offset ?? 0;
  if (offset < 0) throw refused(`\`offset\` is ${offset}: it must not be below 0.`);
  const orderBy = args.orderBy ?? undefined;
  if (orderBy !== undefined) checkOrder(orderBy, table.columns);
  const orderDirection = args.orderDirection ?? "asc";
  if (orderDirection !== "asc" && orderDirection !== "desc") {
    throw refused(`\`orderDirection\` is ${quoted(orderDirection)}: it must be "asc" or "desc".`);
  }
  const { after, before } = args;
  const cursor = after ?? before;
  if (typeof after === "string" && typeof before === "string") {
    throw refused("Give `after` or `before`, not both.");
  }
  if (typeof cursor === "string" && offset > 0) {
    throw refused("Give `offset` or a cursor, not both.");
  }
  const where = checkedWhere(args.where ?? {}, table);
  const page = { limit, offset, orderBy, orderDirection } as const;
  if (typeof cursor !== "string") return { ...page, where };
  const order = [...new Set([...(orderBy === undefined ? [] : [orderBy]), ...table.key])];
  const [first = ""] = order;
  const argument = typeof after === "string" ? "after" : "before";
  const place = readCursor(argument, cursor, order, table)[first];
  // what is counted is not only what is to come
  if (isCounted) return { ...page, [argument]: cursor, where };
  // The condition that Ponder makes of a cursor is an OR over its columns, for which no index is of use; this is for the index.
  const isAbove = (argument === "after") === (orderDirection === "asc");
  const onward = { [`${first}${isAbove ? "_gte" : "_lte"}`]: place };
  const conditions = "boolean" === table.columns[first]?.dataType ? [where] : [where, onward];
  return { ...page, [argument]: cursor, where: { AND: conditions } };
}

function checkOrder(orderBy: string, columns: Table["columns"]): void {
  const column = columns[orderBy];
  const isOrdered = (known: Column): boolean =>
    known.notNull && known.dataType !== "json" && known.dataType !== "array";
  if (column && isOrdered(column)) return;
  const allowed = Object.keys(columns).filter((name) => {
    const known = columns[name];
    return known !== undefined && isOrdered(known);
  });
  const why = column ? "has no order in which every row comes once" : "is no column";
  throw refused(
    `\`orderBy\` is ${quoted(orderBy)}, which ${why}: it must be one of ${listed(allowed)}.`,
  );
}

/** The values in a cursor of Ponder's. */
function readCursor(
  argument: "after" | "before",
  cursor: string,
  order: readonly string[],
  { columns, values }: Table,
): Record<string, unknown> {
  const malformed = () =>
    refused(
      `\`${argument}\` is not a cursor of this list in this order: give back \`startCursor\` or \`endCursor\` unchanged.`,
    );
  let row: unknown;
  try {
    row = (JSON.parse(Buffer.from(cursor, "base64").toString()) as { json?: unknown }).json;
  } catch {
    throw malformed();
  }
  if (typeof row !== "object" || row === null) throw malformed();
  const names = Object.keys(row);
  if (names.length !== order.length || !order.every((name) => names.includes(name))) {
    throw malformed();
  }
  const place: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    const column = columns[name];
    if (!column) throw malformed();
    const isBig = column.dataType === "bigint";
    if (isBig ? !/^-?\d{1,78}$/.test(String(value)) : typeof value !== column.dataType) {
      throw malformed();
    }
    place[name] = isBig ? BigInt(value as string) : value;
    try {
      checkValue(argument, name, column, place[name], values);
    } catch {
      throw malformed();
    }
  }
  return place;
}

function checkedWhere(where: Where, table: Table): Where {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(where)) {
    if (name === "AND" || name === "OR") {
      // as one that is not given
      if (value === null) continue;
      checked[name] = checkedList(name, value as readonly (Where | null)[], table);
      continue;
    }
    const [columnName = "", ...suffixes] = name.split("_");
    const suffix = suffixes.join("_");
    const column = table.columns[columnName];
    if (!column) throw refused(`\`${name}\` is no column.`);
    if (value === null && suffix !== "" && suffix !== "not") continue;
    checked[name] =
      value === null
        ? nothing(name, column)
        : conditionOf(name, suffix, columnName, column, value, table);
  }
  return checked;
}

/** `null` asks for rows without a value. */
function nothing(name: string, { dataType }: Column): null {
  if (dataType === "array") throw refused(`\`${name}\` must be a list.`);
  return null;
}

function checkedList(name: "AND" | "OR", list: readonly (Where | null)[], table: Table): Where[] {
  if (list.length === 0) throw refused(`\`${name}\` lists no condition: leave it out.`);
  return list.map((item) => {
    const checked = checkedWhere(item ?? {}, table);
    const parts = Object.entries(checked);
    if (parts.length === 0) throw refused(`\`${name}\` has an empty condition: leave it out.`);
    // Ponder takes an item with several parts for as many items
    if (name === "AND" || parts.length === 1) return checked;
    return { AND: parts.map(([part, value]) => ({ [part]: value })) };
  });
}

function conditionOf(
  name: string,
  suffix: string,
  columnName: string,
  column: Column,
  value: unknown,
  { values }: Table,
): unknown {
  if (suffix === "in" || suffix === "not_in" || column.dataType === "array") {
    const isList = Array.isArray(value);
    const list: readonly unknown[] = isList ? value : [value];
    if (isList && list.length === 0) {
      throw refused(`\`${name}\` lists no value: leave it out.`);
    }
    for (const item of list) {
      if (item === null) throw refused(`\`${name}\` may not have null in its list.`);
      checkValue(name, columnName, column.baseColumn ?? column, item, values);
    }
    return value;
  }
  if (/contains|with/.test(suffix)) return patternOf(name, suffix, column, String(value));
  checkValue(name, columnName, column, value, values);
  return value;
}

/** Ponder puts the text into a LIKE as it is. */
function patternOf(name: string, suffix: string, { columnType }: Column, text: string): string {
  checkText(name, text);
  const escaped = text.replace(/[\\%_]/g, "\\$&");
  if (columnType !== "PgHex") return escaped;
  if (!/^(0x)?[0-9a-fA-F]*$/.test(text)) {
    throw refused(`\`${name}\` is ${quoted(text)}: it must be a part of hexadecimal text.`);
  }
  // Ponder puts a 0 before hexadecimal text of odd length, which a pattern is with its % sign or signs
  const isOdd = (text.length + (suffix.includes("contains") ? 2 : 1)) % 2 === 1;
  if (!isOdd) return text;
  return suffix.includes("ends_with") ? `%${text}` : `${text}%`;
}

/** Throws a sentence about a value that a column cannot have. */
export function checkValue(
  argument: string,
  columnName: string,
  column: Pick<Column, "columnType">,
  value: unknown,
  { hexDigits, known }: Values,
): void {
  if (typeof value !== "string") return;
  checkText(argument, value);
  if (column.columnType === "PgHex") {
    const digits = columnName in hexDigits ? hexDigits[columnName] : 40;
    const isHex = /^0x[0-9a-fA-F]*$/.test(value);
    if (isHex && (digits === undefined || value.length === 2 + digits)) return;
    const what = digits === undefined ? "hexadecimal digits" : `${digits} hexadecimal digits`;
    throw refused(`\`${argument}\` is ${quoted(value)}: it must be 0x and ${what}.`);
  }
  const all = known[columnName];
  if (all === undefined || all.includes(value)) return;
  throw refused(`\`${argument}\` is ${quoted(value)}: it must be one of ${listed(all)}.`);
}

export function checkAddress(argument: string, text: string): void {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return;
  throw refused(
    `\`${argument}\` is ${quoted(text)}: it must be an address, 0x and 40 hexadecimal digits.`,
  );
}

/** Throws unless each of some values is one that a column of the log can have. */
export function checkKnown(
  argument: string,
  given: readonly string[],
  all: readonly string[],
): void {
  if (given.length === 0) throw refused(`\`${argument}\` lists no value: leave it out for all.`);
  const unknown = given.find((value) => !all.includes(value));
  if (unknown === undefined) return;
  throw refused(`\`${argument}\` has ${quoted(unknown)}: it must be one of ${listed(all)}.`);
}

export function checkText(argument: string, text: string): void {
  if (text.includes("\0")) throw refused(`\`${argument}\` has a NUL character, which no text has.`);
}

/** What somebody gave, short enough for a sentence. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
