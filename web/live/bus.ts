import type { EventMessage, LiveEvent } from "../../client/events.ts";
import type { ConnectionState, Head, LiveClient, Variables } from "../../client/live.ts";

/** How it stands between the page, the index and the chain. */
export interface LiveState {
  /** newest first, each once, at most `historyLength` of each product */
  events: readonly LiveEvent[];
  /** ids of the events that arrived while the page was open, as opposed to those it found */
  arrived: ReadonlySet<string>;
  history: "loading" | "loaded" | "unavailable";
  connection: ConnectionState;
  /** the newest block that the index has */
  head: Head | undefined;
}

const historyLength = 50;
/** While nothing arrives live, the past is asked for this often, in milliseconds. */
const askEvery = 15_000;

const recentDocument = /* GraphQL */ `
  query RecentEvents($product: String!, $limit: Int!) {
    events(where: { product: $product }, orderBy: "id", orderDirection: "desc", limit: $limit) {
      items {
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
    }
  }
`;

type EventListener = (event: LiveEvent) => void;
type TransactionListener = (hash: `0x${string}`, present: boolean) => void;

/**
 * The one place through which events reach the page: subscribed first and then filled up from the past, so that
 * nothing falls between, each event once, and what a reorganisation undoes is taken back.
 */
export class LiveBus {
  #state: LiveState = {
    events: [],
    arrived: new Set(),
    history: "loading",
    connection: { status: "idle" },
    head: undefined,
  };
  readonly #client: LiveClient;
  readonly #products: readonly string[];
  #asking: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<EventListener>();
  readonly #transactionListeners = new Set<TransactionListener>();

  /** `connect` makes the client; it is handed the listener for the state of the connection. */
  constructor(
    connect: (onState: (state: ConnectionState) => void) => LiveClient,
    products: readonly string[],
  ) {
    this.#products = products;
    this.#client = connect((connection) => {
      this.#connectionChanged(connection);
    });
  }

  open(): void {
    this.#client.events(
      { where: { product: this.#products } },
      {
        next: (message) => {
          this.#take(message);
        },
      },
    );
    void this.#loadHistory();
    this.#asking = setInterval(() => {
      const { connection, history } = this.#state;
      if (connection.status !== "open" || history === "unavailable") void this.#loadHistory();
    }, askEvery);
  }

  close(): void {
    clearInterval(this.#asking);
    this.#client.close();
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hears each event once, as it arrives; not those of before the page was opened. */
  onEvent(listener: EventListener): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Hears when a transaction comes into the index, and when a reorganisation takes it out. */
  onTransaction(listener: TransactionListener): () => void {
    this.#transactionListeners.add(listener);
    return () => this.#transactionListeners.delete(listener);
  }

  /** Asks the index a question of its own, over the same way. */
  query<Data>(document: string, variables: Variables, signal?: AbortSignal): Promise<Data> {
    return this.#client.query<Data, Variables>(document, variables, signal);
  }

  has(hash: string): boolean {
    return this.#state.events.some((event) => event.transactionHash === hash);
  }

  async #loadHistory(): Promise<void> {
    try {
      const found = (
        await Promise.all(this.#products.map((product) => this.#recent(product)))
      ).flat();
      const missed = this.#state.history === "loading" ? [] : this.#unknown(found);
      this.#set({ events: merge(this.#state.events, found), history: "loaded" });
      for (const event of missed) this.#announce(event);
    } catch {
      this.#set({ history: "unavailable" });
    }
  }

  async #recent(product: string): Promise<LiveEvent[]> {
    const { events } = await this.#client.query<
      { events: { items: LiveEvent[] } },
      { product: string; limit: number }
    >(recentDocument, { product, limit: historyLength });
    return events.items;
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#set({ connection, head: newer(this.#state.head, connection.head) });
    if (connection.status === "open" && this.#state.history === "unavailable") {
      void this.#loadHistory();
    }
  }

  #take(message: EventMessage): void {
    const head = newer(this.#state.head, message.block);
    switch (message.kind) {
      case "BLOCK":
        this.#set({ head });
        return;
      case "UNDO":
        this.#undo(BigInt(message.block.number));
        // the head itself has gone back
        this.#set({ head: message.block });
        return;
      case "EVENT": {
        const { event } = message;
        if (this.#unknown([event]).length === 0) return;
        const events = merge(this.#state.events, [event]);
        const arrived = new Set(
          events.map(({ id }) => id).filter((id) => id === event.id || this.#state.arrived.has(id)),
        );
        this.#set({ events, arrived, head });
        this.#announce(event);
      }
    }
  }

  #unknown(events: readonly LiveEvent[]): LiveEvent[] {
    const known = new Set(this.#state.events.map(keyOf));
    return events.filter((event) => !known.has(keyOf(event)));
  }

  #announce(event: LiveEvent): void {
    for (const listener of this.#eventListeners) listener(event);
    this.#tell(event, true);
  }

  #undo(lastKept: bigint): void {
    const gone = this.#state.events.filter((event) => BigInt(event.blockNumber) > lastKept);
    if (gone.length === 0) return;
    this.#set({ events: this.#state.events.filter((event) => !gone.includes(event)) });
    for (const event of gone) this.#tell(event, false);
  }

  #tell(event: LiveEvent, present: boolean): void {
    const hash = event.transactionHash as `0x${string}`;
    for (const listener of this.#transactionListeners) listener(hash, present);
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** An event that was undone can come back in another block under the same id. */
function keyOf(event: LiveEvent): string {
  return `${event.id}/${event.blockHash}`;
}

function merge(known: readonly LiveEvent[], found: readonly LiveEvent[]): LiveEvent[] {
  const byKey = new Map([...found, ...known].map((event) => [keyOf(event), event]));
  const kept = new Map<string, number>();
  return [...byKey.values()]
    .sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
    .filter(({ product }) => {
      const count = (kept.get(product) ?? 0) + 1;
      kept.set(product, count);
      return count <= historyLength;
    });
}

function newer(known: Head | undefined, found: Head | undefined): Head | undefined {
  if (!known || !found) return found ?? known;
  return BigInt(found.number) > BigInt(known.number) ? found : known;
}
