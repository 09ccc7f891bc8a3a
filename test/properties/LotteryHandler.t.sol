// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {DrawNumber} from "../../contracts/lottery/DrawNumber.sol";
import {ILotteryPool} from "../../contracts/lottery/ILotteryPool.sol";
import {IVrfConsumer} from "../../contracts/lottery/IVrfConsumer.sol";
import {LotteryPool} from "../../contracts/lottery/LotteryPool.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {SharePrice} from "../../contracts/vault/SharePrice.sol";
import {FickleCoordinator} from "../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";

/// @notice Everything that players, sponsors, bystanders and an oracle out of its mind can do to a lottery, in any
/// order and with any arguments: what must fail is tried, too, and must fail. It keeps books of its own in the plain
/// way, entry by entry, and compares; how often each state that matters was reached is counted.
contract LotteryHandler is Test {
    uint256 internal constant ACTORS = 4;

    LotteryPool internal immutable lottery;
    KhipuVault internal immutable vault;
    FaucetToken internal immutable asset;
    FickleCoordinator internal immutable coordinator;
    MoodyStrategy[2] internal strategies;
    uint256 internal immutable unit;
    uint256 internal immutable winnerCount;
    uint256 internal immutable answerTime;
    uint256 internal immutable roundDuration;

    address[] public actors;

    /// @dev How often a state was reached, by its name.
    mapping(string state => uint256 times) public reached;

    /// @dev Whether a strategy has ever lost anything.
    bool public lossSeen;

    /// @dev All that ever went into prizes, all that was won, and what went back when the lottery was wound down.
    uint256 public yieldShares;
    uint256 public sponsoredShares;
    uint256 public wonShares;
    uint256 public claimedShares;
    uint256 public returnedShares;

    /// @dev How many rounds in a row needed an answer and got none; since when the last one was closed or asked for.
    uint256 public unanswered;
    uint256 internal since;

    /// @dev Of the round that is to be drawn: what each entry had when it was closed.
    uint256[] internal frozen;

    constructor(LotteryPool lottery_, MoodyStrategy[2] memory strategies_, uint256 unit_) {
        lottery = lottery_;
        vault = KhipuVault(address(lottery_.vault()));
        asset = FaucetToken(address(lottery_.asset()));
        coordinator = FickleCoordinator(address(lottery_.coordinator()));
        strategies = strategies_;
        unit = unit_;
        answerTime = lottery_.rules().answerTime;
        roundDuration = lottery_.rules().roundDuration;
        ILotteryPool.Tier[] memory tiers = lottery_.tiers();
        uint256 winners;
        for (uint256 i = 0; i < tiers.length; ++i) winners += tiers[i].winners;
        winnerCount = winners;
        for (uint256 i = 0; i < ACTORS; ++i) {
            actors.push(address(uint160(0xAC700 + i)));
            vm.prank(actors[i]);
            asset.approve(address(lottery), type(uint256).max);
        }
    }

    // ---------------------------------------------------------------------------------------------------- players

    /// @dev Tickets are sold to anybody who pays enough, unless a loss is not covered or the lottery is over.
    function buy(uint256 who, uint256 forWhom, uint256 assets) external {
        address actor = actorOf(who);
        assets = _amount(assets, 1e6 * unit);
        uint256 funds = asset.balanceOf(actor);
        bool ended = lottery.isWoundDown();
        bool mayFail = assets < unit || assets > funds || ended || lossSeen || !isCertain();
        vm.prank(actor);
        try lottery.buyTickets(assets, actorOf(forWhom), 0) {
            assertFalse(ended, "tickets of a lottery that is over");
            assertGe(assets, unit, "too small a purchase");
            _count("bought");
        } catch {
            assertTrue(mayFail, "a purchase failed");
        }
    }

    /// @dev Of one's own entries, and no more than is left, and that always.
    function redeem(uint256 who, uint256 entry, uint256 amount, bool asShares) external {
        address actor = actorOf(who);
        entry = entry % (lottery.entryCount() + 2);
        (address owner, uint256 left, ) = lottery.entryOf(entry);
        if (amount % 2 == 0) actor = owner == address(0) ? actor : owner;
        amount = _amount(amount, left);
        bool right = actor == owner && amount > 0 && amount <= left;
        Before memory before = _before(entry, right ? amount : 0);
        vm.prank(actor);
        if (asShares) {
            try lottery.redeemTicketsAsShares(entry, amount, actor) returns (uint256 shares) {
                assertTrue(right, "somebody else's tickets");
                _afterRedeeming(before, amount, 0, shares);
            } catch {
                assertFalse(right, "stuck");
            }
        } else {
            try lottery.redeemTickets(entry, amount, actor, 0) returns (uint256 assets) {
                assertTrue(right, "somebody else's tickets");
                (uint256 sharesAfter, ) = lottery.totals();
                _afterRedeeming(before, amount, assets, before.shares - sharesAfter);
            } catch (bytes memory reason) {
                if (right) assertEq(bytes4(reason), IKhipuVault.InsufficientLiquidity.selector, "stuck");
            }
        }
    }

    /// @dev Several at once pay what one after the other would, up to a unit each.
    function redeemSeveral(uint256 who, uint256 one, uint256 other, bool asShares) external {
        address actor = actorOf(who);
        uint256[] memory entries = new uint256[](2);
        entries[0] = one % (lottery.entryCount() + 2);
        entries[1] = other % (lottery.entryCount() + 2);
        (address ownerOfOne, uint256 leftOfOne, ) = lottery.entryOf(entries[0]);
        (address ownerOfOther, uint256 leftOfOther, ) = lottery.entryOf(entries[1]);
        if (who % 2 == 0 && ownerOfOne != address(0)) actor = ownerOfOne;
        bool right = ownerOfOne == actor && ownerOfOther == actor && entries[0] != entries[1];
        right = right && leftOfOne > 0 && leftOfOther > 0;
        uint256 state = vm.snapshotState();
        uint256 expected;
        vm.startPrank(actor);
        if (right) {
            expected = lottery.redeemTicketsAsShares(entries[0], leftOfOne, actor);
            expected += lottery.redeemTicketsAsShares(entries[1], leftOfOther, actor);
        }
        vm.revertToState(state);
        (uint256 sharesBefore, ) = lottery.totals();
        if (asShares) {
            try lottery.redeemEntriesAsShares(entries, actor) returns (uint256 shares) {
                assertTrue(right, "somebody else's tickets");
                assertApproxEqAbs(shares, expected, _oneUnit(), "other shares than one by one");
                _count("several at once");
            } catch {
                assertFalse(right, "stuck");
            }
        } else {
            try lottery.redeemEntries(entries, actor, 0) {
                assertTrue(right, "somebody else's tickets");
                (uint256 sharesAfter, ) = lottery.totals();
                assertApproxEqAbs(sharesBefore - sharesAfter, expected, 2 * _oneUnit(), "other shares");
                _count("several at once");
            } catch (bytes memory reason) {
                if (right) assertEq(bytes4(reason), IKhipuVault.InsufficientLiquidity.selector, "stuck");
            }
        }
        vm.stopPrank();
    }

    function claim(uint256 who, bool asShares) external {
        address actor = actorOf(who);
        uint256 shares = lottery.playerOf(actor).prizeShares;
        vm.startPrank(actor);
        if (asShares) {
            try lottery.claimPrizeAsShares(actor) {
                claimedShares += shares;
                _count("claimed");
            } catch {
                assertEq(shares, 0, "stuck");
            }
        } else {
            try lottery.claimPrize(actor, 0) {
                claimedShares += shares;
                _count("claimed");
            } catch (bytes memory reason) {
                if (shares > 0) assertEq(bytes4(reason), IKhipuVault.InsufficientLiquidity.selector, "stuck");
            }
        }
        vm.stopPrank();
    }

    function sponsor(uint256 who, uint256 assets) external {
        address actor = actorOf(who);
        assets = _amount(assets, 1e4 * unit);
        bool ended = lottery.isWoundDown();
        vm.prank(actor);
        try lottery.sponsorPrize(assets, 0) returns (uint256 shares) {
            assertFalse(ended, "a prize of a lottery that is over");
            sponsoredShares += shares;
        } catch {}
    }

    /// @dev Takes what is missing at most, adds to no prize and no principal, and only at what is certain.
    function cover(uint256 who, uint256 assets) external {
        (uint256 sharesBefore, uint256 principalBefore) = lottery.totals();
        uint256 value = vault.convertToAssets(sharesBefore);
        uint256 missing = principalBefore > value ? principalBefore - value : 0;
        assets = _amount(assets, missing);
        uint256 prizeBefore = lottery.roundOf(lottery.currentRound()).prize;
        bool certain = isCertain();
        bool ended = lottery.isWoundDown();
        vm.prank(actorOf(who));
        try lottery.coverPrincipal(assets) returns (uint256 taken, uint256 shares) {
            (uint256 sharesAfter, uint256 principalAfter) = lottery.totals();
            assertTrue(certain && !ended, "covered at what is not certain, or at the end");
            assertLe(taken, missing, "more than is missing");
            assertLe(taken, assets, "more than was offered");
            assertEq(sharesAfter, sharesBefore + shares, "shares that cover");
            assertEq(principalAfter, principalBefore, "principal");
            assertEq(lottery.roundOf(lottery.currentRound()).prize, prizeBefore, "prize");
            _count("covered");
        } catch {}
    }

    // ------------------------------------------------------------------------------------------------- bystanders

    /// @dev Closing counts what each entry weighs, and takes nothing but what is above the principal.
    function close(bool wait) external {
        uint256 roundId = lottery.currentRound();
        ILotteryPool.Round memory last = lottery.roundOf(roundId - 1);
        uint256 closesFrom = lottery.roundOf(roundId).start + roundDuration;
        if (unanswered >= 8 && closesFrom <= last.deadline + answerTime) {
            closesFrom = last.deadline + answerTime + 1;
        }
        if (wait && block.timestamp < closesFrom) vm.warp(closesFrom);
        bool right = block.timestamp >= closesFrom && !isPending(last.state) && !lottery.isWoundDown();
        (uint256 sharesBefore, ) = lottery.totals();
        try lottery.closeRound() {
            assertTrue(right, "closed at a wrong time");
        } catch {
            assertFalse(right, "cannot be closed");
            return;
        }
        (uint256 shares, uint256 principal) = lottery.totals();
        if (shares < sharesBefore) {
            yieldShares += sharesBefore - shares;
            assertTrue(isCertain(), "a prize out of what is not certain");
            assertGe(vault.convertToAssets(shares), principal, "a prize out of principal");
            _count("harvested");
        }
        delete frozen;
        frozen.push(0);
        for (uint256 entry = 1; entry <= lottery.entryCount(); ++entry) {
            (, uint256 left, ) = lottery.entryOf(entry);
            frozen.push(left);
        }
        assertEq(lottery.roundOf(roundId).weight, _weight(lottery.roundOf(roundId)), "sum of weights");
        since = block.timestamp;
        if (lottery.roundOf(roundId).state == ILotteryPool.State.Closed) _count("closed");
    }

    function request() external {
        ILotteryPool.Round memory round = lottery.roundOf(lottery.currentRound() - 1);
        bool right = round.state == ILotteryPool.State.Closed && block.timestamp <= since + answerTime;
        try lottery.requestDraw() {
            assertTrue(right, "asked for at a wrong time");
            since = block.timestamp;
            _count("requested");
        } catch {
            assertFalse(right, "cannot be asked for");
        }
    }

    /// @dev Answers anything, at any time, again and again: only the first answer in time counts.
    function answer(uint256 requestId, uint256 word) external {
        _answer(requestId % (coordinator.requests() + 2), word);
    }

    function answerLast(uint256 word) external {
        _answer(coordinator.requests(), word);
    }

    function finalize(uint256 attempts) external {
        uint256 roundId = lottery.currentRound() - 1;
        if (lottery.roundOf(roundId).state != ILotteryPool.State.Answered) return;
        attempts = bound(attempts, 1, 8);
        for (uint256 i = 0; i < attempts; ++i) {
            if (lottery.roundOf(roundId).state == ILotteryPool.State.Answered) _attempt(roundId);
        }
    }

    /// @dev An answer has all of its time, from the request, before anybody can give it up.
    function rollOver(bool wait) external {
        ILotteryPool.Round memory round = lottery.roundOf(lottery.currentRound() - 1);
        if (wait && block.timestamp <= since + answerTime) vm.warp(since + answerTime + 1);
        bool right = round.state == ILotteryPool.State.Closed || round.state == ILotteryPool.State.Requested;
        right = right && block.timestamp > since + answerTime;
        try lottery.rollOver() {
            assertTrue(right, "given up too early");
            ++unanswered;
            _count("no answer");
        } catch {
            assertFalse(right, "cannot be given up");
        }
    }

    /// @dev Some rounds in which nobody asks.
    function silence(uint256 rounds) external {
        for (rounds = (rounds % 8) + 1; rounds > 0; --rounds) {
            this.close(true);
            this.rollOver(true);
        }
    }

    /// @dev Only after eight rounds in a row, in front of no draw, with somebody to pay, and once. What was to be won
    /// is behind the tickets then, and nothing else has moved.
    function windDown() external {
        uint256 roundId = lottery.currentRound();
        (uint256 sharesBefore, uint256 principalBefore) = lottery.totals();
        uint256 prize = lottery.roundOf(roundId).prize;
        bool right = unanswered >= 8 && principalBefore > 0 && !lottery.isWoundDown();
        right = right && !isPending(lottery.roundOf(roundId - 1).state);
        try lottery.windDown() {
            assertTrue(right, "wound down too soon");
            (uint256 shares, uint256 principal) = lottery.totals();
            assertEq(shares, sharesBefore + prize, "what was to be won");
            assertEq(principal, principalBefore, "principal");
            returnedShares = prize;
            _count("wound down");
            if (!isCertain()) _count("wound down while unreadable");
        } catch {
            assertFalse(right, "cannot be wound down");
        }
    }

    function fakeAnswer(uint256 who, uint256 word) external {
        uint256[] memory words = new uint256[](1);
        words[0] = word;
        uint256 requestId = coordinator.requests();
        vm.prank(actorOf(who));
        vm.expectPartialRevert(IVrfConsumer.OnlyCoordinator.selector);
        lottery.rawFulfillRandomWords(requestId, words);
    }

    // ------------------------------------------------------------------------------------------- strategies and time

    function earn(uint256 which, uint256 assets) external {
        MoodyStrategy strategy = strategies[which % 2];
        asset.mint(address(strategy), bound(assets, 0, asset.balanceOf(address(strategy)) / 4));
        try vault.report() {} catch {}
        try vault.rebalance() {} catch {}
    }

    function lose(uint256 which, uint256 assets) external {
        MoodyStrategy strategy = strategies[which % 2];
        assets = bound(assets, 0, asset.balanceOf(address(strategy)) / 3);
        // Most campaigns lose nothing, so that what holds without a loss is tried for long.
        if (assets % 4 != 0 || assets == 0) return;
        strategy.lose(assets);
        lossSeen = true;
        _count(isCertain() ? "lost" : "unreadable and fallen");
    }

    function dryUp(uint256 which, uint256 liquid) external {
        strategies[which % 2].setLiquid(bound(liquid, 0, 1e6 * unit));
    }

    function refill(uint256 which) external {
        strategies[which % 2].setLiquid(type(uint256).max);
    }

    function sulk(uint256 which) external {
        strategies[which % 2].setMood(MoodyStrategy.Mood.RevertsOnReading);
        if (!isCertain()) _count("unreadable");
    }

    function cheerUp() external {
        strategies[0].setMood(MoodyStrategy.Mood.Good);
        strategies[1].setMood(MoodyStrategy.Mood.Good);
    }

    function pass(uint32 time) external {
        skip(time % (3 days));
    }

    // ------------------------------------------------------------------------------------------------------- views

    function actorOf(uint256 who) public view returns (address) {
        return actors[who % ACTORS];
    }

    function isCertain() public view returns (bool complete) {
        (, complete) = vault.certainPrice();
    }

    function isPending(ILotteryPool.State state) public pure returns (bool) {
        return
            state == ILotteryPool.State.Closed ||
            state == ILotteryPool.State.Requested ||
            state == ILotteryPool.State.Answered;
    }

    /// @notice What is left of an entry weighed in the last round, once the lottery is over.
    function lastWeightOf(uint256 entry, uint256 amount) public view returns (uint256) {
        ILotteryPool.Round memory round = lottery.roundOf(lottery.currentRound() - 1);
        return entry > round.lastEntry ? 0 : amount * _seconds(round, entry);
    }

    // ------------------------------------------------------------------------------------------------------- inside

    /// @dev Before tickets are redeemed.
    struct Before {
        uint256 shares;
        uint256 principal;
        uint256 worth;
        uint256 weightOut;
        uint256 weight;
        uint256 rest;
        bool ended;
        bool certain;
        SharePrice price;
    }

    function _before(uint256 entry, uint256 amount) private view returns (Before memory b) {
        (b.shares, b.principal) = lottery.totals();
        (b.price, b.certain) = vault.certainPrice();
        b.worth = b.price.toAssetsDown(b.shares);
        b.ended = lottery.isWoundDown();
        if (!b.ended) return b;
        b.weightOut = amount == 0 ? 0 : lastWeightOf(entry, amount);
        (b.weight, b.rest) = lottery.remainder();
        // What was earned or lost since the last one left is divided anew, at what is certain.
        uint256 owed = b.price.toSharesUp(b.principal + 100);
        if (b.certain) b.rest = b.shares > owed ? b.shares - owed : 0;
    }

    /// @dev Nobody takes more than the own: without a loss what was paid in, after the end also one's part of the rest.
    function _afterRedeeming(Before memory b, uint256 amount, uint256 assets, uint256 shares) private {
        (uint256 sharesAfter, uint256 principalAfter) = lottery.totals();
        uint256 worth = b.price.toAssetsDown(shares);
        assertEq(principalAfter, b.principal - amount, "principal");
        assertEq(sharesAfter, b.shares - shares, "shares");
        if (!b.ended) {
            assertLe(assets, amount, "more than was paid in");
            if (b.certain && !lossSeen) assertGe(worth + 2, amount, "less than was paid in");
            _count("redeemed");
            return;
        }
        _count("redeemed at the end");
        if (principalAfter == 0) {
            assertEq(sharesAfter, 0, "kept back from the last one");
            _count("all left at the end");
            return;
        }
        if (b.worth >= b.principal + 100) assertGe(worth + 2, amount, "less than was paid in, at the end");
        if (b.weight == 0) return;
        uint256 part = (b.rest * b.weightOut) / b.weight;
        assertLe(shares, b.price.toSharesUp(amount) + part + 1, "more than one's part");
        (uint256 weightAfter, uint256 restAfter) = lottery.remainder();
        assertEq(weightAfter, b.weight - b.weightOut, "weight that is left");
        assertEq(restAfter, b.rest - part, "what is left for the others");
        if (b.weightOut == 0) _count("came too late for the rest");
    }

    function _oneUnit() private view returns (uint256) {
        (SharePrice memory price, ) = vault.certainPrice();
        return price.toSharesUp(1);
    }

    /// @dev Anything: what is usual, exactly the whole, a little more, a little, or whatever the number says.
    function _amount(uint256 seed, uint256 whole) private pure returns (uint256) {
        uint256 kind = seed % 8;
        if (kind < 4) return whole == 0 ? 0 : seed % (whole + 1);
        if (kind == 4) return whole;
        if (kind == 5) return whole + 1;
        return kind == 6 ? (seed >> 8) % 3 : seed;
    }

    function _answer(uint256 requestId, uint256 word) private {
        uint256 roundId = lottery.currentRound() - 1;
        ILotteryPool.Round memory before = lottery.roundOf(roundId);
        coordinator.answer(lottery, requestId, word);
        ILotteryPool.Round memory round = lottery.roundOf(roundId);
        bool counts =
            before.state == ILotteryPool.State.Requested &&
                before.requestId == requestId &&
                block.timestamp <= since + answerTime;
        assertEq(round.state == before.state, !counts, "state after an answer");
        assertEq(round.word, counts ? word : before.word, "word after an answer");
        _count(counts ? "answered" : "ignored");
    }

    /// @dev One attempt at one winner, who is the one that the plain way finds.
    function _attempt(uint256 roundId) private {
        ILotteryPool.Round memory round = lottery.roundOf(roundId);
        (address player, bool wins) = _winnerOf(round);
        uint256 before = lottery.playerOf(player).prizeShares;
        bool done = lottery.finalizeDraw(1);
        uint256 won = lottery.playerOf(player).prizeShares - before;
        wonShares += won;
        assertEq(won > 0, wins, "somebody else won");
        bool over = wins || round.attempt + 1 == lottery.maxAttemptsPerWinner();
        uint256 winnerAfter = lottery.roundOf(roundId).winner;
        assertEq(winnerAfter, round.winner + (over ? 1 : 0), "a winner was skipped or drawn twice");
        assertEq(done, winnerAfter == winnerCount, "done");
        if (done) {
            unanswered = 0;
            _count("drawn");
        }
    }

    /// @dev Walks along all entries to the place that the word names.
    function _winnerOf(ILotteryPool.Round memory round) private view returns (address player, bool wins) {
        (uint256 place, bool fair) = DrawNumber.below(round.word, round.winner, round.attempt, round.weight);
        uint256 entry = 1;
        while (place >= frozen[entry] * _seconds(round, entry)) {
            place -= frozen[entry] * _seconds(round, entry);
            ++entry;
        }
        uint256 left;
        (player, left, ) = lottery.entryOf(entry);
        wins = fair && place / _seconds(round, entry) < left;
    }

    function _seconds(ILotteryPool.Round memory round, uint256 entry) private view returns (uint256) {
        (, , uint256 time) = lottery.entryOf(entry);
        return round.end - (time > round.start ? time : round.start);
    }

    function _weight(ILotteryPool.Round memory round) private view returns (uint256 weight) {
        for (uint256 entry = 1; entry < frozen.length; ++entry) {
            weight += frozen[entry] * _seconds(round, entry);
        }
    }

    function _count(string memory state) private {
        ++reached[state];
    }
}
