import { type Context, ponder } from "ponder:registry";
import type { Address } from "viem";
import { changeAccount } from "../accounts.ts";
import { appendToAudit } from "../audit.ts";
import { appendToLog, type ChainEvent } from "../log.ts";
import { addToProtocol } from "../periods.ts";

const product = "treasury";

ponder.on("FeeTreasury:ReferralRewardClaimed", async ({ event, context }) => {
  const { referrer, shares } = event.args;
  const type = "ReferralRewardClaimed";
  await appendToLog(context, event, { product, type, actor: referrer, account: referrer });
  await takeOut(context, event, referrer, shares);
});

// Who holds the shares now, their own Transfer says.
ponder.on("FeeTreasury:ReferralSharesTakenOut", async ({ event, context }) => {
  const { referrer, shares } = event.args;
  const type = "ReferralSharesTakenOut";
  await appendToLog(context, event, { product, type, actor: referrer, account: referrer });
  await takeOut(context, event, referrer, shares);
});

ponder.on("FeeTreasury:FeeCollected", async ({ event, context }) => {
  await appendToAudit(context, event, {
    product,
    type: "FeeCollected",
    target: event.args.receiver,
  });
});

async function takeOut(
  context: Context,
  event: ChainEvent,
  referrer: Address,
  shares: bigint,
): Promise<void> {
  const change = { referralClaimed: shares };
  const activity = await changeAccount(context, event, referrer, change, true);
  await addToProtocol(context, event, {}, activity);
}
