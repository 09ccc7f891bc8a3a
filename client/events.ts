/** When a subscription hears of an event: at once, a few blocks later, or once it can no longer be undone. */
export type Finality = "LATEST" | "SAFE" | "FINALIZED";

/** Lists are any-of, fields are and-ed; `account` matches the account or the actor. */
export interface EventFilter {
  readonly type?: readonly string[];
  readonly contract?: readonly string[];
  readonly account?: readonly string[];
  readonly product?: readonly string[];
  readonly subject?: readonly string[];
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
  readonly where?: EventFilter;
  readonly finality?: Finality;
  /** A cursor of an earlier message. Without one, the stream begins now; `""` begins with the very first event. */
  readonly after?: string;
}

export const eventsDocument = /* GraphQL */ `
  subscription Events($after: String, $where: EventFilter, $finality: Finality) {
    events(after: $after, where: $where, finality: $finality) {
      kind
      cursor
      event {
        id
        chainId
        blockNumber
        blockHash
        blockTimestamp
        transactionHash
        logIndex
        contract
        product
        type
        actor
        account
        subject
        args
      }
      block {
        number
        hash
        timestamp
        finality
      }
    }
  }
`;

/**
 * Keeps a list of events true to the chain: oldest first, at most `most` of the newest.
 * Start with `[]` and feed it every message in order.
 */
export function applyEventMessage(
  events: readonly LiveEvent[],
  message: EventMessage,
  most = Infinity,
): readonly LiveEvent[] {
  switch (message.kind) {
    case "EVENT":
      return [...events, message.event].slice(-most);
    case "UNDO": {
      const lastKept = BigInt(message.block.number);
      const kept = events.filter((event) => BigInt(event.blockNumber) <= lastKept);
      return kept.length === events.length ? events : kept;
    }
    case "BLOCK":
      return events;
  }
}
