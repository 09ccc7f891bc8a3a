import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import * as z from "zod/mini";
import type { Head } from "../../../packages/live-client/src/index.ts";
import { deployedAt } from "../../../protocol/deployment.ts";
import type { VaultBooks } from "../../../protocol/share-price.ts";
import { useConfig } from "../../config/context.tsx";
import { useLive, useLiveBus } from "../../live/context.tsx";
import { useNews } from "../../live/news.ts";

const booksDocument = /* GraphQL */ `
  query VaultBooks($chainId: Int!, $address: String!) {
    vault(chainId: $chainId, address: $address) {
      grossAssets
      totalSupply
      virtualShares
      lockedProfit
      unlockStart
      unlockEnd
    }
  }
`;

const amount = z.pipe(
  z.string().check(z.regex(/^\d+$/)),
  z.transform((text: string) => BigInt(text)),
);
const answer = z.object({
  vault: z.nullable(
    z.object({
      grossAssets: amount,
      totalSupply: amount,
      virtualShares: amount,
      lockedProfit: amount,
      unlockStart: amount,
      unlockEnd: amount,
    }),
  ),
});

/**
 * The vault's books while the page is live: with them everything that grows is known for every second until the next event,
 * without asking anybody. Undefined while they cannot be trusted to be the latest.
 */
export function useBooks(): VaultBooks | undefined {
  const { deployment } = useConfig();
  const { chainId } = deployment;
  const { address } = deployedAt(deployment, "KhipuVault");
  const { connection } = useLive();
  const bus = useLiveBus();
  const queries = useQueryClient();
  const live = connection.status === "open";

  useNews(useCallback(() => void queries.invalidateQueries({ queryKey: ["books"] }), [queries]));

  const { data } = useQuery({
    queryKey: ["books", chainId, address],
    enabled: live,
    queryFn: async ({ signal }) =>
      z.parse(answer, await bus.query(booksDocument, { chainId, address }, signal)).vault,
  });
  return live ? (data ?? undefined) : undefined;
}

/** A chain that made no block for so long, or lives in another time, is not reckoned forward. */
const patience = 60;

/** The time on the chain, in seconds: our own clock, unless the chain's newest block disagrees with it. */
export function chainTime(head: Head | undefined, now: number): number {
  if (!head) return now;
  const newest = Number(head.timestamp);
  return newest > now || now - newest > patience ? newest : now;
}

/** The time on the chain, second by second. */
export function useChainTime(): bigint {
  const { head } = useLive();
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1_000));
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Math.floor(Date.now() / 1_000));
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return BigInt(chainTime(head, now));
}
