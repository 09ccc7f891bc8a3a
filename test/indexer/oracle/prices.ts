import type { Part } from "./part.ts";

export const prices: Part = {
  contract: "PriceFeed",
  product: "price",
  tablesOf: (chain) => ({
    price: chain.logsOf("PriceFeed", "AnswerUpdated").map((log) => ({
      source: log.address,
      roundId: log.big("roundId"),
      answer: log.big("current"),
      decimals: 8,
      updatedAt: log.big("updatedAt"),
      blockNumber: log.blockNumber,
      time: log.time,
    })),
  }),
};
