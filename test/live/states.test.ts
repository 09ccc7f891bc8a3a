import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connectionActs } from "../../indexer/live/transports/connection-states.ts";
import { subscriptionActs } from "../../indexer/live/stream/subscription-states.ts";

const document = readFileSync(join(import.meta.dirname, "../../docs/live-protocol.md"), "utf8");

/** The table under a heading: what is done, by state and by what happens. */
function tableUnder(heading: string): Record<string, Record<string, string>> {
  const section = document.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  const [head = [], , ...rows] = section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  return Object.fromEntries(
    head.flatMap((state, column) =>
      state === "" ? [] : [[state, Object.fromEntries(rows.map((row) => [row[1], row[column]]))]],
    ),
  );
}

describe("the protocol's document", () => {
  test("shows the states of a subscription as they are", () => {
    expect(tableUnder("States of a subscription")).toEqual(subscriptionActs);
  });

  test("shows the states of a connection as they are", () => {
    expect(tableUnder("States of a WebSocket connection")).toEqual(connectionActs);
  });
});
