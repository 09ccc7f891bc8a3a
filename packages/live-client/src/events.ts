import { answerIn } from "./answer.ts";
import { LiveError } from "./errors.ts";
import type { Payload } from "./operation.ts";

/** When a subscription hears of an event: at once, a few blocks later, or once it can no longer be undone. */
export type Finality = "LATEST" | "SAFE" | "FINALIZED";

/** Lists are any-of, fields are and-ed; `account` matches the account or the actor. */
export interface EventFilter {
  readonly type?: readonly string[] | undefined;
  readonly contract?: readonly string[] | undefined;
  readonly account?: readonly string[] | undefined;
  readonly product?: readonly string[] | undefined;
  readonly subject?: readonly string[] | undefined;
}

export interface BlockRef {
  readonly number: string;
  readonly hash: string;
  readonly timestamp: string;
  readonly finality: Finality;
}

/** One event of the protocol. Big numbers are decimal strings. */
export interface LiveEvent {
  readonly id: string;
  readonly chainId: number;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly blockTimestamp: string;
  readonly transactionHash: string;
  readonly logIndex: number;
  readonly contract: string;
  readonly product: string;
  readonly type: string;
  readonly actor: string;
  readonly account: string | null;
  readonly subject: string | null;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Placed {
  /** Opaque: give it as `after` to go on right behind this message. */
  readonly cursor: string;
  readonly block: BlockRef;
}

/**
 * EVENT: it happened. BLOCK: all events of this block, and of those before it, have been sent.
 * UNDO: every event above `block` is no longer on the chain; `event` is the one retracted, where the server knows it.
 */
export type EventMessage =
  | (Placed & { readonly kind: "EVENT"; readonly event: LiveEvent })
  | (Placed & { readonly kind: "UNDO"; readonly event: LiveEvent | null })
  | (Placed & { readonly kind: "BLOCK"; readonly event: null });

export interface EventsRequest {
  readonly where?: EventFilter | undefined;
  /** LATEST by default. */
  readonly finality?: Finality | undefined;
  /** A cursor of an earlier message. Without one, the stream begins now; `""` begins with the very first event. */
  readonly after?: string | undefined;
}

/** What `events` subscribes to. */
export const eventsDocument =
  "subscription Events($after: String, $where: EventFilter, $finality: Finality) " +
  "{ events(after: $after, where: $where, finality: $finality) { kind cursor event { id chainId " +
  "blockNumber blockHash blockTimestamp transactionHash logIndex contract product type actor account " +
  "subject args } block { number hash timestamp finality } } }";

/** The message in an answer to `eventsDocument`; throws where there is none. */
export function eventMessageIn(payload: Payload): EventMessage {
  const { data, error } = answerIn<{ events?: Partial<EventMessage> | null }>(payload);
  if (error) throw error;
  const { kind, cursor, event, block } = data.events ?? {};
  const isOne =
    (kind === "EVENT" ? event != null : kind === "UNDO" || kind === "BLOCK") &&
    typeof cursor === "string" &&
    block != null;
  if (!isOne) throw LiveError.of("BAD_ANSWER", "The server's answer is no message of events.");
  return data.events as EventMessage;
}
