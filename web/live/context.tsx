import { createContext, use, useSyncExternalStore } from "react";
import type { LiveBus, LiveState } from "./bus.ts";

export const LiveContext = createContext<LiveBus | undefined>(undefined);

export function useLiveBus(): LiveBus {
  const bus = use(LiveContext);
  if (!bus) throw new Error("useLiveBus needs a LiveContext above it.");
  return bus;
}

export function useLive(): LiveState {
  const bus = useLiveBus();
  return useSyncExternalStore(bus.subscribe, bus.state);
}
