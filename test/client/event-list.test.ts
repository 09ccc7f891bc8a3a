import { describe, expect, test } from "vitest";
import { EventList } from "../../packages/live-client/src/event-list.ts";
import type { EventMessage, LiveEvent } from "../../packages/live-client/src/index.ts";

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

const happened = (number: number, logIndex = 0) =>
  message("EVENT", number, event(number, logIndex));

function listOf(messages: readonly EventMessage[], most?: number): EventList {
  const list = new EventList({ most });
  for (const each of messages) list.apply(each);
  return list;
}

const idsOf = (list: EventList): string[] => list.events.map(({ id }) => id);

describe("a list that is kept by messages", () => {
  test("grows by each event, in order", () => {
    expect(idsOf(listOf([happened(9), message("BLOCK", 9), happened(10)]))).toEqual([
      "9.0",
      "10.0",
    ]);
  });

  test("drops everything above the block that an UNDO goes back to, by number and not by text", () => {
    const list = listOf([
      happened(9),
      happened(10),
      happened(11),
      message("UNDO", 9, event(11)),
      message("UNDO", 9, event(10)),
      happened(10, 5),
    ]);
    expect(idsOf(list)).toEqual(["9.0", "10.5"]);
  });

  test("keeps no more than it is told to, and none if it is told so", () => {
    const messages = [1, 2, 3].map((number) => happened(number));
    expect(idsOf(listOf(messages, 2))).toEqual(["2.0", "3.0"]);
    expect(idsOf(listOf(messages, 0))).toEqual([]);
    expect(() => new EventList({ most: -1 })).toThrow(RangeError);
    expect(() => new EventList({ most: NaN })).toThrow(RangeError);
  });

  test("has each event once, however often it comes, and again in another block", () => {
    const again = { ...event(1), blockHash: "0x01" };
    const list = listOf([happened(1), happened(1), message("UNDO", 0), message("EVENT", 1, again)]);
    expect(list.events).toEqual([again]);
  });

  test("says when an UNDO went deeper than what it keeps, until it is full again", () => {
    const list = listOf([happened(1), happened(2), happened(3), message("UNDO", 1)], 2);
    expect(list.events).toEqual([]);
    expect(list.isShort).toBe(true);
    list.apply(happened(2, 7));
    expect(list.isShort).toBe(true);
    list.apply(happened(3, 7));
    expect(list.isShort).toBe(false);
  });

  test("is not short of events that there never were", () => {
    expect(listOf([happened(1), message("UNDO", 0)], 2).isShort).toBe(false);
  });

  test("is the same array until something changes", () => {
    const list = listOf([happened(1)]);
    const { events } = list;
    expect([list.apply(message("BLOCK", 1)), list.apply(message("UNDO", 1))]).toEqual([
      false,
      false,
    ]);
    expect(list.events).toBe(events);
    expect(list.apply(happened(2))).toBe(true);
    expect(list.events).not.toBe(events);
  });

  test("takes time in proportion to the events, also where it lets go of most of them", () => {
    const messages = Array.from({ length: 400_000 }, (_, index) => happened(index));
    const start = performance.now();
    listOf(messages);
    listOf(messages, 1_000);
    // a list that copies itself for each event takes hours for these
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
