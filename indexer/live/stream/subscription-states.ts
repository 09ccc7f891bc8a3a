/**
 * The life of an event subscription, in the same way. Those that are LIVE are not looked at one by one: they are in a group of all
 * who ask the same, which is what joining means.
 */
export type SubscriptionState = "SCANNING" | "LIVE" | "ENDED";

export type SubscriptionEvent =
  /** Rows of history have been read for it. */
  | "history"
  /** There is no more history. */
  | "caught up"
  /** A block with events that pass its filter has come within its finality. */
  | "events"
  /** Blocks that it may have been sent are no longer on the chain. */
  | "reorganisation"
  /** The index is being made anew. */
  | "rebuilt"
  /** Its connection is gone, or it was unsubscribed. */
  | "unsubscribed";

export type SubscriptionAct =
  | "send"
  /** Send a BLOCK; from now on LIVE. */
  | "join"
  /** The scan will reach it. */
  | "leave to the scan"
  /** If it has passed that block: send one UNDO and go on from there. */
  | "rewind"
  /** Send an UNDO for each retracted event that it was sent. */
  | "undo"
  /** Say NOT_READY; from now on ENDED. */
  | "fail"
  /** From now on ENDED. */
  | "stop scan"
  | "leave group"
  | "drop";

export const subscriptionActs: Readonly<
  Record<SubscriptionState, Readonly<Record<SubscriptionEvent, SubscriptionAct>>>
> = {
  SCANNING: {
    history: "send",
    "caught up": "join",
    events: "leave to the scan",
    reorganisation: "rewind",
    rebuilt: "fail",
    unsubscribed: "stop scan",
  },
  LIVE: {
    history: "drop",
    "caught up": "drop",
    events: "send",
    reorganisation: "undo",
    rebuilt: "fail",
    unsubscribed: "leave group",
  },
  ENDED: {
    history: "drop",
    "caught up": "drop",
    events: "drop",
    reorganisation: "drop",
    rebuilt: "drop",
    unsubscribed: "drop",
  },
};
