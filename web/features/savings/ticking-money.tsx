import { useEffect, useState } from "react";
import { formatMoney, type Unit } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import { readEvery } from "./saver.ts";

const frame = 80;
const quick = 700;

/**
 * Money that grows before your eyes. It walks from what it showed to what was last read, and never beyond: what is shown
 * has been true. Growth walks as slowly as it is read, a deposit or withdrawal at once.
 */
export function TickingMoney({ value, unit, most }: { value: bigint; unit: Unit; most: number }) {
  const { locale } = useVoice();
  const shown = useTicking(value);
  return <>{formatMoney(shown, unit, locale, { most })}</>;
}

function useTicking(target: bigint): bigint {
  const [shown, setShown] = useState(target);
  useEffect(() => {
    let from: bigint | undefined;
    const started = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(() => {
      setShown((now) => {
        from ??= now;
        const change = target - from;
        const growth = change > 0n && change * 500n < target;
        const share = still
          ? 1
          : Math.min(1, (performance.now() - started) / (growth ? readEvery : quick));
        if (share === 1) clearInterval(timer);
        return share === 1
          ? target
          : from + (change * BigInt(Math.round(share * 10_000))) / 10_000n;
      });
    }, frame);
    return () => {
      clearInterval(timer);
    };
  }, [target]);
  return shown;
}
