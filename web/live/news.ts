import { useEffect } from "react";
import { useLiveBus } from "./context.tsx";

/** On a busy chain something happens all the time; what is read anew on news is read this often at most, in milliseconds. */
const pace = 3_000;

/** Calls when something has happened on the chain: at once, and then at its own pace while more happens. */
export function useNews(callback: () => void): void {
  const bus = useLiveBus();
  useEffect(() => {
    let resting: ReturnType<typeof setTimeout> | undefined;
    let more = false;
    const tell = () => {
      if (resting !== undefined) {
        more = true;
        return;
      }
      callback();
      resting = setTimeout(() => {
        resting = undefined;
        if (!more) return;
        more = false;
        tell();
      }, pace);
    };
    const ends = [
      bus.onEvent(tell),
      bus.onTransaction((_, present) => {
        if (!present) tell();
      }),
    ];
    return () => {
      clearTimeout(resting);
      for (const end of ends) end();
    };
  }, [bus, callback]);
}
