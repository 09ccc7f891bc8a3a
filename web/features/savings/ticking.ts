import { useEffect, useState } from "react";

/** milliseconds between two pictures */
const frame = 80;
const walk = 950;

/**
 * An amount that moves before your eyes: it walks from what it showed to what is true now, in about the second that passes
 * until the next truth, and never beyond.
 */
export function useTicking(target: bigint): bigint {
  const [shown, setShown] = useState(target);
  useEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const started = performance.now();
    let from: bigint | undefined;
    const timer = setInterval(() => {
      setShown((now) => {
        from ??= now;
        const share = still ? 1 : Math.min(1, (performance.now() - started) / walk);
        if (share === 1) clearInterval(timer);
        return share === 1
          ? target
          : from + ((target - from) * BigInt(Math.round(share * 10_000))) / 10_000n;
      });
    }, frame);
    return () => {
      clearInterval(timer);
    };
  }, [target]);
  return shown;
}
