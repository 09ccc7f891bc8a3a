import { ponder } from "ponder:registry";
import { appendToLog } from "../log.ts";

ponder.on("FeeTreasury:ReferralRewardClaimed", async ({ event, context }) => {
  const { referrer } = event.args;
  await appendToLog(context, event, {
    product: "treasury",
    type: "ReferralRewardClaimed",
    actor: referrer,
    account: referrer,
  });
});

ponder.on("FeeTreasury:FeeCollected", async ({ event, context }) => {
  const { by, receiver } = event.args;
  await appendToLog(context, event, {
    product: "treasury",
    type: "FeeCollected",
    actor: by,
    account: receiver,
  });
});
