import type { Hash, PublicClient } from "viem";
import { vi } from "vitest";

/**
 * Resolves when a transaction is in a block and did what it should. viem's own wait looks again when there is a new block
 * only; on a chain that has one for each transaction it waits in vain if it looked a moment too early.
 */
export async function mined(
  client: Pick<PublicClient, "getTransactionReceipt">,
  sent: Promise<Hash>,
): Promise<void> {
  const hash = await sent;
  const { status } = await vi.waitUntil(
    () => client.getTransactionReceipt({ hash }).catch(() => undefined),
    { timeout: 60_000, interval: 20 },
  );
  if (status === "reverted") throw new Reverted(hash);
}

/** What was possible a moment ago was not when the transaction was mined. */
export class Reverted extends Error {
  override readonly name = "Reverted";

  constructor(hash: Hash) {
    super(`${hash} was reverted`);
  }
}
