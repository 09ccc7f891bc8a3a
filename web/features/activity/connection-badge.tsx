import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";
import type { Head } from "../../../packages/live-client/src/index.ts";
import { useConfig } from "../../config/context.tsx";
import { formatSpan } from "../../language/moments.ts";
import { useVoice } from "../../language/voice.tsx";
import { useLive } from "../../live/context.tsx";
import styles from "./connection-badge.module.css";
import { isSuspicious, lagOf } from "./lag.ts";

/** Says how live the page is, and how far the index is behind the chain. */
export function ConnectionBadge({ now }: { now: number }) {
  const { t, locale } = useVoice();
  const { connection, head } = useLive();
  const suspicious = connection.status === "open" && isSuspicious(head, now);
  const chain = useChainHead(suspicious);
  const lag = lagOf(head, chain, now);

  const { mood, text, explanation } = ((): { mood: string; text: string; explanation: string } => {
    switch (connection.status) {
      case "idle":
        return { mood: "waiting", text: t.live.connecting, explanation: t.live.connecting };
      case "connecting":
        return connection.attempt === 0
          ? { mood: "waiting", text: t.live.connecting, explanation: t.live.connecting }
          : { mood: "broken", text: t.live.reconnecting, explanation: t.live.explainReconnecting };
      case "waiting":
        return {
          mood: "broken",
          text: t.live.reconnecting,
          explanation: t.live.explainReconnecting,
        };
      case "closed":
        return { mood: "broken", text: t.live.offline, explanation: t.live.explainOffline };
      case "open":
        if (!lag.known)
          return { mood: "live", text: t.live.live, explanation: t.live.explainLiveUnknown };
        return lag.behind
          ? {
              mood: "behind",
              text: t.live.behind(formatSpan(lag.seconds, locale)),
              explanation: t.live.explainBehind,
            }
          : {
              mood: "live",
              text: t.live.live,
              explanation: t.live.explainLive(formatSpan(lag.seconds, locale)),
            };
    }
  })();

  return (
    <span className={styles.badge} data-mood={mood} role="status" title={explanation}>
      <span className={styles.knot} aria-hidden="true" />
      {text}
      <span className="hidden-text">. {explanation}</span>
    </span>
  );
}

const quantity = z.string().check(z.regex(/^0x[0-9a-f]+$/));
const blockAnswer = z.object({ result: z.object({ number: quantity, timestamp: quantity }) });

/** The chain's own newest block, asked only when the index looks old, and then once a minute at most. */
function useChainHead(wanted: boolean): Head | undefined {
  const { rpcUrl } = useConfig();
  const { data } = useQuery({
    queryKey: ["chain-head", rpcUrl],
    enabled: wanted,
    staleTime: 60_000,
    refetchInterval: 60_000,
    queryFn: async ({ signal }): Promise<Head> => {
      const response = await fetch(rpcUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "eth_getBlockByNumber",
          params: ["latest", false],
        }),
        signal,
      });
      const { result } = z.parse(blockAnswer, await response.json());
      return {
        number: BigInt(result.number).toString(),
        timestamp: BigInt(result.timestamp).toString(),
      };
    },
  });
  return wanted ? data : undefined;
}
