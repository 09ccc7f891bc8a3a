import { ponder } from "ponder:registry";
import { price } from "ponder:schema";
import { appendToLog } from "../log.ts";

/** Chainlink's feeds in US dollars all have so many. */
const decimals = 8;

ponder.on("PriceFeed:AnswerUpdated", async ({ event, context }) => {
  const { current, roundId, updatedAt } = event.args;
  await appendToLog(context, event, {
    product: "price",
    type: "AnswerUpdated",
    actor: event.transaction.from,
  });
  const answer = {
    answer: current,
    decimals,
    updatedAt,
    blockNumber: event.block.number,
    time: event.block.timestamp,
  };
  await context.db
    .insert(price)
    .values({ chainId: context.chain.id, source: event.log.address, roundId, ...answer })
    .onConflictDoUpdate(answer);
});
