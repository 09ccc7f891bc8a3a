// Generated from the comments in indexer/ponder.schema.ts by `npm run generate`. Do not edit.

import type { Descriptions } from "./extend.ts";

export const descriptions: Descriptions = {
  "protocol": {
    "description": "The totals of everything on one chain.",
    "fields": {
      "chainId": "The chain.",
      "deposits": "Assets paid in: deposits, contributions, tickets, and what was put into the vault directly.",
      "withdrawals": "Assets of principal paid out.",
      "sharesTakenOut": "Vault shares that people took out of pools instead of assets.",
      "yield": "Assets of yield that were paid out, made principal, or put into a prize.",
      "tickets": "The part of the deposits that bought tickets.",
      "sponsored": "Assets that sponsors added to prizes, or gave to make good a lottery's loss.",
      "prizes": "What the prizes that were won were worth in assets when they were drawn.",
      "profit": "Profit of all strategies that was booked, before the fee, in assets.",
      "loss": "Losses of strategies that were booked by a report, in assets.",
      "fees": "The part of the profit that was taken as a fee, in assets.",
      "users": "Accounts that have ever done something.",
      "updatedAt": "When the last event was."
    }
  },
  "protocolPeriod": {
    "description": "What happened on one chain in an hour or a day. A stretch in which nothing happened has no row.",
    "fields": {
      "chainId": "The chain.",
      "interval": "\"hour\" or \"day\", both of UTC.",
      "start": "The second at which it begins.",
      "deposits": "Assets paid in: deposits, contributions, tickets, and what was put into the vault directly.",
      "withdrawals": "Assets of principal paid out.",
      "sharesTakenOut": "Vault shares that people took out of pools instead of assets.",
      "yield": "Assets of yield that were paid out, made principal, or put into a prize.",
      "tickets": "The part of the deposits that bought tickets.",
      "sponsored": "Assets that sponsors added to prizes, or gave to make good a lottery's loss.",
      "prizes": "What the prizes that were won were worth in assets when they were drawn.",
      "profit": "Profit of all strategies that was booked, before the fee, in assets.",
      "loss": "Losses of strategies that were booked by a report, in assets.",
      "fees": "The part of the profit that was taken as a fee, in assets.",
      "activeUsers": "Accounts that did something, each counted once.",
      "newUsers": "Accounts that did something for the first time."
    }
  },
  "poolPeriod": {
    "description": "What happened in one pool in an hour or a day, and its totals at the end.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "poolId": "Which pool of the contract; empty where the contract is one pool.",
      "interval": "\"hour\" or \"day\", both of UTC.",
      "start": "The second at which it begins.",
      "product": "The product that the pool belongs to.",
      "deposits": "Assets paid in: deposits, contributions, tickets, and what was put into the vault directly.",
      "withdrawals": "Assets of principal paid out.",
      "sharesTakenOut": "Vault shares that people took out of pools instead of assets.",
      "yield": "Assets of yield that were paid out, made principal, or put into a prize.",
      "tickets": "The part of the deposits that bought tickets.",
      "sponsored": "Assets that sponsors added to prizes, or gave to make good a lottery's loss.",
      "prizes": "What the prizes that were won were worth in assets when they were drawn.",
      "activeUsers": "Accounts that did something, each counted once.",
      "newUsers": "Accounts that did something for the first time.",
      "totalPrincipal": "The principal of all at the end, in assets.",
      "totalShares": "The vault shares of all at the end."
    }
  },
  "vaultPeriod": {
    "description": "What happened in a vault in an hour or a day, and its books at the end.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "interval": "\"hour\" or \"day\", both of UTC.",
      "start": "The second at which it begins.",
      "deposits": "Assets put in by pools and people.",
      "withdrawals": "Assets taken out by pools and people, in kind included.",
      "profit": "Profit of all strategies that was booked, before the fee, in assets.",
      "loss": "Losses of strategies that were booked by a report, in assets.",
      "fees": "The part of the profit that was taken as a fee, in assets.",
      "grossAssets": "All assets, the still locked profit included.",
      "totalSupply": "All shares.",
      "virtualShares": "The virtual part of the share price: it counts so many shares beside all shares.",
      "lockedProfit": "Profit that was locked at `unlockStart`, and is released evenly until `unlockEnd`.",
      "unlockStart": "When the release began.",
      "unlockEnd": "When all is released."
    }
  },
  "account": {
    "description": "Somebody who has taken part on one chain: what they hold and what they have done.",
    "fields": {
      "chainId": "The chain.",
      "address": "Who.",
      "firstSeen": "When they first did something; null if they only ever received.",
      "lastSeen": "When they last did something.",
      "savingsShares": "Vault shares in savings pools.",
      "cooperativeShares": "Vault shares in cooperatives.",
      "vaultShares": "Vault shares in the account's own name.",
      "tickets": "Principal in tickets, in assets.",
      "prizeShares": "Prizes that were won and not claimed, in vault shares.",
      "circleShares": "Vault shares in circles: collateral, and what came out of others'.",
      "circleCash": "Money in circles that is theirs, in assets: claimable, and collateral that is not in the vault.",
      "principal": "The principal in all pools now, in assets.",
      "deposited": "All that was ever paid in for them, in assets.",
      "withdrawn": "All principal that they ever took out, in assets.",
      "yieldEarned": "All yield that was paid to them or made principal, in assets.",
      "prizesWon": "What their prizes were worth in assets when they were drawn.",
      "wins": "How many prizes they won.",
      "referrals": "How many savers named them as referrer.",
      "referralEarned": "All that they earned as referrer, in vault shares, as far as it was counted.",
      "referralClaimed": "What of that they took out, in vault shares: as money, or the shares themselves."
    }
  },
  "accountHour": {
    "description": "What an account held at the end of an hour in which that changed.",
    "fields": {
      "chainId": "The chain.",
      "account": "Whose.",
      "start": "The second at which the hour begins.",
      "savingsShares": "Vault shares in savings pools.",
      "cooperativeShares": "Vault shares in cooperatives.",
      "vaultShares": "Vault shares in the account's own name.",
      "tickets": "Principal in tickets, in assets.",
      "prizeShares": "Prizes that were won and not claimed, in vault shares.",
      "circleShares": "Vault shares in circles: collateral, and what came out of others'.",
      "circleCash": "Money in circles that is theirs, in assets: claimable, and collateral that is not in the vault."
    }
  },
  "vault": {
    "description": "A vault. Until its next change a share is worth `(grossAssets - locked + 1) / (totalSupply + virtualShares)`, where `locked` falls evenly from `lockedProfit` at `unlockStart` to nothing at `unlockEnd`.",
    "fields": {
      "chainId": "The chain.",
      "address": "The vault's contract.",
      "grossAssets": "All assets, the still locked profit included.",
      "totalSupply": "All shares.",
      "virtualShares": "The virtual part of the share price: it counts so many shares beside all shares.",
      "lockedProfit": "Profit that was locked at `unlockStart`, and is released evenly until `unlockEnd`.",
      "unlockStart": "When the release began.",
      "unlockEnd": "When all is released.",
      "idle": "Assets that no strategy has.",
      "feeBps": "The part of new profit that is taken as a fee, in hundredths of a percent.",
      "feeRecipient": "Who gets the fee.",
      "idleBufferBps": "The part of the assets that is left idle, in hundredths of a percent.",
      "depositsStopped": "Whether a guardian has stopped deposits. Withdrawals cannot be stopped.",
      "supplyOrder": "The strategies in the order in which they are filled.",
      "withdrawalOrder": "The strategies in the order in which they are emptied.",
      "profit": "Profit of all strategies that was booked, before the fee, in assets.",
      "loss": "Losses of strategies that were booked by a report, in assets.",
      "fees": "The part of the profit that was taken as a fee, in assets.",
      "reports": "How often profit was booked.",
      "reportedAt": "When profit was last booked.",
      "createdAt": "When its first event was.",
      "updatedAt": "When the books last changed."
    }
  },
  "allocation": {
    "description": "A strategy, an ERC-4626 that a vault's money works in or worked in, and what the vault has in it.",
    "fields": {
      "chainId": "The chain.",
      "vault": "The vault.",
      "strategy": "The strategy's contract.",
      "listed": "Whether the vault uses it now.",
      "absoluteCap": "The most assets that it may hold.",
      "relativeCapBps": "The most of the vault's assets that it may hold, in hundredths of a percent.",
      "assets": "What the vault has in it by its books, in assets: the allocation.",
      "supplied": "All assets ever put in.",
      "drawn": "All assets ever taken out.",
      "profit": "All gains that were booked.",
      "loss": "All losses that were booked.",
      "failures": "How often it failed to take or give money.",
      "supplyHalted": "Whether it gets no more money, because it has lost some, until the curator accepts its value.",
      "impaired": "Whether so much of it is lost that nobody can deposit into the vault.",
      "addedAt": "When it was added.",
      "removedAt": "When it was removed, if it is not used any more.",
      "updatedAt": "When it last changed."
    }
  },
  "vaultReport": {
    "description": "One booking of a vault's profit.",
    "fields": {
      "id": "The id of its event.",
      "chainId": "The chain.",
      "vault": "The vault.",
      "caller": "Who saw to it.",
      "profit": "All strategies' gains, in assets.",
      "loss": "All strategies' losses, in assets.",
      "feeAssets": "The fee, in assets.",
      "feeShares": "The shares that were minted for the fee.",
      "time": "When."
    }
  },
  "savingsPosition": {
    "description": "What one saver has in one savings pool.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The savings pool.",
      "saver": "Whose.",
      "principal": "The mark above which the shares' worth is yield, in assets.",
      "shares": "Vault shares.",
      "deposited": "All that was ever deposited, in assets.",
      "withdrawn": "All principal that was ever withdrawn, in assets.",
      "claimed": "All yield that was ever paid out, in assets.",
      "compounded": "All yield that ever became principal, in assets.",
      "openedAt": "When the first deposit was.",
      "lastActive": "When something was last paid in or out.",
      "updatedAt": "When it last changed."
    }
  },
  "savingsPool": {
    "description": "The totals of one savings pool.",
    "fields": {
      "chainId": "The chain.",
      "address": "The pool's contract.",
      "totalPrincipal": "The principal of all savers, in assets.",
      "totalShares": "The vault shares of all savers.",
      "totalDeposited": "All that was ever deposited, in assets.",
      "totalWithdrawn": "All principal that was ever withdrawn, in assets.",
      "totalClaimed": "All yield that was ever paid out, in assets.",
      "totalCompounded": "All yield that ever became principal, in assets.",
      "activeSavers": "Savers with a position now.",
      "savers": "Savers who ever had one.",
      "perSaverLimit": "The most principal of one saver, in assets.",
      "totalLimit": "The most principal of all savers, in assets.",
      "updatedAt": "When it last changed."
    }
  },
  "referral": {
    "description": "Who brought whom: the tree of referrals, one row for each saver who named somebody.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The savings pool.",
      "saver": "Who was brought.",
      "referrer": "Who brought them.",
      "earned": "The referrer's part of the fee on this saver's shares, in vault shares, as far as it was counted.",
      "namedAt": "When the referrer was named."
    }
  },
  "cooperative": {
    "description": "A group that saves together.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "poolId": "The group's number.",
      "name": "What its creator called it.",
      "creator": "Who created it.",
      "minimum": "The least principal of a member, in assets.",
      "maximum": "The most principal of a member, in assets.",
      "maxMembers": "How many members it can have.",
      "open": "Whether anybody may join; else one needs an invitation.",
      "closed": "Whether it takes no more money.",
      "invitationEpoch": "Signed invitations of an earlier epoch are void.",
      "memberCount": "How many members it has now.",
      "totalPrincipal": "The principal of all members, in assets.",
      "totalShares": "The vault shares of all members.",
      "createdAt": "When it was created.",
      "updatedAt": "When it last changed."
    }
  },
  "cooperativeMember": {
    "description": "What one member has, or had, in one cooperative.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "poolId": "The group's number.",
      "member": "Whose.",
      "active": "False once they have left; they may join again.",
      "principal": "The mark above which the shares' worth is yield, in assets.",
      "shares": "Vault shares.",
      "contributed": "All that was ever contributed, in assets.",
      "withdrawn": "All principal that was ever withdrawn, in assets.",
      "claimed": "All yield that was ever paid out, in assets.",
      "joinedAt": "When they last joined.",
      "lastActive": "When something was last paid in or out.",
      "updatedAt": "When it last changed."
    }
  },
  "lotteryPool": {
    "description": "A lottery: prize savings over a vault.",
    "fields": {
      "chainId": "The chain.",
      "address": "The lottery's contract.",
      "roundDuration": "Seconds from the start of a round until it may be closed.",
      "answerTime": "Seconds from the close of a round in which randomness can be asked for, and from then in which an answer counts.",
      "minimumPurchase": "The smallest purchase, in assets.",
      "minimumPrize": "With a smaller prize there is no draw, in assets.",
      "tiers": "How a prize is divided: for each tier `winners` and `shareBps`.",
      "coordinator": "Chainlink's VRF coordinator.",
      "subscription": "The subscription that pays for randomness.",
      "currentRound": "The round that runs.",
      "totalPrincipal": "The principal of all tickets, in assets.",
      "totalShares": "The vault shares behind them.",
      "entries": "How many purchases there were.",
      "activePlayers": "Players with tickets now.",
      "players": "Players who ever had some.",
      "wonShares": "All that was ever won, in vault shares.",
      "unansweredRounds": "How many rounds in a row needed an answer and got none; after eight anybody may wind the lottery down.",
      "woundDownAt": "When it was wound down. Since then there are no rounds and no new tickets, and redeeming pays what is left, too.",
      "weightLeft": "Once it was wound down, what the tickets that are still in weighed in the last round; by that the rest is divided.",
      "updatedAt": "When it last changed."
    }
  },
  "lotteryRound": {
    "description": "A round of a lottery.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The lottery.",
      "roundId": "The round's number.",
      "state": "\"open\", \"closed\", \"requested\", \"answered\", \"drawn\" or \"rolledOver\".",
      "start": "When it started.",
      "closesFrom": "From when it may be closed.",
      "end": "When it was closed.",
      "entriesBefore": "How many purchases there were before it: they are in it from its first second.",
      "lastEntry": "The last purchase that takes part.",
      "weight": "What all tickets weigh together, in assets times seconds; known at the close.",
      "missedWeight": "What tickets bought in this round and not redeemed in it weigh less than if they had been there from its start.",
      "prizeShares": "What there is to win, in vault shares; grows until the close.",
      "yieldShares": "The yield of the tickets in it, in vault shares; known at the close.",
      "wonShares": "What was won, in vault shares.",
      "rolledShares": "What went on to the next round, in vault shares.",
      "purchases": "How many purchases were made while it ran.",
      "ticketsBought": "Tickets that were bought while it ran, in assets.",
      "ticketsRedeemed": "Tickets that were redeemed while it ran, in assets.",
      "sponsored": "What sponsors added, in assets.",
      "notDrawnBecause": "Why there was no draw: \"nothingToWin\", \"nobodyToWin\", \"noAnswer\" or \"woundDown\".",
      "updatedAt": "When it last changed."
    }
  },
  "lotteryDraw": {
    "description": "The draw of a round, from the request for randomness on.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The lottery.",
      "roundId": "The round.",
      "requestId": "The request at the coordinator.",
      "caller": "Who asked.",
      "requestedAt": "When it was asked for.",
      "deadline": "Until when an answer counts.",
      "word": "The random word.",
      "answeredAt": "When the word came.",
      "executedAt": "When all winners were drawn.",
      "prizeShares": "What there was to win, in vault shares.",
      "wonShares": "What was won, in vault shares. The rest rolls over."
    }
  },
  "lotteryPrize": {
    "description": "A prize of a draw, won or not.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The lottery.",
      "roundId": "The round.",
      "winner": "Which of the round's prizes, from 0 over all tiers.",
      "tier": "Of which tier, from 0.",
      "player": "Who won; null when it met redeemed tickets as often as is tried.",
      "entry": "The purchase that won.",
      "attempt": "The attempt that hit; earlier ones met redeemed tickets.",
      "shares": "What it is, in vault shares.",
      "assets": "What it was worth when it was drawn, in assets.",
      "time": "When it was drawn."
    }
  },
  "lotteryPurchase": {
    "description": "One purchase of tickets.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The lottery.",
      "entry": "The number of the purchase, from 1.",
      "player": "Whose tickets.",
      "payer": "Who paid.",
      "roundId": "The round that ran.",
      "bought": "How many tickets were bought, in assets.",
      "amount": "How many are left, in assets.",
      "time": "When they were bought."
    }
  },
  "lotteryPlayer": {
    "description": "What one player has in one lottery.",
    "fields": {
      "chainId": "The chain.",
      "pool": "The lottery.",
      "player": "Whose.",
      "principal": "In tickets, in assets.",
      "entries": "How many purchases.",
      "purchased": "All tickets ever bought, in assets.",
      "redeemed": "All tickets ever redeemed, in assets.",
      "prizeShares": "Won and not claimed, in vault shares.",
      "wonShares": "All that was ever won, in vault shares.",
      "wins": "How many prizes.",
      "claimed": "All prizes paid out in assets.",
      "missedRound": "The last round in which tickets were bought.",
      "missedWeight": "What those of its tickets that are left weigh less than if they had been there from the round's start.",
      "joinedAt": "When the first tickets were bought.",
      "lastActive": "When the player last bought, redeemed or claimed.",
      "updatedAt": "When it last changed."
    }
  },
  "circle": {
    "description": "A savings circle: in each round every member pays the same, and one takes it all.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "circleId": "The circle's number.",
      "name": "What its creator called it.",
      "creator": "Who created it.",
      "contribution": "What each member pays in each round, in assets.",
      "collateral": "What each member leaves as security on joining, in assets.",
      "period": "Seconds in which a round's contribution is in time.",
      "grace": "Seconds after the period in which a contribution costs a penalty.",
      "penaltyBps": "What is paid late costs so many hundredths of a percent more.",
      "bidDeposit": "What a bid costs if it is not revealed, and the most that can be bid, in assets.",
      "members": "How many members, and so how many rounds.",
      "joinBy": "Until when the circle must be full.",
      "open": "Whether anybody may join; else one needs an invitation.",
      "invested": "Whether collateral goes to the vault on joining.",
      "turnsBy": "Who takes the pot first: \"joining\", \"random\" or \"bids\".",
      "termsHash": "What members agree to when they join.",
      "mostAtRisk": "The most that a member who pays everything can lose, in assets.",
      "state": "\"forming\", \"full\", \"requested\", \"answered\", \"running\", \"completed\" or \"aborted\".",
      "deadline": "Until when it must be full, then ready, then have its order, before it starts.",
      "abortedBecause": "Why it never started: \"notFilled\", \"noAnswer\" or \"notReady\".",
      "invitationEpoch": "Signed invitations of an earlier epoch are void.",
      "memberCount": "How many members it has.",
      "requestId": "The request for the word that the order is drawn from.",
      "start": "When the first round starts.",
      "end": "When the last round can be settled.",
      "payoutOrder": "The members in the order of payout, as it was at the start.",
      "settledRounds": "How many rounds are settled; the next one has this number.",
      "cash": "What the circle holds in money, in assets.",
      "shares": "What the circle holds in shares.",
      "createdAt": "When it was created.",
      "updatedAt": "When it last changed."
    }
  },
  "circleMember": {
    "description": "What one member has, or had, in one circle.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "circleId": "The circle's number.",
      "member": "Whose.",
      "active": "False once they have left before the start or were struck out; they may join again.",
      "place": "Their place in the order of payout at the start, from 0.",
      "served": "Whether they have had their pot.",
      "defaulted": "Whether they did not pay in time and have not made good for it.",
      "collateral": "Collateral in plain money, in assets.",
      "shares": "Collateral in vault shares.",
      "claimable": "Money that is theirs to claim, in assets.",
      "claimableShares": "Vault shares that are theirs to claim: they came out of others' collateral.",
      "paid": "All contributions to the rounds from the first on, paid ahead or out of collateral too, in assets.",
      "used": "How much of the collateral was used and not paid back, in assets.",
      "contributed": "All that was paid in as contributions, penalties included, in assets.",
      "penalties": "The part of that which were penalties, in assets.",
      "slashed": "What their collateral paid for them, penalties included, in assets.",
      "paidOut": "What they were credited as payout, in assets.",
      "claimed": "What they took out, in assets.",
      "defaults": "How many rounds they did not pay in time.",
      "joinedAt": "When they last joined.",
      "lastActive": "When something was last paid in or out; 0 if never.",
      "updatedAt": "When it last changed."
    }
  },
  "circleRound": {
    "description": "A round of a circle.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "circleId": "The circle's number.",
      "round": "The round, from 0.",
      "start": "Since when it runs.",
      "payBy": "Until when contributions are in time.",
      "settleFrom": "From when it can be settled.",
      "due": "What was paid for it while it ran, in assets.",
      "sealedBids": "Bids that are not revealed.",
      "leader": "Who has revealed the best bid.",
      "discount": "That bid, in assets.",
      "collected": "What was paid for it in all, in assets; known when it is settled.",
      "missing": "What was not, in assets.",
      "settledAt": "When it was settled."
    }
  },
  "circleContribution": {
    "description": "One payment of contributions.",
    "fields": {
      "id": "The id of its event.",
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "circleId": "The circle's number.",
      "round": "The round that ran.",
      "member": "For whom.",
      "payer": "Who paid.",
      "assets": "All that was paid, in assets.",
      "arrears": "The part for rounds that were settled.",
      "due": "The part for the running round.",
      "ahead": "The part for later rounds.",
      "penalty": "The part for being late.",
      "time": "When."
    }
  },
  "circlePayout": {
    "description": "A round's pot, and who got it.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "circleId": "The circle's number.",
      "round": "The round.",
      "member": "Who got it.",
      "cash": "Credited in money, in assets.",
      "shares": "Credited in shares.",
      "assets": "What both were worth together.",
      "penalties": "Part of the money: what others paid for being late.",
      "discount": "What the member gave up for the others.",
      "arrears": "What was taken from the pot to pay members whom this one had left short.",
      "own": "What the member had not paid of this round's own contribution.",
      "missing": "By how much the pot was too small.",
      "time": "When."
    }
  },
  "circleDefault": {
    "description": "A round that a member did not pay in time.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "circleId": "The circle's number.",
      "round": "The round.",
      "member": "Who did not pay.",
      "missing": "What they had not paid, earlier rounds included, in assets.",
      "covered": "How much of it their collateral paid.",
      "arrears": "What they owed then to members whose pots were too small.",
      "time": "When."
    }
  },
  "role": {
    "description": "A role at the access manager.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "roleId": "The role's number; 0 is the admin's.",
      "label": "Its name, where one was given.",
      "admin": "The role that gives and takes it.",
      "guardian": "The role that may cancel what its members have scheduled.",
      "grantDelay": "Seconds that a new member has to wait.",
      "updatedAt": "When it last changed."
    }
  },
  "roleMember": {
    "description": "Who has, or had, a role.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "roleId": "The role's number.",
      "account": "Who.",
      "active": "Whether they have it; it may be that they still have to wait until `since`.",
      "delay": "Seconds that each of their calls has to wait.",
      "since": "From when they have the role, or, for a member, from when the delay holds.",
      "grantedAt": "When it was first given.",
      "revokedAt": "When it was taken, if it is not theirs any more."
    }
  },
  "permission": {
    "description": "Which role may call a function.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "target": "The contract that has the function.",
      "selector": "The function's selector.",
      "roleId": "The role's number.",
      "updatedAt": "When it was set."
    }
  },
  "scheduledCall": {
    "description": "A call that was scheduled at the access manager.",
    "fields": {
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "callId": "Its id at the access manager: the same call has the same.",
      "nonce": "Tells apart schedules of the same call.",
      "state": "\"scheduled\", \"executed\" or \"canceled\".",
      "caller": "Who scheduled it.",
      "target": "The contract that is to be called.",
      "data": "The call.",
      "executableFrom": "From when it may be executed.",
      "scheduledAt": "When it was scheduled.",
      "settledAt": "When it was executed or canceled."
    }
  },
  "privilegedAction": {
    "description": "The audit trail: everything that needed a role, and every change of roles.",
    "fields": {
      "id": "The id of its event; `event` has the arguments.",
      "chainId": "The chain.",
      "contract": "The contract that keeps it.",
      "product": "The product that the contract belongs to.",
      "action": "What was done: the event's name in Solidity.",
      "sender": "Who sent the transaction.",
      "roleId": "The role that it is about, where there is one.",
      "target": "The account or contract that it is about, where there is one.",
      "transactionHash": "The transaction.",
      "blockNumber": "The block.",
      "time": "When."
    }
  },
  "price": {
    "description": "What the asset was worth in US dollars, by a Chainlink aggregator: one row for each answer.",
    "fields": {
      "chainId": "The chain.",
      "source": "The aggregator.",
      "roundId": "The aggregator's round.",
      "answer": "US dollars for one whole unit of the asset, times ten to the power of `decimals`.",
      "decimals": "How many decimals the answer has.",
      "updatedAt": "When the aggregator took it.",
      "blockNumber": "The block that has it.",
      "time": "The time of that block: from then on the price holds."
    }
  },
  "event": {
    "description": "The append-only log: one row for each protocol event, written in its block's own transaction.",
    "fields": {
      "id": "Ponder's checkpoint of the event: 75 digits that sort in the order of the chain.",
      "chainId": "The chain.",
      "blockNumber": "The block.",
      "blockHash": "The block's hash.",
      "blockTimestamp": "The block's time.",
      "transactionHash": "The transaction.",
      "logIndex": "Its place among all logs of the block.",
      "contract": "The contract that emitted it.",
      "product": "The product that the contract belongs to.",
      "type": "The event's name in Solidity.",
      "actor": "Who acted: paid, sent or called.",
      "account": "Whose position changed, where one did.",
      "subject": "The pool, round or circle it is about, where there is one.",
      "args": "The arguments by name; whole numbers as decimal strings."
    }
  }
};
