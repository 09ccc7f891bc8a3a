import { useEffect, useState } from "react";

/** milliseconds between two pictures */
const frame = 80;
const quick = 700;

/**
 * An amount that moves before your eyes. It walks from what it showed to what was last read, and never beyond: what is shown
 * has been true. Growth takes the time given, so that it goes on until the next reading; anything else is quick.
 */
export function useTicking(target: bigint, growthTime = quick): bigint {
  const [shown, setShown] = useState(target);
  useEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const started = performance.now();
    let from: bigint | undefined;
    const timer = setInterval(() => {
      setShown((now) => {
        from ??= now;
        const time = target > from ? growthTime : quick;
        const share = still ? 1 : Math.min(1, (performance.now() - started) / time);
        if (share === 1) clearInterval(timer);
        return share === 1
          ? target
          : from + ((target - from) * BigInt(Math.round(share * 10_000))) / 10_000n;
      });
    }, frame);
    return () => {
      clearInterval(timer);
    };
  }, [target, growthTime]);
  return shown;
}
