import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { closings } from "../../indexer/live/transports/connection-states.ts";
import type { LiveErrorCode as SaidCode } from "../../indexer/live/errors.ts";
import {
  closeVerdicts,
  retryableCodes,
  type ClientErrorCode,
  type ServerErrorCode,
} from "../../packages/live-client/src/errors.ts";

/** Of graphql itself. */
type GraphqlCode = "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED";

// does not compile when the server says a code that the client does not know, or the other way round
const serverCodes: Readonly<Record<SaidCode | GraphqlCode, true>> &
  Readonly<Record<ServerErrorCode, true>> = {
  CURSOR_MALFORMED: true,
  CURSOR_OF_ANOTHER_CHAIN: true,
  CURSOR_AHEAD: true,
  NOT_READY: true,
  BAD_REQUEST: true,
  BAD_FILTER: true,
  BAD_USER_INPUT: true,
  GRAPHQL_PARSE_FAILED: true,
  GRAPHQL_VALIDATION_FAILED: true,
  OPERATION_TOO_LARGE: true,
  TOO_MANY_SUBSCRIPTIONS: true,
  TOO_MANY_REQUESTS: true,
  BUSY: true,
  TIMED_OUT: true,
  PERSISTED_QUERY_NOT_FOUND: true,
  OPERATION_NOT_ALLOWED: true,
  INTERNAL: true,
};

const clientCodes: Readonly<Record<ClientErrorCode, true>> = {
  BAD_URL: true,
  NO_WEBSOCKET: true,
  CONNECTION_REFUSED: true,
  CLOSED: true,
  BAD_ANSWER: true,
  HANDLER_FAILED: true,
  TOO_SLOW: true,
  UNREACHABLE: true,
  DEADLINE_PASSED: true,
  UNKNOWN: true,
};

const document = readFileSync(join(import.meta.dirname, "../../docs/live-protocol.md"), "utf8");

/** Codes of a table's rows, with the last cell of each. */
function rowsUnder(heading: string): Map<string, string> {
  const section = document.split(/^##+ /m).find((part) => part.startsWith(heading)) ?? "";
  return new Map(
    section
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .flatMap((line) => {
        const cells = line.split("|").map((cell) => cell.trim());
        const codes = [...(cells[1] ?? "").matchAll(/`([A-Z_]+)`|^(\d{4})$/g)];
        return codes.map(([, name, number]) => [name ?? number ?? "", cells.at(-2) ?? ""] as const);
      }),
  );
}

describe("the protocol's document", () => {
  test("tells of every code, and says of the right ones that they are tried again", () => {
    const told = rowsUnder("Errors");
    const codes = Object.keys({ ...serverCodes, ...clientCodes });
    expect([...told.keys()].sort()).toEqual(codes.sort());
    const retried = [...told].filter(([, verdict]) => verdict === "yes").map(([code]) => code);
    expect(retried.sort()).toEqual([...retryableCodes].sort());
  });

  test("tells of every close code and what the client does then", () => {
    const told = rowsUnder("Close codes");
    for (const code of Object.keys(closings)) expect(told.has(code), code).toBe(true);
    for (const [code, verdict] of told) {
      const does = closeVerdicts[Number(code)] ?? "comes back";
      expect(verdict, code).toContain(
        { fatal: "ends all", operation: "ends the operation", "comes back": "comes back" }[does],
      );
    }
    for (const code of Object.keys(closeVerdicts)) expect(told.has(code), code).toBe(true);
  });
});
