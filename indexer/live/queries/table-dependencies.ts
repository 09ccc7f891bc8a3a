import type { DocumentNode, GraphQLSchema } from "graphql";
import { graphql } from "../graphql.ts";

/** The tables that an operation reads; undefined: it may be any of them. */
export type Tables = ReadonlySet<string> | undefined;

/** Changes with every block, whatever is in it. */
export const checkpointTable = "_ponder_checkpoint";

export interface Sources {
  /** The schema that was generated from the tables, before anything was added by hand. */
  readonly generated: GraphQLSchema;
  /** The database's name for the table behind each generated type. */
  readonly tableOf: ReadonlyMap<string, string>;
}

/**
 * Finds the tables that a query depends on. A field that was added by hand names its own in `extensions.tables`; one
 * that does not is taken to read them all.
 */
export function tablesRead(
  schema: GraphQLSchema,
  document: DocumentNode,
  sources: Sources,
): Tables {
  const tables = new Set<string>();
  const undeclared: string[] = [];
  const info = new graphql.TypeInfo(schema);
  graphql.visit(
    document,
    graphql.visitWithTypeInfo(info, {
      Field(node) {
        const parent = info.getParentType();
        const field = info.getFieldDef();
        const type = info.getType();
        if (!parent || !field || !type || node.name.value.startsWith("__")) return;
        const declared = field.extensions["tables"];
        const generatedParent = sources.generated.getType(parent.name);
        if (Array.isArray(declared)) {
          for (const name of declared) tables.add(String(name));
        } else if (
          graphql.isObjectType(generatedParent) &&
          generatedParent.getFields()[field.name] !== undefined
        ) {
          const table = sources.tableOf.get(graphql.getNamedType(type).name);
          if (table !== undefined) tables.add(table);
        } else {
          undeclared.push(field.name);
        }
      },
    }),
  );
  return undeclared.length > 0 ? undefined : tables;
}

/** Whether a change of some tables (undefined: of any) can change what was read from others. */
export function concerns(changed: Tables, read: Tables): boolean {
  if (!changed || !read) return true;
  return [...read].some((table) => changed.has(table));
}
