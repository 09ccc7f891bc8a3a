import type { Messages } from "../language/en.ts";
import type { Problem } from "./problems.ts";

/** What happened and what to do next, in one or two sentences. */
export function sentenceOf(problem: Problem, t: Messages): string {
  switch (problem.code) {
    case "noGas":
      return t.problems.noGas(problem);
    case "refused":
      return t.problems.refused(problem);
    default:
      return t.problems[problem.code]();
  }
}
