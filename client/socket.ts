/** The part of the platform's WebSocket that the client uses; browsers, Node and `ws` all have it. */
export interface LiveSocket {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { code: number; reason: string }) => void,
  ): void;
}

export type LiveSocketConstructor = new (url: string, protocol: string) => LiveSocket;
