import { ponder } from "ponder:registry";
import { changeAccount } from "../accounts.ts";
import { appendToAudit } from "../audit.ts";
import { appendToLog } from "../log.ts";
import { addToProtocol } from "../periods.ts";

const product = "treasury";

ponder.on("FeeTreasury:ReferralRewardClaimed", async ({ event, context }) => {
  const { referrer, assets } = event.args;
  const type = "ReferralRewardClaimed";
  await appendToLog(context, event, { product, type, actor: referrer, account: referrer });
  const activity = await changeAccount(context, event, referrer, { referralClaimed: assets }, true);
  await addToProtocol(context, event, {}, activity);
});

ponder.on("FeeTreasury:FeeCollected", async ({ event, context }) => {
  await appendToAudit(context, event, {
    product,
    type: "FeeCollected",
    target: event.args.receiver,
  });
});
