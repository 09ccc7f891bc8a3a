import { setImmediate } from "node:timers/promises";
import { ancestorsOf, encodeCursor, markOf } from "./cursor.ts";
import { liveError } from "../errors.ts";
import { FilterIndex, passes, type Filter } from "./filter.ts";
import type { LogReader } from "./log.ts";
import {
  EventMessage,
  finalities,
  type Encoded,
  type Finality,
  type Sink,
  type Projection,
} from "./message.ts";
import { pointOf, type Position } from "./position.ts";
import { resolveCursor, type Start } from "./resolve-cursor.ts";
import type { Stats } from "../health/stats.ts";
import {
  subscriptionActs,
  type SubscriptionAct,
  type SubscriptionEvent,
  type SubscriptionState,
} from "./subscription-states.ts";
import { Semaphore } from "../limits/semaphore.ts";
import type { Visitor } from "../limits/visitor.ts";
import { blockOf, Tail, type Block, type BlockRef, type Change, type LogEvent } from "./tail.ts";

export interface EventsRequest {
  readonly projection: Projection;
  readonly filter: Filter;
  readonly finality: Finality;
  /** A cursor; undefined: from now on. */
  readonly after: string | undefined;
}

export interface HubSettings {
  /** SAFE events are this many blocks deep. */
  readonly safeBlocks: number;
  /** How many final events stay in memory, so that who was away for a moment needs no database. */
  readonly recentEvents: number;
  /** How many events a scan takes at once. */
  readonly pageSize: number;
  /** In how many forms an address may ask for events: each is encoded for itself. */
  readonly maxProjectionsPerAddress: number;
}

/** When a crowd comes back at once, it waits in line for the database and leaves it room for the rest. */
const readsAtOnce = 4;

/** After so long in one go, what else there is to do has its turn. */
const longestGo = 10;

/** Subscriptions that ask the same: one lookup, one encoding, one list to send to. */
interface Group {
  readonly filter: Filter;
  readonly projection: Projection;
  /** Each with the place from which on it was sent events, or has them from before. */
  readonly outlets: Map<Sink, Position>;
}

/** Subscriptions of one finality. */
interface Level {
  readonly finality: Finality;
  readonly groups: Map<string, Group>;
  readonly index: FilterIndex<Group>;
  /** The newest block whose events this level has been sent. */
  sent: number;
}

/** A subscription that is still being brought up to where its level is. */
interface Scan {
  readonly request: EventsRequest;
  readonly level: Level;
  readonly sink: Sink;
  readonly visitor: Visitor;
  /** Nothing up to here was ever sent to it. */
  readonly since: Position;
  position: Position;
  /** The block of the last event sent, while its BLOCK message is still owed. */
  open: BlockRef | undefined;
  state: SubscriptionState;
}

/** Where the log's changes become messages, and messages find their subscribers. */
export class Hub {
  readonly #log: LogReader;
  readonly #settings: HubSettings;
  readonly #stats: Stats;
  readonly #levels: Readonly<Record<Finality, Level>>;
  readonly #scans = new Set<Scan>();
  readonly #turns = new Semaphore(readsAtOnce, Infinity);
  readonly #ancestors = new WeakMap<BlockRef, ReturnType<typeof ancestorsOf>>();
  #tail: Tail | undefined;
  /** Counts readings of the log, and those that showed a reorganisation, to tell what has become stale across an `await`. */
  #readings = 0;
  #forks = 0;
  /** Scans that wait for their level to get further. */
  #waiting: (() => void)[] = [];
  /** While what has changed is on its way out nobody joins, or they would miss it. */
  #isDelivering = false;
  #wentOnAt = 0;

  constructor(log: LogReader, settings: HubSettings, stats: Stats) {
    this.#log = log;
    this.#settings = settings;
    this.#stats = stats;
    const level = (finality: Finality): Level => ({
      finality,
      groups: new Map(),
      index: new FilterIndex(),
      sent: 0,
    });
    this.#levels = {
      LATEST: level("LATEST"),
      SAFE: level("SAFE"),
      FINALIZED: level("FINALIZED"),
    };
  }

  get head(): { number: number; timestamp: number } | undefined {
    return this.#tail?.head;
  }

  get counts(): { live: number; scanning: number; groups: number } {
    const groups = finalities.flatMap((finality) => [...this.#levels[finality].groups.values()]);
    return {
      live: groups.reduce((sum, group) => sum + group.outlets.size, 0),
      scanning: this.#scans.size,
      groups: groups.length,
    };
  }

  /**
   * Starts a subscription and returns the function that ends it. Throws a named error when it cannot start.
   * `isWanted` tells whether the subscriber is still there after the cursor has been looked up.
   */
  async subscribe(
    request: EventsRequest,
    sink: Sink,
    visitor: Visitor,
    isWanted: () => boolean,
  ): Promise<() => void> {
    const level = this.#levels[request.finality];
    const { maxProjectionsPerAddress: most } = this.#settings;
    if (!visitor.holds("projection", request.projection) && visitor.countOf("projection") >= most) {
      throw liveError(
        "TOO_MANY_SUBSCRIPTIONS",
        `An address may ask for events in ${most} different forms at a time. End one first.`,
      );
    }
    const release = visitor.hold("projection", request.projection);
    let start: Start;
    let forks: number;
    try {
      do {
        forks = this.#forks;
        start = await this.#locate(request, level, visitor, isWanted);
        // after a fork meanwhile, the place that was found may be gone
      } while (forks !== this.#forks && isWanted());
    } catch (error) {
      release();
      throw error;
    }
    if (!isWanted()) {
      release();
      return () => undefined;
    }
    const scan: Scan = {
      request,
      level,
      sink,
      visitor,
      since: request.after === undefined ? start.position : "",
      position: start.position,
      open: undefined,
      state: "SCANNING",
    };
    if (start.undoTo) sink.next(this.#message("UNDO", null, start.undoTo).as(request.projection));
    this.#scans.add(scan);
    this.#run(scan).catch((error: unknown) => {
      this.#scans.delete(scan);
      sink.fail(error);
    });
    return () => {
      release();
      this.#end(scan);
    };
  }

  /** Where a request begins. A cursor is refused only by a reading of the log that is still the newest. */
  async #locate(
    request: EventsRequest,
    level: Level,
    visitor: Visitor,
    isWanted: () => boolean,
  ): Promise<Start> {
    for (;;) {
      const tail = this.#tail;
      if (!tail) {
        throw liveError("NOT_READY", "The indexer is still reading old blocks. Try again soon.", 2);
      }
      if (request.after === undefined) return { position: this.#newest(tail, level).end };
      const readings = this.#readings;
      try {
        return await resolveCursor(request.after, tail, {
          chainId: this.#log.chainId,
          find: (marks) =>
            this.#turns.run(async () => (isWanted() ? this.#log.find(marks) : undefined), {
              who: visitor,
            }),
        });
      } catch (error) {
        // whoever has left is not told where to begin
        if (!isWanted()) return { position: "" };
        if (readings === this.#readings) throw error;
      }
    }
  }

  /** The cursor for the end of a block that some reading of the database has shown. */
  cursorAt(block: BlockRef): string {
    const tail = this.#tail;
    const known = tail && this.#knownAncestors(tail, block);
    return encodeCursor({
      chainId: this.#log.chainId,
      position: block.end,
      block: markOf(block),
      ancestors: known ?? [],
    });
  }

  /** Reads the log and tells everybody what has changed. Not to be called again before it has resolved. */
  async advance(): Promise<Change | undefined> {
    if (!this.#tail) {
      await this.#begin();
      return undefined;
    }
    const tail = this.#tail;
    let snapshot = await this.#log.read(tail.last);
    if (snapshot && !snapshot.intact) {
      const fromFloor = await this.#log.read(tail.floor);
      if (fromFloor && !fromFloor.intact) {
        this.#restart();
        return undefined;
      }
      snapshot = fromFloor && { ...fromFloor, intact: false };
    }
    if (!snapshot) return undefined;
    const change = tail.apply(snapshot);
    this.#readings++;
    this.#isDelivering = true;
    try {
      if (change.undone) await this.#undo(change.undone);
      for (const finality of finalities) await this.#deliver(tail, this.#levels[finality]);
    } finally {
      this.#isDelivering = false;
    }
    tail.trim();
    for (const resume of this.#waiting.splice(0)) resume();
    return change;
  }

  /** Lets others have their turn when what goes out has had its time. */
  async #giveWay(): Promise<void> {
    if (performance.now() - this.#wentOnAt < longestGo) return;
    await setImmediate();
    this.#wentOnAt = performance.now();
  }

  async #begin(): Promise<void> {
    const first = await this.#log.readFirst(this.#settings.recentEvents);
    if (!first) return;
    const tail = new Tail(first.snapshot, first.floor, this.#settings.recentEvents);
    for (const finality of finalities) {
      const level = this.#levels[finality];
      const next = tail.indexOf(this.#reach(tail, finality) + 1);
      level.sent = (tail.blocks[next - 1] ?? tail.floor).number;
    }
    this.#tail = tail;
  }

  /** Final events have vanished from the log: it is being written anew. Whoever was subscribed has to begin again. */
  #restart(): void {
    this.#tail = undefined;
    this.#readings++;
    this.#forks++;
    const error = liveError("NOT_READY", "The index is being rebuilt. Try again soon.", 2);
    const outlets = [...this.#scans].map((scan) => scan.sink);
    for (const scan of this.#scans) scan.state = "ENDED";
    this.#scans.clear();
    for (const finality of finalities) {
      for (const group of this.#levels[finality].groups.values())
        outlets.push(...group.outlets.keys());
    }
    for (const sink of outlets) sink.fail(error);
  }

  /** The number of the newest block that a finality lets through. */
  #reach(tail: Tail, finality: Finality): number {
    switch (finality) {
      case "LATEST":
        return Infinity;
      case "SAFE":
        return Math.max(tail.finalized.number, tail.head.number - this.#settings.safeBlocks);
      case "FINALIZED":
        return tail.finalized.number;
    }
  }

  #finalityOf(tail: Tail, block: BlockRef): Finality {
    return (
      finalities.findLast((finality) => block.number <= this.#reach(tail, finality)) ?? "LATEST"
    );
  }

  /** The newest block with events that a level has been sent. */
  #newest(tail: Tail, level: Level): BlockRef {
    return tail.blocks[tail.indexOf(level.sent + 1) - 1] ?? tail.floor;
  }

  async #deliver(tail: Tail, level: Level): Promise<void> {
    const reach = this.#reach(tail, level.finality);
    for (let at = tail.indexOf(level.sent + 1); at < tail.blocks.length; at++) {
      const block = tail.blocks[at];
      if (!block || block.number > reach) break;
      await this.#deliverBlock(level, block);
      level.sent = block.number;
    }
  }

  async #deliverBlock(level: Level, block: Block): Promise<void> {
    this.#wentOnAt = performance.now();
    const messages = new Map<Group, EventMessage[]>();
    for (const event of block.events) {
      const groups = level.index.match(event);
      if (groups.size === 0) continue;
      const message = this.#message("EVENT", event, block);
      for (const group of groups) {
        const ofGroup = messages.get(group);
        if (ofGroup) ofGroup.push(message);
        else messages.set(group, [message]);
      }
    }
    if (messages.size === 0) return;
    const end = this.#message("BLOCK", null, block);
    // by projection, so that what was encoded in one can be forgotten before the next
    for (const [projection, groups] of Map.groupBy(messages, ([group]) => group.projection)) {
      for (const [group, ofGroup] of groups) await this.#send(group, [...ofGroup, end]);
      for (const [, ofGroup] of groups) for (const message of ofGroup) message.forget(projection);
      end.forget(projection);
    }
  }

  async #undo({ events, to }: NonNullable<Change["undone"]>): Promise<void> {
    this.#forks++;
    this.#stats.reorganisations++;
    this.#stats.undoneEvents += events.length;
    this.#wentOnAt = performance.now();
    // before anybody else's turn: a scan must not go on from what is gone
    for (const scan of this.#scans) {
      if (actOf(scan, "reorganisation") !== "rewind" || scan.position <= to.end) continue;
      scan.sink.next(this.#message("UNDO", null, to).as(scan.request.projection));
      scan.position = to.end;
      scan.open = undefined;
    }
    for (const finality of finalities) {
      const level = this.#levels[finality];
      const { sent } = level;
      level.sent = Math.min(sent, to.number);
      for (const event of events) {
        if (Number(event.blockNumber) > sent) continue;
        const groups = level.index.match(event);
        if (groups.size === 0) continue;
        const message = this.#message("UNDO", event, to);
        for (const { projection, outlets } of groups) {
          const encoded = message.as(projection);
          for (const [sink, since] of outlets) if (event.id > since) sink.next(encoded);
        }
        await this.#giveWay();
      }
    }
  }

  /** One subscriber after the other gets all of it, so that it leaves together. */
  async #send({ projection, outlets }: Group, messages: readonly EventMessage[]): Promise<void> {
    const encoded: Encoded[] = [];
    for (const message of messages) {
      // they may all have left
      if (outlets.size === 0) return;
      encoded.push(message.as(projection));
      await this.#giveWay();
    }
    for (const sink of outlets.keys()) for (const message of encoded) sink.next(message);
    await this.#giveWay();
  }

  /** `block` is the event's own, but for UNDO, where it is the one that everything goes back to. */
  #message(kind: EventMessage["kind"], event: LogEvent | null, block: BlockRef): EventMessage {
    const tail = this.#tail;
    if (!tail) throw new Error("There are no messages before the first reading.");
    const cursor = encodeCursor({
      chainId: this.#log.chainId,
      position: kind === "EVENT" && event ? event.id : block.end,
      block: markOf(block),
      ancestors: this.#ancestorsOf(tail, block),
    });
    this.#stats.made++;
    return new EventMessage(kind, cursor, event, block, this.#finalityOf(tail, block));
  }

  /** Ancestors also for a block that this server has not heard of yet. */
  #knownAncestors(tail: Tail, block: BlockRef): ReturnType<typeof ancestorsOf> {
    if (block.number <= tail.last.number) return this.#ancestorsOf(tail, block);
    return [markOf(tail.last), ...this.#ancestorsOf(tail, tail.last)];
  }

  #ancestorsOf(tail: Tail, block: BlockRef): ReturnType<typeof ancestorsOf> {
    // Nobody may be sent back from a final block, not by a server that lags behind either.
    if (block.number <= tail.finalized.number) return [];
    let found = this.#ancestors.get(block);
    if (!found) {
      found = ancestorsOf(tail, tail.indexOf(block.number));
      this.#ancestors.set(block, found);
    }
    return found;
  }

  /** Sends a subscription what it has missed, then lets it join its group. */
  async #run(scan: Scan): Promise<void> {
    for (;;) {
      const tail = this.#tail;
      if (actOf(scan, "history") === "drop" || !tail) return;
      if (scan.position < tail.floor.end) {
        await this.#readPage(scan, tail.floor);
      } else if (scan.position > this.#newest(tail, scan.level).end) {
        // A cursor of a faster stream: its own level is not there yet.
        await new Promise<void>((resume) => this.#waiting.push(resume));
      } else if (this.#isDelivering) {
        await new Promise<void>((resume) => this.#waiting.push(resume));
      } else if (this.#takeFromMemory(scan, tail)) {
        this.#join(scan, tail);
        return;
      }
      // also lets others have their turn
      await (scan.sink.drained() ?? setImmediate());
    }
  }

  async #readPage(scan: Scan, upTo: BlockRef): Promise<void> {
    const { pageSize } = this.#settings;
    const { position, request } = scan;
    const events = await this.#turns.run(
      () => this.#log.page(position, upTo.end, request.filter, pageSize),
      { who: scan.visitor },
    );
    if (actOf(scan, "history") === "drop" || !this.#tail) return;
    for (const event of events) {
      const block = blockOf(event);
      if (block.hash !== scan.open?.hash) this.#closeBlock(scan);
      scan.sink.next(this.#message("EVENT", event, block).as(scan.request.projection));
      scan.open = block;
    }
    scan.position = events.length < pageSize ? upTo.end : (events.at(-1)?.id ?? upTo.end);
  }

  /** Sends up to a page of what is in memory; true when there is no more. */
  #takeFromMemory(scan: Scan, tail: Tail): boolean {
    const { filter, projection } = scan.request;
    const from = scan.position;
    let at = from === "" ? 0 : tail.indexOf(pointOf(from).number);
    if ((tail.blocks[at]?.end ?? from) <= from) at++;
    for (let taken = 0; taken < this.#settings.pageSize; at++) {
      const block = tail.blocks[at];
      if (!block || block.number > scan.level.sent) return true;
      for (const event of block.events) {
        taken++;
        if (event.id <= from || !passes(filter, event)) continue;
        if (block.hash !== scan.open?.hash) this.#closeBlock(scan);
        scan.sink.next(this.#message("EVENT", event, block).as(projection));
        scan.open = block;
      }
      scan.position = block.end;
    }
    return false;
  }

  #closeBlock(scan: Scan): void {
    if (!scan.open) return;
    scan.sink.next(this.#message("BLOCK", null, scan.open).as(scan.request.projection));
    scan.open = undefined;
  }

  #join(scan: Scan, tail: Tail): void {
    const { level, request, sink, since } = scan;
    const newest = this.#newest(tail, level);
    if (scan.open?.hash !== newest.hash) this.#closeBlock(scan);
    sink.next(this.#message("BLOCK", null, newest).as(request.projection));
    this.#scans.delete(scan);
    // its sink may have closed on that message
    if (actOf(scan, "caught up") !== "join") return;
    scan.state = "LIVE";
    const key = groupKey(request);
    let group = level.groups.get(key);
    if (!group) {
      group = { filter: request.filter, projection: request.projection, outlets: new Map() };
      level.groups.set(key, group);
      level.index.add(group);
    }
    group.outlets.set(sink, since);
  }

  #end(scan: Scan): void {
    const act = actOf(scan, "unsubscribed");
    scan.state = "ENDED";
    this.#scans.delete(scan);
    if (act !== "leave group") return;
    const { level, request, sink } = scan;
    const key = groupKey(request);
    const group = level.groups.get(key);
    group?.outlets.delete(sink);
    if (group?.outlets.size === 0) {
      level.groups.delete(key);
      level.index.delete(group);
    }
  }
}

function actOf({ state }: Scan, event: SubscriptionEvent): SubscriptionAct {
  return subscriptionActs[state][event];
}

function groupKey({ filter, projection }: EventsRequest): string {
  return `${projection.key}\n${filter.key}`;
}
