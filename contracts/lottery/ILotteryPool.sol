// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVaultPool} from "../pool/IVaultPool.sol";
import {IVrfConsumer} from "./IVrfConsumer.sol";

/// @title ILotteryPool
/// @notice Savings with prizes. Tickets are a deposit into the vault, and can be redeemed for it at any time; the yield
/// of all tickets is drawn among the players. Nobody owns this contract, and nothing in it can be stopped.
///
/// Rounds follow each other without a gap. A unit of money has as many chances in a round as it was in for seconds.
/// Anybody may close a round once its time is over, ask Chainlink VRF for a random word, and then finalise the draw.
/// What was redeemed before the close has no chance; what is redeemed after the close can no longer win, and nobody
/// else's numbers change. A round without an answer in time has no draw: its prize goes to the next round, and the
/// answer, should it come after all, is ignored. No round is ever drawn twice.
///
/// It ends without anybody's key: after some rounds in a row without an answer, anybody may wind it down. Then there
/// are no new rounds and no new tickets, and what would have been prizes is paid with the tickets when they are
/// redeemed.
///
/// Prizes are vault shares until they are claimed, so that closing and drawing need no liquidity and a prize that waits
/// goes on earning.
///
/// In every event, `assets` are in the asset's smallest unit, `shares` are vault shares, times are seconds since 1970,
/// and "After" are the numbers once the event has happened.
interface ILotteryPool is IVaultPool, IVrfConsumer {
    /// @notice Where a round stands.
    /// Open: it runs, or waits to be closed. Closed: its randomness may be asked for. Requested: it was. Answered: the
    /// word is there, and the draw may be finalised. Drawn: it was. RolledOver: it ended without a draw.
    enum State {
        Unknown,
        Open,
        Closed,
        Requested,
        Answered,
        Drawn,
        RolledOver
    }

    /// @notice Why a round ended without a draw.
    /// NothingToWin: the prize was below the minimum. NobodyToWin: there were no tickets. NoAnswer: no randomness in
    /// time. WoundDown: the lottery was wound down while it ran.
    enum Reason {
        NothingToWin,
        NobodyToWin,
        NoAnswer,
        WoundDown
    }

    /// @notice What holds for every round.
    /// @param roundDuration Seconds from the start of a round until it may be closed.
    /// @param answerTime Seconds from the close in which randomness can be asked for, and again from the request in
    /// which an answer counts.
    /// @param minimumPurchase The smallest purchase.
    /// @param minimumPrize With a smaller prize there is no draw: a draw costs the subscription money.
    struct Rules {
        uint32 roundDuration;
        uint32 answerTime;
        uint96 minimumPurchase;
        uint128 minimumPrize;
    }

    /// @notice A part of the prize, in equal parts for some winners.
    /// @param winners How many. Each is drawn by itself; one entry can win more than once.
    /// @param shareBps The part of the prize for all of them, in hundredths of a percent.
    struct Tier {
        uint16 winners;
        uint16 shareBps;
    }

    /// @notice A round.
    /// @param weight What all entries weigh together: units of money x seconds.
    /// @param requestId The request for randomness.
    /// @param word The random word.
    /// @param state Where it stands.
    /// @param prize What is in it to win, in shares.
    /// @param winner The winner who is to be drawn next, from 0 over all tiers.
    /// @param attempt The attempt at that winner, from 0.
    /// @param deadline Until when its randomness can be asked for; once it was, until when an answer counts.
    /// @param unanswered How many rounds in a row before it needed an answer and got none.
    /// @param left What of that has not been won, in shares.
    /// @param start When it started.
    /// @param end When it was closed; 0 while it is open.
    /// @param entriesBefore How many entries there were before it.
    /// @param lastEntry The last entry that takes part; 0 while it is open.
    struct Round {
        uint256 weight;
        uint256 requestId;
        uint256 word;
        State state;
        uint128 prize;
        uint16 winner;
        uint16 attempt;
        uint40 deadline;
        uint32 unanswered;
        uint128 left;
        uint32 start;
        uint32 end;
        uint32 entriesBefore;
        uint32 lastEntry;
    }

    /// @notice What a player has.
    /// @param principal In tickets.
    /// @param prizeShares Won and not claimed.
    struct Player {
        uint128 principal;
        uint128 prizeShares;
    }

    // ------------------------------------------------------------------------------------------------------ events

    /// @notice The pool was set up.
    /// @param rules What holds for every round.
    /// @param tiers How a prize is divided.
    /// @param subscription Which subscription at the coordinator pays for randomness.
    event LotteryOpened(Rules rules, Tier[] tiers, address coordinator, uint256 subscription);

    /// @notice A round started.
    /// @param roundId The round.
    /// @param start When.
    /// @param closesFrom From when it may be closed.
    /// @param entriesBefore How many entries there were before it: they are in it from its first second.
    /// @param prizeSharesAfter What rolled over into it.
    event RoundStarted(
        uint256 indexed roundId,
        uint256 start,
        uint256 closesFrom,
        uint256 entriesBefore,
        uint256 prizeSharesAfter
    );

    /// @notice Tickets were bought.
    /// @param roundId The round that runs.
    /// @param player Whose they are.
    /// @param payer Who paid.
    /// @param entry The number of the purchase.
    /// @param time When.
    event TicketPurchased(
        uint256 indexed roundId,
        address indexed player,
        address indexed payer,
        uint256 entry,
        uint256 time,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice Tickets were redeemed.
    /// @param player Whose they were.
    /// @param receiver Who got the money, or the shares.
    /// @param entry Of which purchase.
    /// @param principal How many.
    /// @param assets What was paid: the principal, or its part of what there is after a loss. 0 if shares were paid.
    /// @param shares What that cost, or what was paid.
    /// @param entryAfter What is left of the purchase.
    event TicketsRedeemed(
        address indexed player,
        address indexed receiver,
        uint256 indexed entry,
        uint256 principal,
        uint256 assets,
        uint256 shares,
        uint256 entryAfter,
        uint256 principalAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice Somebody added to a prize.
    /// @param roundId Which round's.
    /// @param sponsor Who.
    event PrizeSponsored(
        uint256 indexed roundId,
        address indexed sponsor,
        uint256 assets,
        uint256 shares,
        uint256 prizeSharesAfter
    );

    /// @notice A round was closed: entries, weights and prize are fixed.
    /// @param roundId The round.
    /// @param caller Who closed it.
    /// @param end When.
    /// @param lastEntry The last entry that takes part.
    /// @param weight What all entries weigh together.
    /// @param yieldShares The yield of the tickets since the last close, now part of the prize.
    /// @param prizeSharesAfter The prize.
    event RoundClosed(
        uint256 indexed roundId,
        address indexed caller,
        uint256 end,
        uint256 lastEntry,
        uint256 weight,
        uint256 yieldShares,
        uint256 prizeSharesAfter,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice Randomness was asked for.
    /// @param roundId The round.
    /// @param requestId The request at the coordinator.
    /// @param caller Who asked.
    /// @param deadline Until when an answer counts.
    event DrawRequested(
        uint256 indexed roundId,
        uint256 indexed requestId,
        address indexed caller,
        uint256 deadline
    );

    /// @notice The random word came, in time.
    event DrawAnswered(uint256 indexed roundId, uint256 indexed requestId, uint256 word, uint256 time);

    /// @notice A random word came that no round waits for, or waits for any longer.
    event AnswerIgnored(uint256 indexed requestId);

    /// @notice A winner was drawn.
    /// @param roundId The round.
    /// @param player Who won.
    /// @param entry With which purchase.
    /// @param winner Which of the round's winners, from 0 over all tiers.
    /// @param tier Of which tier, from 0.
    /// @param attempt At which attempt; earlier ones met tickets that were redeemed after the close.
    /// @param shares What was won.
    /// @param prizeSharesAfter What the player has to claim.
    event WinnerDeclared(
        uint256 indexed roundId,
        address indexed player,
        uint256 indexed entry,
        uint256 winner,
        uint256 tier,
        uint256 attempt,
        uint256 shares,
        uint256 prizeSharesAfter
    );

    /// @notice A prize met redeemed tickets as often as is tried, and rolls over.
    event PrizeNotWon(uint256 indexed roundId, uint256 winner, uint256 tier, uint256 shares);

    /// @notice All winners of a round were drawn.
    /// @param roundId The round.
    /// @param word The random word.
    /// @param prizeShares What there was to win.
    /// @param wonShares What was won. The rest rolls over.
    event DrawExecuted(uint256 indexed roundId, uint256 word, uint256 prizeShares, uint256 wonShares);

    /// @notice A prize, or what was left of it, went to the next round.
    /// @param roundId From which.
    /// @param toRoundId To which.
    /// @param shares How much.
    /// @param prizeSharesAfter What is in the other round then.
    event PrizeRolledOver(
        uint256 indexed roundId,
        uint256 indexed toRoundId,
        uint256 shares,
        uint256 prizeSharesAfter
    );

    /// @notice A round ended without a draw.
    event RoundNotDrawn(uint256 indexed roundId, Reason reason);

    /// @notice Somebody made good what the heap lacked of the principal after a loss.
    /// @param payer Who.
    event PrincipalCovered(
        address indexed payer,
        uint256 assets,
        uint256 shares,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice The lottery was wound down: what was to be won is divided among those who redeem.
    /// @param roundId The round that ran, and that no other follows.
    /// @param caller Who did it.
    /// @param prizeShares What was to be won, now together with what is behind the tickets.
    /// @param weight What the tickets that are still in weighed in the round before: by that what is above the
    /// principal is divided.
    event LotteryWoundDown(
        uint256 indexed roundId,
        address indexed caller,
        uint256 prizeShares,
        uint256 weight,
        uint256 totalPrincipalAfter,
        uint256 totalSharesAfter
    );

    /// @notice A player took out what they had won.
    /// @param player Who.
    /// @param receiver Who got it.
    /// @param assets What was paid. 0 if shares were paid.
    /// @param shares What that cost, or what was paid.
    event PrizeClaimed(address indexed player, address indexed receiver, uint256 assets, uint256 shares);

    // ------------------------------------------------------------------------------------------------------ errors

    /// @notice An address that must be given was zero.
    error ZeroAddress();

    /// @notice The purchase is smaller than the pool takes.
    error BelowMinimum(uint256 assets, uint256 minimum);

    /// @notice These tickets are somebody else's.
    error NotYourTickets(uint256 entry, address caller);

    /// @notice There is less left of the purchase than that.
    error TicketsTooLow(uint256 principal, uint256 left);

    /// @notice The price moved: less than the caller accepts.
    error TooFewAssets(uint256 assets, uint256 minAssets);

    /// @notice The player has won nothing that is not claimed.
    error NothingToClaim(address player);

    /// @notice The round's time is not over.
    error RoundRunning(uint256 roundId, uint256 closesFrom);

    /// @notice The round before has to be drawn or rolled over first.
    error DrawPending(uint256 roundId);

    /// @notice That is for a round in another state.
    error WrongState(uint256 roundId, State state, State needed);

    /// @notice The time for an answer is over: roll the prize over.
    error TooLateForDraw(uint256 roundId, uint256 deadline);

    /// @notice There is still time for an answer.
    error TooEarlyToRollOver(uint256 roundId, uint256 deadline);

    /// @notice A round takes a minute to 365 days, an answer a minute to 30 days, and tiers need winners whose parts
    /// make a whole.
    error RulesOutOfRange();

    /// @notice The principal is covered, or what it lacks is not certain while a strategy cannot be read.
    error NothingToCover();

    /// @notice So many rounds in a row got no answer; it takes more to wind the lottery down.
    error TooEarlyToWindDown(uint256 unanswered, uint256 needed);

    /// @notice Nobody is in, so that there is nobody to pay what is left: buy a ticket first.
    error NobodyIsIn();

    // --------------------------------------------------------------------------------------------- players' actions

    /// @notice Buys tickets for oneself or for somebody else. The caller pays.
    /// @param assets What to pay: so many tickets.
    /// @param player Whose they are.
    /// @param minShares The least number of vault shares to accept.
    /// @return entry The number of the purchase.
    function buyTickets(uint256 assets, address player, uint256 minShares) external returns (uint256 entry);

    /// @notice The same with an EIP-2612 permit of the asset; one that somebody else has already used is no hindrance.
    /// @param assets What to pay: so many tickets.
    /// @param player Whose they are.
    /// @param minShares The least number of vault shares to accept.
    /// @param deadline Until when the permit holds.
    /// @param v Signature.
    /// @param r Signature.
    /// @param s Signature.
    /// @return entry The number of the purchase.
    function buyTicketsWithPermit(
        uint256 assets,
        address player,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 entry);

    /// @notice Redeems tickets, whatever the state of any round.
    /// @param entry Of which purchase.
    /// @param principal How many.
    /// @param receiver Who gets the money.
    /// @param minAssets The least to accept.
    /// @return assets What was paid: the principal, or its part of what there is after a loss; and once the lottery has
    /// been wound down, its part of what is left.
    function redeemTickets(
        uint256 entry,
        uint256 principal,
        address receiver,
        uint256 minAssets
    ) external returns (uint256 assets);

    /// @notice Redeems tickets for the vault shares themselves: the exit that depends on no strategy and no liquidity.
    /// @param entry Of which purchase.
    /// @param principal How many.
    /// @param receiver Who gets the shares.
    /// @return shares How many, rounded down.
    function redeemTicketsAsShares(
        uint256 entry,
        uint256 principal,
        address receiver
    ) external returns (uint256 shares);

    /// @notice Redeems all that is left of several purchases. Cheaper than one by one.
    /// @param entries Of which.
    /// @param receiver Who gets the money.
    /// @param minAssets The least to accept for all together.
    /// @return assets What was paid.
    function redeemEntries(
        uint256[] calldata entries,
        address receiver,
        uint256 minAssets
    ) external returns (uint256 assets);

    /// @notice The same for the vault shares themselves.
    /// @param entries Of which.
    /// @param receiver Who gets the shares.
    /// @return shares How many, rounded down.
    function redeemEntriesAsShares(
        uint256[] calldata entries,
        address receiver
    ) external returns (uint256 shares);

    /// @notice Takes out all that the caller has won. Prizes do not expire.
    /// @param receiver Who gets it.
    /// @param minAssets The least to accept.
    /// @return assets What was paid.
    function claimPrize(address receiver, uint256 minAssets) external returns (uint256 assets);

    /// @notice Takes out all that the caller has won as vault shares.
    /// @param receiver Who gets them.
    /// @return shares How many.
    function claimPrizeAsShares(address receiver) external returns (uint256 shares);

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @notice Adds to the prize of the round that runs.
    /// @param assets How much.
    /// @param minShares The least number of vault shares to accept.
    /// @return shares How many it bought.
    function sponsorPrize(uint256 assets, uint256 minShares) external returns (uint256 shares);

    /// @notice Makes good what the tickets' shares lack of the principal after a loss, so that tickets can be bought
    /// again.
    /// @param assets How much at most: what is not missing is not taken.
    /// @return taken What was paid.
    /// @return shares How many shares it bought.
    function coverPrincipal(uint256 assets) external returns (uint256 taken, uint256 shares);

    /// @notice Closes the round that runs, once its time is over and the round before is settled, and starts the next.
    /// While a strategy of the vault cannot be read, no yield is added to the prize: it waits for the next round. Where
    /// the lottery may be wound down, no round is closed within an answer time after the last deadline.
    function closeRound() external;

    /// @notice Asks for the randomness of the round that was closed, within the answer time after its close. The answer
    /// has as much time from then on.
    /// @return requestId The request.
    function requestDraw() external returns (uint256 requestId);

    /// @notice Draws winners of the round that was closed, once its word is there. Goes on where the last call stopped.
    /// @param maxAttempts How many numbers to try at most; each costs about the same gas.
    /// @return done Whether all winners are drawn.
    function finalizeDraw(uint256 maxAttempts) external returns (bool done);

    /// @notice Ends the round that was closed without a draw, once it is too late for an answer.
    function rollOver() external;

    /// @notice Ends the lottery, once {roundsToWindDown} rounds in a row got no answer and while no draw is pending.
    /// What was to be won is paid with the tickets from then on: what is above the principal in proportion to what they
    /// weighed in the last round, so that each gets what a draw would have given it on average.
    function windDown() external;

    // ------------------------------------------------------------------------------------------------------- views

    /// @notice The round that runs.
    function currentRound() external view returns (uint256 roundId);

    /// @notice A round.
    function roundOf(uint256 roundId) external view returns (Round memory);

    /// @notice A purchase.
    /// @return player Whose tickets these are.
    /// @return principal What is left of it.
    /// @return time When it was bought.
    function entryOf(uint256 entry) external view returns (address player, uint256 principal, uint256 time);

    /// @notice How many purchases there were.
    function entryCount() external view returns (uint256);

    /// @notice What a player has.
    function playerOf(address player) external view returns (Player memory);

    /// @notice The sums over all tickets.
    /// @return shares Vault shares, prizes apart.
    /// @return principal What they cost.
    function totals() external view returns (uint128 shares, uint128 principal);

    /// @notice What the round that runs has to win so far, the yield until now included.
    /// @return shares In vault shares.
    /// @return assets What they are worth.
    function prizeSoFar() external view returns (uint256 shares, uint256 assets);

    /// @notice What holds for every round.
    function rules() external view returns (Rules memory);

    /// @notice How a prize is divided.
    function tiers() external view returns (Tier[] memory);

    /// @notice Whether the lottery has been wound down.
    function isWoundDown() external view returns (bool);

    /// @notice How many rounds in a row without an answer it takes until anybody may wind the lottery down.
    function roundsToWindDown() external view returns (uint256);

    /// @notice Once it has been wound down: what of all tickets' shares is divided by weight. What was earned or lost
    /// since the last redemption is counted at the next one.
    /// @return weight What the tickets that are still in weighed in the last round.
    /// @return shares Vault shares; the others of {totals} cover the principal.
    function remainder() external view returns (uint256 weight, uint128 shares);

    /// @notice How many numbers are tried for a winner before the prize rolls over.
    function maxAttemptsPerWinner() external view returns (uint256);
}
