/** What has been counted since the start; plain numbers, since some of them change ten thousand times for one event. */
export interface Stats {
  messages: { websocket: number; sse: number };
  /** Event messages that were made, each for all who wanted it. */
  made: number;
  queries: number;
  slowConnections: number;
  reorganisations: number;
  undoneEvents: number;
}

export function newStats(): Stats {
  return {
    messages: { websocket: 0, sse: 0 },
    made: 0,
    queries: 0,
    slowConnections: 0,
    reorganisations: 0,
    undoneEvents: 0,
  };
}
