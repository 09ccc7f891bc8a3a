import type { ChainState } from "./history.ts";
import { eventName } from "./history.ts";

const query = `{
  rooms(limit: 1000, orderBy: "id") { items { id value notes } }
  events(limit: 1000, orderBy: "id") { items { blockHash logIndex id type args } }
}`;

interface Content {
  readonly rooms: { readonly items: readonly { id: string; value: string; notes: number }[] };
  readonly events: { readonly items: readonly { blockHash: string; logIndex: number }[] };
}

/** All that is in the tables; undefined while nobody answers. */
export async function contentAt(url: string): Promise<Content | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(5_000),
    });
    return ((await response.json()) as { data?: Content }).data;
  } catch {
    return undefined;
  }
}

/** The tables' content as the chain's own logs would have it. */
export function stateOf({ rooms, events }: Content): ChainState {
  return {
    events: events.items.map(({ blockHash, logIndex }) => eventName(blockHash, logIndex)),
    rooms: Object.fromEntries(rooms.items.map(({ id, value, notes }) => [id, { value, notes }])),
  };
}
