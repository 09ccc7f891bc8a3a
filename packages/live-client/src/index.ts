export type { Answer, Checkpoint, Extensions, Result } from "./answer.ts";
export {
  createLiveClient,
  type EventsOptions,
  type LiveClient,
  type LiveClientOptions,
  type LiveQueryOptions,
  type QueryOptions,
  type Stream,
  type SubscribeOptions,
  type Unsubscribe,
} from "./client.ts";
export { memoryCursorStore, type CursorStore } from "./cursor-store.ts";
export type { LiveDocument } from "./document.ts";
export { LiveError, type ErrorEntry, type LiveErrorCode } from "./errors.ts";
export {
  eventsDocument,
  type BlockRef,
  type EventFilter,
  type EventMessage,
  type EventsRequest,
  type Finality,
  type LiveEvent,
} from "./events.ts";
export type { Handlers, OnThrow } from "./operation.ts";
export type { Fetch } from "./query.ts";
export type { LiveSocket, LiveSocketConstructor } from "./socket.ts";
export type { ConnectionState, Head, StateListener } from "./state.ts";
