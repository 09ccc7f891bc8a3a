import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { LiveSettings } from "../settings.ts";
import { Visitor } from "./visitor.ts";

/** Stands for the address of a socket that is gone already. */
const unknown = "unknown";

/**
 * Where a request came from. A proxy writes its peer's address at the end of X-Forwarded-For, so behind `trustedProxies` of
 * them the address is that many places from the end; without any the header is anybody's claim and counts for nothing.
 */
function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? unknown;
  if (trustedProxies === 0) return direct;
  const forwarded = [request.headers["x-forwarded-for"] ?? []].flat().join(",");
  const addresses = forwarded.split(",").map((address) => address.trim());
  const claimed = addresses.at(-trustedProxies);
  return claimed === undefined || claimed === "" ? direct : claimed;
}

/** Who may come in: origins, places for connections, and what each address may have. */
export class ConnectionLimits {
  readonly #settings: LiveSettings;
  readonly #connections: Places;
  readonly #sockets: Places;
  readonly #visitors = new Map<string, Visitor>();

  constructor(settings: LiveSettings) {
    this.#settings = settings;
    this.#connections = new Places(settings.maxConnections, settings.maxConnectionsPerAddress);
    // twice as many: some sockets are between two queries, or have not said yet what they want
    const mostSockets = 2 * settings.maxConnections;
    this.#sockets = new Places(
      mostSockets,
      settings.trustedProxies > 0 ? mostSockets : 2 * settings.maxConnectionsPerAddress,
    );
  }

  get connections(): number {
    return this.#connections.total;
  }

  /** Browsers name the page's origin, and only they: other programs may come from anywhere. */
  isWelcome(request: IncomingMessage): boolean {
    const { origins } = this.#settings;
    const { origin } = request.headers;
    return origins.length === 0 || origin === undefined || origins.includes(origin);
  }

  /** Lets a socket in, whatever it may be for, or cuts it off. */
  admit(socket: Socket): void {
    const leave = this.#sockets.enter(socket.remoteAddress ?? unknown);
    if (leave) socket.on("close", leave);
    else socket.destroy();
  }

  /** Takes a place for a connection; the result gives it back. Undefined when there is none left. */
  enter(request: IncomingMessage): (() => void) | undefined {
    return this.#connections.enter(addressOf(request, this.#settings.trustedProxies));
  }

  /** Who asks, with what that address may still have. */
  visitor(request: IncomingMessage): Visitor {
    const address = addressOf(request, this.#settings.trustedProxies);
    let visitor = this.#visitors.get(address);
    if (!visitor) {
      this.#forget();
      visitor = new Visitor(this.#settings);
      this.#visitors.set(address, visitor);
    }
    return visitor;
  }

  #forget(): void {
    if (this.#visitors.size < 10_000) return;
    for (const [address, visitor] of this.#visitors) {
      if (visitor.isIdle) this.#visitors.delete(address);
    }
  }
}

/** Counts who is there, in all and from each address. */
class Places {
  readonly #most: number;
  readonly #mostFromOne: number;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(most: number, mostFromOne: number) {
    this.#most = most;
    this.#mostFromOne = mostFromOne;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place; the result gives it back, once. Undefined when there is none. */
  enter(address: string): (() => void) | undefined {
    const count = this.#counts.get(address) ?? 0;
    if (this.#total >= this.#most || count >= this.#mostFromOne) return undefined;
    this.#total++;
    this.#counts.set(address, count + 1);
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      this.#total--;
      const left = (this.#counts.get(address) ?? 1) - 1;
      if (left > 0) this.#counts.set(address, left);
      else this.#counts.delete(address);
    };
  }
}
