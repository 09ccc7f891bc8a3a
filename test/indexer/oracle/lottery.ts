import type { Hex } from "viem";
import type { Chain } from "./chain.ts";
import { first, greatestOf, groupsOf, last, sumOf } from "./lists.ts";
import { type Log, totalOf } from "./log.ts";
import { type Move, moveOf } from "./move.ts";
import type { Part } from "./part.ts";
import { type Pool, toldTotals } from "./pool.ts";
import type { Row } from "./row.ts";
import { worthAt } from "./worth.ts";

export const lottery: Part = {
  contract: "LotteryPool",
  product: "lottery",
  actorOf,
  accountOf,
  movesOf: (chain) => chain.logsOf("LotteryPool").flatMap((log) => movesAt(log, chain)),
  pools: { poolOf, totalsAt: (own, end) => toldTotals(own, "total", end) },
  tablesOf: (chain) => ({
    lotteryPool: poolRows(chain),
    lotteryRound: roundRows(chain),
    lotteryDraw: drawRows(chain),
    lotteryPrize: prizeRows(chain),
    lotteryPurchase: purchaseRows(chain),
    lotteryPlayer: playerRows(chain),
  }),
};

function actorOf(log: Log): Hex | undefined {
  if (log.is("TicketPurchased")) return log.who("payer");
  if (log.is("TicketsRedeemed", "PrizeClaimed")) return log.who("player");
  if (log.is("PrizeSponsored")) return log.who("sponsor");
  if (log.is("PrincipalCovered")) return log.who("payer");
  const called = log.is("RoundClosed", "DrawRequested", "LotteryWoundDown");
  return called ? log.who("caller") : undefined;
}

function accountOf(log: Log): Hex | undefined {
  if (log.is("PrizeSponsored")) return log.who("sponsor");
  if (log.is("PrincipalCovered")) return log.who("payer");
  return "player" in log.args ? log.who("player") : undefined;
}

function poolOf(log: Log): Pool {
  return { contract: log.address, poolId: "", product: "lottery" };
}

function movesAt(log: Log, chain: Chain): Move[] {
  const assets = log.big("assets");
  const shares = log.big("shares");
  const pool = poolOf(log);
  switch (log.name) {
    case "TicketPurchased": {
      const flows = { deposits: assets, tickets: assets };
      const holdings = { tickets: assets, principal: assets };
      return [moveOf(log, log.who("player"), { pool, flows, holdings })];
    }
    case "TicketsRedeemed": {
      const flows = assets > 0n ? { withdrawals: assets } : { sharesTakenOut: shares };
      const holdings = { tickets: -log.big("principal"), principal: -log.big("principal") };
      return [moveOf(log, log.who("player"), { pool, flows, holdings })];
    }
    case "PrizeSponsored":
      return [moveOf(log, log.who("sponsor"), { flows: { sponsored: assets } })];
    case "PrincipalCovered":
      return [moveOf(log, log.who("payer"), { flows: { sponsored: assets } })];
    case "WinnerDeclared": {
      const flows = { prizes: worthAt(chain, log, shares) };
      const holdings = { prizeShares: shares };
      return [moveOf(log, log.who("player"), { pool, flows, holdings, acts: false })];
    }
    case "PrizeClaimed": {
      const flows = assets > 0n ? {} : { sharesTakenOut: shares };
      const holdings = { prizeShares: -shares };
      return [moveOf(log, log.who("player"), { pool, flows, holdings })];
    }
    default:
      return [];
  }
}

// ------------------------------------------------------------------------------------------------------------- rounds

/** Logs by the round that they name. */
function roundsOf(chain: Chain): Map<string, Log[]> {
  const naming = chain.logsOf("LotteryPool").filter((log) => "roundId" in log.args);
  return groupsOf(naming, (log) => String(log.big("roundId")));
}

/** Tickets given back, with the round that ran at the time. */
function redemptionsOf(chain: Chain): { log: Log; roundId: bigint }[] {
  let roundId = 0n;
  return chain.logsOf("LotteryPool", "RoundStarted", "TicketsRedeemed").flatMap((log) => {
    if (log.is("TicketsRedeemed")) return [{ log, roundId }];
    roundId = log.big("roundId");
    return [];
  });
}

/** How much less than from its round's start a purchase weighs, for what was not redeemed in that round. */
function missedWeightsOf(chain: Chain): (purchase: Log) => bigint {
  const keyOf = (log: Log, roundId: bigint) => `${log.big("entry")} ${roundId}`;
  const redeemed = groupsOf(redemptionsOf(chain), ({ log, roundId }) => keyOf(log, roundId));
  const started = groupsOf(chain.logsOf("LotteryPool", "RoundStarted"), (log) =>
    String(log.big("roundId")),
  );
  return (purchase) => {
    const roundId = purchase.big("roundId");
    const atOnce = redeemed.get(keyOf(purchase, roundId)) ?? [];
    const left = purchase.big("assets") - sumOf(atOnce, ({ log }) => log.big("principal"));
    const start = first(started.get(String(roundId)) ?? []).big("start");
    return left * (purchase.time - start);
  };
}

// ------------------------------------------------------------------------------------------------------------- tables

function poolRows(chain: Chain): Row[] {
  const all = chain.logsOf("LotteryPool");
  const opened = first(all);
  const rules = opened.args["rules"] as Record<string, number | bigint>;
  const parts = all.filter((log) => log.is("TicketPurchased", "TicketsRedeemed"));
  const players = [...groupsOf(parts, (log) => log.who("player")).values()];
  const told = all.findLast((log) => "totalPrincipalAfter" in log.args);
  const touching = [
    ...["LotteryOpened", "RoundStarted", "TicketPurchased", "TicketsRedeemed"],
    ...["RoundClosed", "WinnerDeclared", "DrawExecuted", "PrincipalCovered", "LotteryWoundDown"],
  ];
  const woundDown = all.find((log) => log.is("LotteryWoundDown"));
  const noAnswers = all.filter(
    (log) => log.is("RoundNotDrawn") && reasons[log.num("reason")] === "noAnswer",
  );
  const answered = all.findLast((log) => log.is("DrawExecuted"));
  const inARow = noAnswers.filter(
    (log) => answered === undefined || chain.placeOf(log) > chain.placeOf(answered),
  );
  return [
    {
      address: opened.address,
      ...Object.fromEntries(Object.entries(rules).map(([name, value]) => [name, BigInt(value)])),
      tiers: opened.args["tiers"],
      coordinator: opened.who("coordinator"),
      subscription: opened.big("subscription"),
      currentRound: last(all.filter((log) => log.is("RoundStarted"))).big("roundId"),
      totalPrincipal: told?.big("totalPrincipalAfter") ?? 0n,
      totalShares: told?.big("totalSharesAfter") ?? 0n,
      entries: BigInt(all.filter((log) => log.is("TicketPurchased")).length),
      activePlayers: players.filter((logs) => last(logs).big("principalAfter") > 0n).length,
      players: players.length,
      wonShares: totalOf(all, "shares", "WinnerDeclared"),
      unansweredRounds: inARow.length,
      woundDownAt: woundDown?.time ?? null,
      weightLeft: woundDown ? weightLeft(chain, woundDown) : 0n,
      updatedAt: last(all.filter((log) => log.is(...touching) || noAnswers.includes(log))).time,
    },
  ];
}

/** What the tickets that are still in weighed in the round before the lottery was wound down. */
function weightLeft(chain: Chain, woundDown: Log): bigint {
  const ended = woundDown.big("roundId") - 1n;
  const own = roundsOf(chain).get(String(ended)) ?? [];
  const start = first(own.filter((log) => log.is("RoundStarted"))).big("start");
  const end = first(own.filter((log) => log.is("RoundClosed"))).big("end");
  const lastEntry = first(own.filter((log) => log.is("RoundClosed"))).big("lastEntry");
  const bought = chain.logsOf("LotteryPool", "TicketPurchased");
  const redeemed = chain.logsOf("LotteryPool", "TicketsRedeemed");
  return sumOf(
    bought.filter((log) => log.big("entry") <= lastEntry),
    (log) => {
      const gone = redeemed.filter((other) => other.big("entry") === log.big("entry"));
      const left = log.big("assets") - sumOf(gone, (other) => other.big("principal"));
      return left * (end - (log.time > start ? log.time : start));
    },
  );
}

const states: Record<string, string> = {
  RoundStarted: "open",
  RoundClosed: "closed",
  DrawRequested: "requested",
  DrawAnswered: "answered",
  DrawExecuted: "drawn",
  RoundNotDrawn: "rolledOver",
};

const reasons = ["nothingToWin", "nobodyToWin", "noAnswer", "woundDown"];

function roundRows(chain: Chain): Row[] {
  const rounds = roundsOf(chain);
  const missedWeightOf = missedWeightsOf(chain);
  const redemptions = groupsOf(redemptionsOf(chain), ({ roundId }) => String(roundId));
  const rolled = groupsOf(chain.logsOf("LotteryPool", "PrizeRolledOver"), (log) =>
    String(log.big("toRoundId")),
  );
  return chain.logsOf("LotteryPool", "RoundStarted").map((started) => {
    const key = String(started.big("roundId"));
    const own = rounds.get(key) ?? [];
    const one = (name: string) => own.find((log) => log.is(name));
    const closed = one("RoundClosed");
    const bought = own.filter((log) => log.is("TicketPurchased"));
    const redeemed = (redemptions.get(key) ?? []).map(({ log }) => log);
    const into = rolled.get(key) ?? [];
    const fed = [...into, ...own.filter((log) => log.is("PrizeSponsored", "RoundClosed"))].toSorted(
      (a, b) => chain.placeOf(a) - chain.placeOf(b),
    );
    const touching = [...own, ...redeemed, ...into].filter((log) => !log.is("PrizeNotWon"));
    const reason = one("RoundNotDrawn")?.num("reason");
    const woundDown = one("LotteryWoundDown");
    return {
      pool: started.address,
      roundId: started.big("roundId"),
      state: states[last(own.filter((log) => log.name in states)).name],
      start: started.big("start"),
      closesFrom: started.big("closesFrom"),
      end: closed?.big("end") ?? woundDown?.time ?? null,
      entriesBefore: started.big("entriesBefore"),
      lastEntry: closed?.big("lastEntry") ?? null,
      weight: closed?.big("weight") ?? null,
      missedWeight: sumOf(bought, missedWeightOf),
      prizeShares: woundDown ? 0n : (fed.at(-1) ?? started).big("prizeSharesAfter"),
      yieldShares: closed?.big("yieldShares") ?? 0n,
      wonShares: totalOf(own, "shares", "WinnerDeclared"),
      rolledShares: one("PrizeRolledOver")?.big("shares") ?? 0n,
      purchases: bought.length,
      ticketsBought: sumOf(bought, (log) => log.big("assets")),
      ticketsRedeemed: sumOf(redeemed, (log) => log.big("principal")),
      sponsored: totalOf(own, "assets", "PrizeSponsored"),
      notDrawnBecause: reason === undefined ? null : reasons[reason],
      updatedAt: greatestOf(touching.map(({ time }) => time)),
    };
  });
}

function drawRows(chain: Chain): Row[] {
  const rounds = roundsOf(chain);
  return chain.logsOf("LotteryPool", "DrawRequested").map((asked) => {
    const own = rounds.get(String(asked.big("roundId"))) ?? [];
    const answered = own.find((log) => log.is("DrawAnswered"));
    const executed = own.find((log) => log.is("DrawExecuted"));
    return {
      pool: asked.address,
      ...asked.args,
      caller: asked.who("caller"),
      requestedAt: asked.time,
      word: answered?.big("word") ?? null,
      answeredAt: answered?.time ?? null,
      executedAt: executed?.time ?? null,
      prizeShares: executed?.big("prizeShares") ?? null,
      wonShares: executed?.big("wonShares") ?? null,
    };
  });
}

function prizeRows(chain: Chain): Row[] {
  return chain.logsOf("LotteryPool", "WinnerDeclared", "PrizeNotWon").map((log) => {
    const isWon = log.is("WinnerDeclared");
    return {
      pool: log.address,
      roundId: log.big("roundId"),
      winner: log.num("winner"),
      tier: log.num("tier"),
      player: isWon ? log.who("player") : null,
      entry: isWon ? log.big("entry") : null,
      attempt: isWon ? log.num("attempt") : null,
      shares: log.big("shares"),
      assets: worthAt(chain, log, log.big("shares")),
      time: log.time,
    };
  });
}

function purchaseRows(chain: Chain): Row[] {
  const redeemed = groupsOf(chain.logsOf("LotteryPool", "TicketsRedeemed"), (log) =>
    String(log.big("entry")),
  );
  return chain.logsOf("LotteryPool", "TicketPurchased").map((log) => ({
    pool: log.address,
    entry: log.big("entry"),
    player: log.who("player"),
    payer: log.who("payer"),
    roundId: log.big("roundId"),
    bought: log.big("assets"),
    amount:
      redeemed
        .get(String(log.big("entry")))
        ?.at(-1)
        ?.big("entryAfter") ?? log.big("assets"),
    time: log.time,
  }));
}

function playerRows(chain: Chain): Row[] {
  const missedWeightOf = missedWeightsOf(chain);
  const all = chain.logsOf(
    "LotteryPool",
    ...["TicketPurchased", "TicketsRedeemed", "WinnerDeclared", "PrizeClaimed"],
  );
  return [...groupsOf(all, (log) => log.who("player"))].map(([player, logs]) => {
    const bought = logs.filter((log) => log.is("TicketPurchased"));
    const missedRound = last(bought).big("roundId");
    const parts = logs.filter((log) => log.is("TicketPurchased", "TicketsRedeemed"));
    const won = totalOf(logs, "shares", "WinnerDeclared");
    return {
      pool: first(logs).address,
      player,
      principal: last(parts).big("principalAfter"),
      entries: bought.length,
      purchased: totalOf(logs, "assets", "TicketPurchased"),
      redeemed: totalOf(logs, "principal", "TicketsRedeemed"),
      prizeShares: won - totalOf(logs, "shares", "PrizeClaimed"),
      wonShares: won,
      wins: logs.filter((log) => log.is("WinnerDeclared")).length,
      claimed: totalOf(logs, "assets", "PrizeClaimed"),
      missedRound,
      missedWeight: sumOf(
        bought.filter((log) => log.big("roundId") === missedRound),
        missedWeightOf,
      ),
      joinedAt: first(bought).time,
      lastActive: last(logs.filter((log) => !log.is("WinnerDeclared"))).time,
      updatedAt: last(logs).time,
    };
  });
}
