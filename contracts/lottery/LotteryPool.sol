// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Totals} from "../pool/Position.sol";
import {VaultPool} from "../pool/VaultPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {DrawNumber} from "./DrawNumber.sol";
import {ILotteryPool} from "./ILotteryPool.sol";
import {PooledPrincipal, Remainder} from "./PooledPrincipal.sol";
import {Span} from "./Span.sol";
import {Sums} from "./Sums.sol";
import {TicketBook, TicketBookLib} from "./TicketBook.sol";
import {VrfConsumer} from "./VrfConsumer.sol";

/// @title LotteryPool
/// @notice See {ILotteryPool}.
contract LotteryPool is ILotteryPool, VaultPool, VrfConsumer {
    using PooledPrincipal for Totals;
    using SafeCast for uint256;

    uint256 private constant BPS = 10_000;

    /// @dev Bounds what a whole draw costs.
    uint256 private constant MAX_WINNERS = 64;

    /// @dev If half of a round's tickets are redeemed between close and draw, a prize is not won once in 2^64.
    uint256 private constant MAX_ATTEMPTS = 64;

    /// @dev With rounds of a week: two months in which anybody could have asked, paid, and seen to it.
    uint256 private constant ROUNDS_TO_WIND_DOWN = 8;

    uint32 private immutable _roundDuration;
    uint32 private immutable _answerTime;
    uint96 private immutable _minimumPurchase;
    uint128 private immutable _minimumPrize;
    uint256 private immutable _winnerCount;

    Tier[] private _tiers;

    /// @inheritdoc ILotteryPool
    Totals public totals;

    /// @inheritdoc ILotteryPool
    uint256 public currentRound;

    TicketBook private _book;

    mapping(uint256 roundId => Round round) private _rounds;

    /// @dev For each round that is to be drawn: the sums of all entries from before its start, when it was closed.
    mapping(uint256 roundId => Sums base) private _bases;

    mapping(address account => Player player) private _players;

    /// @inheritdoc ILotteryPool
    Remainder public remainder;

    /// @dev What one call takes out, and from what: read once, however many entries leave.
    /// @param receiver Who gets it.
    /// @param asShares Whether in shares.
    /// @param ended Whether the lottery has been wound down. Only then the rest and the span mean anything.
    /// @param sums The books.
    /// @param price What shares are worth.
    /// @param rest What is then left beside the principal.
    /// @param span The last round.
    struct Exit {
        address receiver;
        bool asShares;
        bool ended;
        Totals sums;
        SharePrice price;
        Remainder rest;
        Span span;
    }

    /// @param vault_ Where the tickets' money goes.
    /// @param rules_ What holds for every round.
    /// @param tiers_ How a prize is divided.
    /// @param vrf How to ask for randomness.
    constructor(
        IKhipuVault vault_,
        Rules memory rules_,
        Tier[] memory tiers_,
        Vrf memory vrf
    ) VaultPool(vault_) VrfConsumer(vrf) {
        uint256 winners;
        uint256 parts;
        for (uint256 i = 0; i < tiers_.length; ++i) {
            if (tiers_[i].winners == 0 || tiers_[i].shareBps == 0) revert RulesOutOfRange();
            winners += tiers_[i].winners;
            parts += tiers_[i].shareBps;
            _tiers.push(tiers_[i]);
        }
        if (parts != BPS || winners > MAX_WINNERS) revert RulesOutOfRange();
        // Nothing of it can be changed: no round that never ends, no time in which nobody could answer.
        _requireWithin(rules_.roundDuration, 365 days);
        _requireWithin(rules_.answerTime, 30 days);
        _roundDuration = rules_.roundDuration;
        _answerTime = rules_.answerTime;
        _minimumPurchase = rules_.minimumPurchase;
        _minimumPrize = rules_.minimumPrize;
        _winnerCount = winners;
        emit LotteryOpened(rules_, tiers_, address(vrf.coordinator), subscription);
        _startRound();
    }

    // --------------------------------------------------------------------------------------------- players' actions

    /// @inheritdoc ILotteryPool
    function buyTickets(
        uint256 assets,
        address player,
        uint256 minShares
    ) external nonReentrant returns (uint256 entry) {
        return _buyTickets(assets, player, minShares);
    }

    /// @inheritdoc ILotteryPool
    function buyTicketsWithPermit(
        uint256 assets,
        address player,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (uint256 entry) {
        usePermit(assets, deadline, v, r, s);
        return _buyTickets(assets, player, minShares);
    }

    /// @inheritdoc ILotteryPool
    function redeemTickets(
        uint256 entry,
        uint256 principal,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        Exit memory exit = _openExit(receiver, false);
        uint256 shares;
        (assets, shares) = _redeem(entry, principal, exit);
        _payExit(exit, assets, shares, minAssets);
    }

    /// @inheritdoc ILotteryPool
    function redeemEntries(
        uint256[] calldata entries,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        Exit memory exit = _openExit(receiver, false);
        uint256 shares;
        (assets, shares) = _redeemAll(exit, entries);
        _payExit(exit, assets, shares, minAssets);
    }

    /// @inheritdoc ILotteryPool
    function redeemTicketsAsShares(
        uint256 entry,
        uint256 principal,
        address receiver
    ) external nonReentrant returns (uint256 shares) {
        Exit memory exit = _openExit(receiver, true);
        (, shares) = _redeem(entry, principal, exit);
        _bookExit(exit);
        _sendShares(shares, receiver);
    }

    /// @inheritdoc ILotteryPool
    function redeemEntriesAsShares(
        uint256[] calldata entries,
        address receiver
    ) external nonReentrant returns (uint256 shares) {
        Exit memory exit = _openExit(receiver, true);
        (, shares) = _redeemAll(exit, entries);
        _bookExit(exit);
        _sendShares(shares, receiver);
    }

    /// @inheritdoc ILotteryPool
    function claimPrize(address receiver, uint256 minAssets) external nonReentrant returns (uint256 assets) {
        uint256 shares = _takePrize();
        // The event comes after the payment, so that the shares are valued once. The books are right before it, and
        // nothing that moves them can be entered meanwhile.
        assets = vault.redeem(shares, receiver, address(this), minAssets);
        emit PrizeClaimed(msg.sender, receiver, assets, shares);
    }

    /// @inheritdoc ILotteryPool
    function claimPrizeAsShares(address receiver) external nonReentrant returns (uint256 shares) {
        shares = _takePrize();
        emit PrizeClaimed(msg.sender, receiver, 0, shares);
        _sendShares(shares, receiver);
    }

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @inheritdoc ILotteryPool
    function sponsorPrize(uint256 assets, uint256 minShares) external nonReentrant returns (uint256 shares) {
        _requireRunning();
        shares = _buyShares(assets, minShares);
        uint256 prize = _addToPrize(currentRound, shares);
        emit PrizeSponsored(currentRound, msg.sender, assets, shares, prize);
    }

    /// @inheritdoc ILotteryPool
    function coverPrincipal(uint256 assets) external nonReentrant returns (uint256 taken, uint256 shares) {
        _requireRunning();
        Totals memory sums = totals;
        (SharePrice memory price, bool complete) = vault.certainPrice();
        // What only looks lost while a strategy cannot be read is not missing yet.
        taken = complete ? Math.min(assets, sums.missing(price)) : 0;
        if (taken == 0) revert NothingToCover();
        shares = _buyShares(taken, 0);
        sums.shares = (sums.shares + shares).toUint128();
        totals = sums;
        emit PrincipalCovered(msg.sender, taken, shares, sums.principal, sums.shares);
    }

    /// @inheritdoc ILotteryPool
    function closeRound() external nonReentrant {
        _requireRunning();
        uint256 roundId = currentRound;
        Round memory round = _load(roundId);
        uint256 closesFrom = uint256(round.start) + _roundDuration;
        if (round.unanswered >= ROUNDS_TO_WIND_DOWN) {
            // Nobody can keep the lottery from being wound down by having a draw pending all the time.
            closesFrom = Math.max(closesFrom, uint256(_rounds[roundId - 1].deadline) + _answerTime + 1);
        }
        if (block.timestamp < closesFrom) revert RoundRunning(roundId, closesFrom);
        if (_isPending(_rounds[roundId - 1].state)) revert DrawPending(roundId - 1);

        Totals memory sums = totals;
        (uint256 yieldShares, uint256 prizeAssets) = _harvest(round, sums);
        round.end = block.timestamp.toUint32();
        round.deadline = uint40(block.timestamp + _answerTime);
        round.lastEntry = _book.count;
        Span memory span;
        (span, round.weight) = _weigh(round);
        round.state = State.Closed;
        _bases[roundId] = span.base;
        _store(roundId, round);
        emit RoundClosed(
            roundId,
            msg.sender,
            round.end,
            round.lastEntry,
            round.weight,
            yieldShares,
            round.prize,
            sums.principal,
            sums.shares
        );
        _startRound();
        if (round.weight == 0) _endWithoutDraw(roundId, Reason.NobodyToWin);
        else if (prizeAssets < _minimumPrize || round.prize < BPS * _winnerCount) {
            _endWithoutDraw(roundId, Reason.NothingToWin);
        } else _book.freeze(roundId);
    }

    /// @inheritdoc ILotteryPool
    function requestDraw() external nonReentrant returns (uint256 requestId) {
        (uint256 roundId, Round storage round) = _lastRound(State.Closed);
        uint256 deadline = round.deadline;
        if (block.timestamp > deadline) revert TooLateForDraw(roundId, deadline);
        // The answer has all of its time, whenever it was asked for: nobody can make the word public just before it is
        // too late for it.
        deadline = block.timestamp + _answerTime;
        (round.state, round.deadline) = (State.Requested, uint40(deadline));
        requestId = _requestWord();
        round.requestId = requestId;
        emit DrawRequested(roundId, requestId, msg.sender, deadline);
    }

    /// @inheritdoc ILotteryPool
    function finalizeDraw(uint256 maxAttempts) external nonReentrant returns (bool done) {
        (uint256 roundId, ) = _lastRound(State.Answered);
        Round memory round = _load(roundId);
        Span memory span = _spanOf(round, _bases[roundId]);
        Tier[] memory parts = _tiers;
        for (; maxAttempts > 0 && round.winner < _winnerCount; --maxAttempts) {
            _drawWinner(roundId, round, span, parts);
        }
        done = round.winner == _winnerCount;
        if (done) round.state = State.Drawn;
        _store(roundId, round);
        if (!done) return false;
        _book.unfreeze();
        emit DrawExecuted(roundId, round.word, round.prize, round.prize - round.left);
        _moveToNext(roundId, round.left);
    }

    /// @inheritdoc ILotteryPool
    function rollOver() external nonReentrant {
        uint256 roundId = currentRound - 1;
        Round storage round = _rounds[roundId];
        State state = round.state;
        if (state != State.Closed && state != State.Requested) {
            revert WrongState(roundId, state, State.Requested);
        }
        uint256 deadline = round.deadline;
        if (block.timestamp <= deadline) revert TooEarlyToRollOver(roundId, deadline);
        _book.unfreeze();
        _endWithoutDraw(roundId, Reason.NoAnswer);
    }

    /// @inheritdoc ILotteryPool
    function windDown() external nonReentrant {
        _requireRunning();
        uint256 roundId = currentRound;
        Round memory last = _load(roundId - 1);
        Round storage round = _rounds[roundId];
        uint256 unanswered = round.unanswered;
        // Its word may be on its way, and unwelcome to somebody.
        if (_isPending(last.state)) revert DrawPending(roundId - 1);
        if (unanswered < ROUNDS_TO_WIND_DOWN) revert TooEarlyToWindDown(unanswered, ROUNDS_TO_WIND_DOWN);
        Totals memory sums = totals;
        // The next player gets it.
        if (sums.principal == 0) revert NobodyIsIn();
        _book.closed = true;
        uint256 prize = round.prize;
        (round.state, round.prize, round.end) = (State.RolledOver, 0, block.timestamp.toUint32());
        sums.shares = (sums.shares + prize).toUint128();
        (SharePrice memory price, bool complete) = vault.certainPrice();
        (, uint256 weight) = _weigh(last);
        totals = sums;
        remainder = Remainder(weight, complete ? sums.surplus(price).toUint128() : uint128(prize));
        emit RoundNotDrawn(roundId, Reason.WoundDown);
        emit LotteryWoundDown(roundId, msg.sender, prize, weight, sums.principal, sums.shares);
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ILotteryPool
    function roundOf(uint256 roundId) external view returns (Round memory) {
        return _load(roundId);
    }

    /// @inheritdoc ILotteryPool
    function entryOf(uint256 entry) external view returns (address player, uint256 principal, uint256 time) {
        player = _book.entries[entry].player;
        if (player == address(0)) return (player, 0, 0);
        return (player, _book.entries[entry].amount, _book.boughtAt(entry));
    }

    /// @inheritdoc ILotteryPool
    function entryCount() external view returns (uint256) {
        return _book.count;
    }

    /// @inheritdoc ILotteryPool
    function playerOf(address player) external view returns (Player memory) {
        return _players[player];
    }

    /// @inheritdoc ILotteryPool
    function prizeSoFar() external view returns (uint256 shares, uint256 assets) {
        if (_book.closed) return (0, 0);
        SharePrice memory price = vault.sharePrice();
        shares = _rounds[currentRound].prize + totals.surplus(price);
        assets = price.toAssetsDown(shares);
    }

    /// @inheritdoc ILotteryPool
    function rules() external view returns (Rules memory) {
        return Rules(_roundDuration, _answerTime, _minimumPurchase, _minimumPrize);
    }

    /// @inheritdoc ILotteryPool
    function tiers() external view returns (Tier[] memory) {
        return _tiers;
    }

    /// @inheritdoc ILotteryPool
    function isWoundDown() external view returns (bool) {
        return _book.closed;
    }

    /// @inheritdoc ILotteryPool
    function maxAttemptsPerWinner() external pure returns (uint256) {
        return MAX_ATTEMPTS;
    }

    /// @inheritdoc ILotteryPool
    function roundsToWindDown() external pure returns (uint256) {
        return ROUNDS_TO_WIND_DOWN;
    }

    // ------------------------------------------------------------------------------------------------------- inside

    /// @dev The money goes first and the books follow: the vault says how many shares it bought.
    function _buyTickets(uint256 assets, address account, uint256 minShares) private returns (uint256 entry) {
        if (account == address(0)) revert ZeroAddress();
        if (assets < _minimumPurchase) revert BelowMinimum(assets, _minimumPurchase);
        uint256 shares = _buyShares(assets, minShares);
        Totals memory sums = totals;
        sums.add(assets, shares);
        totals = sums;
        entry = _book.append(account, assets);
        Player storage player = _players[account];
        uint128 principal = player.principal + uint128(assets);
        player.principal = principal;
        emit TicketPurchased(
            currentRound,
            account,
            msg.sender,
            entry,
            block.timestamp,
            assets,
            shares,
            principal,
            sums.principal,
            sums.shares
        );
    }

    function _openExit(address receiver, bool asShares) private view returns (Exit memory exit) {
        (exit.receiver, exit.asShares) = (receiver, asShares);
        exit.sums = totals;
        exit.ended = _book.closed;
        if (!exit.ended) {
            exit.price = vault.sharePrice();
            return exit;
        }
        exit.rest = remainder;
        bool complete;
        (exit.price, complete) = vault.certainPrice();
        // The principal comes first, and what was earned since is left too: but only at what is certain.
        if (complete) exit.rest.shares = exit.sums.surplus(exit.price).toUint128();
        Sums unused;
        exit.span = _spanOf(_load(currentRound - 1), unused);
    }

    function _redeemAll(
        Exit memory exit,
        uint256[] calldata entries
    ) private returns (uint256 assets, uint256 shares) {
        if (entries.length == 0) revert ZeroAmount();
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 all = _book.entries[entries[i]].amount;
            (uint256 moreAssets, uint256 moreShares) = _redeem(entries[i], all, exit);
            (assets, shares) = (assets + moreAssets, shares + moreShares);
        }
    }

    /// @return assets What is paid for it; none if it is taken as shares.
    /// @return shares What that costs.
    function _redeem(
        uint256 entry,
        uint256 principal,
        Exit memory exit
    ) private returns (uint256 assets, uint256 shares) {
        (uint256 entryAfter, uint256 principalAfter) = _takeFromEntry(entry, principal);
        if (exit.ended) {
            uint256 weight = principal * _book.secondsIn(exit.span, entry);
            shares = exit.sums.takeWithRest(exit.rest, exit.price, principal, weight);
            if (!exit.asShares) assets = exit.price.toAssetsDown(shares);
        } else if (exit.asShares) {
            shares = exit.sums.takeAsShares(exit.price, principal);
        } else {
            (assets, shares) = exit.sums.take(exit.price, principal);
        }
        emit TicketsRedeemed(
            msg.sender,
            exit.receiver,
            entry,
            principal,
            assets,
            shares,
            entryAfter,
            principalAfter,
            exit.sums.principal,
            exit.sums.shares
        );
    }

    function _bookExit(Exit memory exit) private {
        totals = exit.sums;
        if (exit.ended) remainder = exit.rest;
    }

    function _payExit(Exit memory exit, uint256 assets, uint256 shares, uint256 minAssets) private {
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
        _bookExit(exit);
        // By shares: exactly what is booked is burned, whatever a strategy answers from one moment to the next.
        _sellShares(shares, exit.receiver, assets);
    }

    function _takeFromEntry(
        uint256 entry,
        uint256 principal
    ) private returns (uint256 entryAfter, uint256 principalAfter) {
        if (_book.entries[entry].player != msg.sender) revert NotYourTickets(entry, msg.sender);
        if (principal == 0) revert ZeroAmount();
        uint256 left = _book.entries[entry].amount;
        if (principal > left) revert TicketsTooLow(principal, left);
        entryAfter = _book.redeem(entry, principal);
        uint128 after_ = _players[msg.sender].principal - uint128(principal);
        _players[msg.sender].principal = after_;
        principalAfter = after_;
    }

    function _takePrize() private returns (uint256 shares) {
        shares = _players[msg.sender].prizeShares;
        if (shares == 0) revert NothingToClaim(msg.sender);
        _players[msg.sender].prizeShares = 0;
    }

    /// @dev Moves the yield of all tickets into the round's prize.
    function _harvest(
        Round memory round,
        Totals memory sums
    ) private returns (uint256 yieldShares, uint256 prizeAssets) {
        (SharePrice memory price, bool complete) = vault.certainPrice();
        // What looks like yield while a strategy cannot be read waits for the next round.
        if (complete) yieldShares = sums.harvest(price);
        totals = sums;
        round.prize = (round.prize + yieldShares).toUint128();
        round.left = round.prize;
        prizeAssets = price.toAssetsDown(round.prize);
    }

    function _startRound() private {
        uint256 roundId = ++currentRound;
        Round storage round = _rounds[roundId];
        round.start = block.timestamp.toUint32();
        round.entriesBefore = _book.count;
        round.state = State.Open;
        emit RoundStarted(
            roundId,
            block.timestamp,
            block.timestamp + _roundDuration,
            round.entriesBefore,
            round.prize
        );
    }

    /// @inheritdoc VrfConsumer
    function _receiveWord(uint256 requestId, uint256 word) internal override {
        uint256 roundId = currentRound - 1;
        Round storage round = _rounds[roundId];
        if (
            round.state != State.Requested || round.requestId != requestId || block.timestamp > round.deadline
        ) {
            emit AnswerIgnored(requestId);
            return;
        }
        round.state = State.Answered;
        round.word = word;
        emit DrawAnswered(roundId, requestId, word, block.timestamp);
    }

    /// @dev One attempt at the next winner. Steps over to the one after when it is won, or tried too often.
    function _drawWinner(uint256 roundId, Round memory round, Span memory span, Tier[] memory parts) private {
        (uint256 winner, uint256 attempt) = (round.winner, round.attempt);
        (uint256 tier, uint256 shares) = _prizeOf(winner, round.prize, parts);
        (uint256 place, bool fair) = DrawNumber.below(round.word, winner, attempt, round.weight);
        (uint256 entry, bool live) = _book.find(span, place);
        if (fair && live) {
            Player storage player = _players[_book.entries[entry].player];
            uint128 prizeShares = player.prizeShares + uint128(shares);
            player.prizeShares = prizeShares;
            round.left -= uint128(shares);
            emit WinnerDeclared(
                roundId,
                _book.entries[entry].player,
                entry,
                winner,
                tier,
                attempt,
                shares,
                prizeShares
            );
        } else if (attempt + 1 < MAX_ATTEMPTS) {
            ++round.attempt;
            return;
        } else {
            emit PrizeNotWon(roundId, winner, tier, shares);
        }
        ++round.winner;
        round.attempt = 0;
    }

    function _endWithoutDraw(uint256 roundId, Reason reason) private {
        Round storage round = _rounds[roundId];
        round.state = State.RolledOver;
        // Rounds that need no answer say nothing about whether one would come.
        _rounds[currentRound].unanswered = round.unanswered + (reason == Reason.NoAnswer ? 1 : 0);
        emit RoundNotDrawn(roundId, reason);
        _moveToNext(roundId, round.left);
    }

    function _moveToNext(uint256 roundId, uint256 shares) private {
        if (shares == 0) return;
        _rounds[roundId].left = 0;
        uint256 prize = _addToPrize(currentRound, shares);
        emit PrizeRolledOver(roundId, currentRound, shares, prize);
    }

    function _addToPrize(uint256 roundId, uint256 shares) private returns (uint256 prize) {
        prize = _rounds[roundId].prize + shares;
        _rounds[roundId].prize = prize.toUint128();
    }

    function _load(uint256 roundId) private view returns (Round memory) {
        return _rounds[roundId];
    }

    function _store(uint256 roundId, Round memory round) private {
        _rounds[roundId] = round;
    }

    /// @dev The round that was closed last.
    function _lastRound(State needed) private view returns (uint256 roundId, Round storage round) {
        roundId = currentRound - 1;
        round = _rounds[roundId];
        if (round.state != needed) revert WrongState(roundId, round.state, needed);
    }

    function _requireWithin(uint256 time, uint256 most) private pure {
        if (time < 1 minutes || time > most) revert RulesOutOfRange();
    }

    function _requireRunning() private view {
        if (_book.closed) revert TicketBookLib.WoundDown();
    }

    function _isPending(State state) private pure returns (bool) {
        return state == State.Closed || state == State.Requested || state == State.Answered;
    }

    /// @dev What all entries of a closed round weigh together that are still in.
    function _weigh(Round memory round) private view returns (Span memory span, uint256 weight) {
        span = _spanOf(round, _book.liveUntil(round.entriesBefore));
        weight = span.weightUntil(round.lastEntry, _book.liveUntil(round.lastEntry));
    }

    function _spanOf(Round memory round, Sums base) private pure returns (Span memory) {
        return Span(round.start, round.end, round.entriesBefore, round.lastEntry, base);
    }

    /// @dev Each winner's prize, rounded down; what roundings leave rolls over.
    function _prizeOf(
        uint256 winner,
        uint256 prize,
        Tier[] memory parts
    ) private pure returns (uint256 tier, uint256 shares) {
        for (; winner >= parts[tier].winners; ++tier) winner -= parts[tier].winners;
        shares = (prize * parts[tier].shareBps) / BPS / parts[tier].winners;
    }
}
