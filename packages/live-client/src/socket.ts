import type { Payload } from "./operation.ts";

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

export const protocol = "graphql-transport-ws";

export type ServerMessage =
  | { readonly type: "connection_ack" | "ping" | "pong"; readonly payload?: unknown }
  | { readonly type: "next"; readonly id: string; readonly payload: Payload }
  | { readonly type: "error"; readonly id: string; readonly payload: unknown }
  | { readonly type: "complete"; readonly id: string };

/** A message of graphql-transport-ws; undefined where it is none. */
export function parseMessage(data: unknown): ServerMessage | undefined {
  if (typeof data !== "string") return undefined;
  let message: Partial<Record<"type" | "id" | "payload", unknown>> | null;
  try {
    message = JSON.parse(data) as typeof message;
  } catch {
    return undefined;
  }
  const { type, id, payload } = message ?? {};
  if (type === "connection_ack" || type === "ping" || type === "pong") return { type, payload };
  const isOne =
    typeof id === "string" &&
    (type === "complete" ||
      (type === "error" && Array.isArray(payload)) ||
      (type === "next" && typeof payload === "object" && payload !== null));
  return isOne ? (message as ServerMessage) : undefined;
}
