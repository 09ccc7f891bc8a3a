import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Descriptions } from "../indexer/graphql/extend.ts";
import { Failure } from "./command.ts";
import { root } from "./paths.ts";

const file = join(root, "indexer", "ponder.schema.ts");

/** The comments above the tables and columns of indexer/ponder.schema.ts. Each must have one. */
export function schemaDescriptions(): Descriptions {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const shared = new Map<string, Record<string, string>>();
  const tables: Record<string, Descriptions[string]> = {};
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || initializer === undefined) continue;
      if (ts.isArrowFunction(initializer)) {
        shared.set(name.text, columnsOf(initializer, shared));
      } else if (ts.isCallExpression(initializer)) {
        const [, columns] = initializer.arguments;
        if (initializer.expression.getText() !== "onchainTable" || columns === undefined) continue;
        const fields = columnsOf(columns, shared);
        tables[name.text] = { description: commentOf(statement, name.text), fields };
      }
    }
  }
  return tables;
}

/** The columns of an arrow function that gives an object, with those of the objects that it spreads. */
function columnsOf(
  node: ts.Node,
  shared: ReadonlyMap<string, Record<string, string>>,
): Record<string, string> {
  if (!ts.isArrowFunction(node) || !ts.isParenthesizedExpression(node.body)) return {};
  const object = node.body.expression;
  if (!ts.isObjectLiteralExpression(object)) return {};
  const columns: Record<string, string> = {};
  for (const property of object.properties) {
    if (ts.isSpreadAssignment(property) && ts.isCallExpression(property.expression)) {
      Object.assign(columns, shared.get(property.expression.expression.getText()));
    } else if (ts.isPropertyAssignment(property)) {
      const name = property.name.getText();
      columns[name] = commentOf(property, name);
    }
  }
  return columns;
}

function commentOf(node: ts.Node, name: string): string {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  const text = ts.getTextOfJSDocComment(comment?.comment);
  if (text === undefined) {
    throw new Failure(
      `${name} in indexer/ponder.schema.ts has no comment: say above it what it is.`,
    );
  }
  return text.replaceAll(/\s+/g, " ");
}
