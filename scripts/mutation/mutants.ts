import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";

/** Our code with one change in it. */
export interface Mutant {
  /** Where, so that it can be named in a list: file, line of the source and which of several changes on it. */
  id: string;
  file: string;
  /** The line as it was and as it became. */
  from: string;
  to: string;
  /** The whole source, changed. */
  source: string;
}

/** What is replaced by what. Each place where the left side matches is a change of its own. */
const OPERATORS: [RegExp, string][] = [
  [/ < /g, " <= "],
  [/ < /g, " > "],
  [/ > /g, " >= "],
  [/ > /g, " < "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ == /g, " != "],
  [/ != /g, " == "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/ \/ /g, " * "],
  [/ \+= /g, " -= "],
  [/ -= /g, " += "],
  [/\(!/g, "("],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/\.min\(/g, ".max("],
  [/\.saturatingSub\(/g, ".saturatingAdd("],
  [/toSharesDown\(/g, "toSharesUp("],
  [/toSharesUp\(/g, "toSharesDown("],
  [/toAssetsDown\(/g, "toAssetsUp("],
  [/toAssetsUp\(/g, "toAssetsDown("],
  [/, Math\.Rounding\.Ceil/g, ""],
  [/ restricted/g, ""],
  [/ nonReentrant/g, ""],
  // a whole condition, and a whole statement on one line
  [/if \(.*\) (?=revert|return|continue)/g, "if (false) "],
  [/^ {8,}(?!return|revert|uint|address|bool|bytes|for|if|else|_;|\/\/)[\w.[\]()]+.*;$/gm, ""],
  // both ways of each branch
  [/if \(.*\) (?=revert|return|continue|\{)/g, "if (true) "],
  [/if \(.*\) (?=\{)/g, "if (false) "],
];

/** All changes of one source file, in the order of its lines. */
export function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(join(root, file), "utf8");
  const mutants = OPERATORS.flatMap(([pattern, replacement]) =>
    [...source.matchAll(pattern)].flatMap((match) => {
      const start = source.lastIndexOf("\n", match.index) + 1;
      const from = lineAt(source, start);
      if (/^(\/\/|\/?\*|import|using|pragma|event|error)/.test(from)) return [];
      const end = match.index + match[0].length;
      const mutated = source.slice(0, match.index) + replacement + source.slice(end);
      const line = source.slice(0, match.index).split("\n").length;
      return [{ line, file, from, to: lineAt(mutated, start), source: mutated }];
    }),
  ).sort((a, b) => a.line - b.line);
  return mutants.map(({ line, ...mutant }, index) => {
    const before = mutants.slice(0, index).filter((other) => other.line === line).length;
    return { id: `${file}:${line}#${before + 1}`, ...mutant };
  });
}

function lineAt(source: string, start: number): string {
  return source.slice(start, source.indexOf("\n", start)).trim();
}
