import { describe, expect, test } from "vitest";
import { applyEventMessage, type EventMessage, type LiveEvent } from "../../client/events.ts";

function event(blockNumber: number, logIndex = 0): LiveEvent {
  return {
    id: `${blockNumber}.${logIndex}`,
    chainId: 1,
    blockNumber: String(blockNumber),
    blockHash: "0x00",
    blockTimestamp: "0",
    transactionHash: "0x00",
    logIndex,
    contract: "0x00",
    product: "savings",
    type: "DepositMade",
    actor: "0x00",
    account: null,
    subject: null,
    args: {},
  };
}

function message(
  kind: EventMessage["kind"],
  number: number,
  about: LiveEvent | null = null,
): EventMessage {
  const block = { number: String(number), hash: "0x00", timestamp: "0", finality: "LATEST" };
  return { kind, cursor: "", event: about, block } as EventMessage;
}

const after = (messages: readonly EventMessage[], most?: number): string[] =>
  messages
    .reduce<readonly LiveEvent[]>((list, each) => applyEventMessage(list, each, most), [])
    .map(({ id }) => id);

describe("a list that is kept by messages", () => {
  test("grows by each event, in order", () => {
    expect(
      after([message("EVENT", 9, event(9)), message("BLOCK", 9), message("EVENT", 10, event(10))]),
    ).toEqual(["9.0", "10.0"]);
  });

  test("drops everything above the block that an UNDO goes back to, by number and not by text", () => {
    expect(
      after([
        message("EVENT", 9, event(9)),
        message("EVENT", 10, event(10)),
        message("EVENT", 11, event(11)),
        message("UNDO", 9, event(11)),
        message("UNDO", 9, event(10)),
        message("EVENT", 10, event(10, 5)),
      ]),
    ).toEqual(["9.0", "10.5"]);
  });

  test("keeps no more than it is told to", () => {
    expect(
      after(
        [1, 2, 3].map((number) => message("EVENT", number, event(number))),
        2,
      ),
    ).toEqual(["2.0", "3.0"]);
  });

  test("is the same list when nothing has changed", () => {
    const list = [event(1)];
    expect(applyEventMessage(list, message("BLOCK", 1))).toBe(list);
    expect(applyEventMessage(list, message("UNDO", 1))).toBe(list);
  });
});
