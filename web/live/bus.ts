import type {
  ConnectionState,
  EventMessage,
  Head,
  LiveClient,
  LiveEvent,
} from "../../packages/live-client/src/index.ts";

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

/** One answer for all products, and so one state of the chain. */
function recentDocument(products: readonly string[]): string {
  const lists = products.map(
    (product, index) => `
      of${index}: events(
        where: { product: ${JSON.stringify(product)} }
        orderBy: "id", orderDirection: "desc", limit: ${historyLength}
      ) {
        items { ...Fields }
      }`,
  );
  return `query RecentEvents { ${lists.join("")} }
    fragment Fields on event {
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
    }`;
}

type EventListener = (event: LiveEvent) => void;
type TransactionListener = (hash: `0x${string}`, present: boolean) => void;

/**
 * The one place through which events reach the page. What the past is found to be replaces what is held, and the stream goes on from the very
 * state that the past was read at: so nothing falls between, each event is there once, and what a reorganisation undoes is taken back.
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
  /** The newest question about the past; answers to older ones are too late. */
  #question: object | undefined;
  #leaveStream: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #eventListeners = new Set<EventListener>();
  readonly #transactionListeners = new Set<TransactionListener>();

  constructor(client: LiveClient, products: readonly string[]) {
    this.#client = client;
    this.#products = products;
    client.onState((connection) => {
      this.#connectionChanged(connection);
    });
  }

  open(): void {
    void this.#loadHistory();
    this.#asking = setInterval(() => {
      const { connection, history } = this.#state;
      if (connection.status !== "open" || history === "unavailable") void this.#loadHistory();
    }, askEvery);
  }

  close(): void {
    clearInterval(this.#asking);
    this.#question = undefined;
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
  async query<Data>(document: string, variables: object, signal?: AbortSignal): Promise<Data> {
    return (await this.#client.query<Data>(document, { variables, signal })).data;
  }

  has(hash: string): boolean {
    return this.#state.events.some((event) => event.transactionHash === hash);
  }

  async #loadHistory(): Promise<void> {
    const question = {};
    this.#question = question;
    try {
      const { data, extensions } = await this.#client.query<Record<string, { items: LiveEvent[] }>>(
        recentDocument(this.#products),
      );
      if (question !== this.#question) return;
      this.#follow(extensions.checkpoint?.cursor);
      this.#replace(Object.values(data).flatMap(({ items }) => items));
    } catch {
      if (question !== this.#question) return;
      // what happens from now on is better than nothing
      if (!this.#leaveStream) this.#follow(undefined);
      this.#set({ history: "unavailable" });
    }
  }

  /** Takes the stream up from here. */
  #follow(after: string | undefined): void {
    const leave = this.#leaveStream;
    this.#leaveStream = this.#client.events(
      { where: { product: this.#products }, after },
      {
        next: (message) => {
          this.#take(message);
        },
        // the past is asked for again, and where to go on from
        error: () => {
          this.#set({ history: "unavailable" });
        },
      },
    );
    // behind the new one, so that the connection stays
    leave?.();
  }

  #replace(found: readonly LiveEvent[]): void {
    const before = this.#state.events;
    const isFirst = this.#state.history === "loading";
    const missed = isFirst ? [] : this.#unknown(found);
    const events = newestOf(found);
    const held = new Set(events.map(keyOf));
    const { arrived } = this.#state;
    this.#set({ events, arrived: arrivedOf(events, arrived), history: "loaded" });
    for (const event of before) if (!held.has(keyOf(event))) this.#tell(event, false);
    for (const event of missed) this.#announce(event);
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
        const events = newestOf([event, ...this.#state.events]);
        const arrived = arrivedOf(events, new Set([...this.#state.arrived, event.id]));
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

/** Newest first, and of each product not more than are remembered. */
function newestOf(events: readonly LiveEvent[]): LiveEvent[] {
  const kept = new Map<string, number>();
  return [...events]
    .sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))
    .filter(({ product }) => {
      const count = (kept.get(product) ?? 0) + 1;
      kept.set(product, count);
      return count <= historyLength;
    });
}

/** Those of the arrived that are still held. */
function arrivedOf(
  events: readonly LiveEvent[],
  arrived: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set(events.map(({ id }) => id).filter((id) => arrived.has(id)));
}

function newer(known: Head | undefined, found: Head | undefined): Head | undefined {
  if (!known || !found) return found ?? known;
  return BigInt(found.number) > BigInt(known.number) ? found : known;
}
