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
import {FickleCoordinator} from "../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";

/// @notice Everything that players, sponsors, bystanders and an oracle out of its mind can do to a lottery, in any
/// order. It keeps books of its own in the plain way, entry by entry, and compares.
contract LotteryHandler is Test {
    uint256 internal constant ACTORS = 4;

    LotteryPool internal immutable lottery;
    KhipuVault internal immutable vault;
    FaucetToken internal immutable asset;
    FickleCoordinator internal immutable coordinator;
    MoodyStrategy[2] internal strategies;
    uint256 internal immutable unit;
    uint256 internal immutable winnerCount;

    address[] public actors;

    /// @dev Whether a strategy has ever lost anything.
    bool public lossSeen;

    /// @dev All that ever went into prizes, and all that was won.
    uint256 public yieldShares;
    uint256 public sponsoredShares;
    uint256 public wonShares;
    uint256 public claimedShares;

    /// @dev Of the round that is to be drawn: what each entry had when it was closed.
    uint256[] internal frozen;

    constructor(LotteryPool lottery_, MoodyStrategy[2] memory strategies_, uint256 unit_) {
        lottery = lottery_;
        vault = KhipuVault(address(lottery_.vault()));
        asset = FaucetToken(address(lottery_.asset()));
        coordinator = FickleCoordinator(address(lottery_.coordinator()));
        strategies = strategies_;
        unit = unit_;
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

    function buy(uint256 who, uint256 assets) external {
        address actor = actorOf(who);
        assets = bound(assets, unit, 1e6 * unit);
        asset.mint(actor, assets);
        vm.prank(actor);
        try lottery.buyTickets(assets, actor, 0) {} catch {
            assertTrue(lossSeen, "a purchase failed");
        }
    }

    function redeem(uint256 seed, uint256 amount, bool asShares) external {
        (uint256 entry, address actor, uint256 left) = entryAt(seed);
        if (left == 0) return;
        amount = bound(amount, 1, left);
        if (seed % 2 == 0) amount = left;
        vm.startPrank(actor);
        if (asShares) {
            lottery.redeemTicketsAsShares(entry, amount, actor);
        } else {
            try lottery.redeemTickets(entry, amount, actor, 0) returns (uint256 assets) {
                assertLe(assets, amount, "more than was paid in");
                if (!lossSeen) assertGe(assets + 1, amount, "less than was paid in");
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IKhipuVault.InsufficientLiquidity.selector, "stuck");
            }
        }
        vm.stopPrank();
    }

    function claim(uint256 who, bool asShares) external {
        address actor = actorOf(who);
        uint256 shares = lottery.playerOf(actor).prizeShares;
        if (shares == 0) return;
        vm.startPrank(actor);
        if (asShares) {
            lottery.claimPrizeAsShares(actor);
            claimedShares += shares;
        } else {
            try lottery.claimPrize(actor, 0) {
                claimedShares += shares;
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IKhipuVault.InsufficientLiquidity.selector, "stuck");
            }
        }
        vm.stopPrank();
    }

    function sponsor(uint256 who, uint256 assets) external {
        address actor = actorOf(who);
        assets = bound(assets, unit, 1e4 * unit);
        asset.mint(actor, assets);
        vm.prank(actor);
        sponsoredShares += lottery.sponsorPrize(assets, 0);
    }

    // ------------------------------------------------------------------------------------------------- bystanders

    /// @dev Closing counts what each entry weighs, and takes nothing but what is above the principal.
    function close() external {
        uint256 roundId = lottery.currentRound();
        if (isPending(lottery.roundOf(roundId - 1).state)) return;
        uint256 closesFrom = lottery.roundOf(roundId).start + lottery.rules().roundDuration;
        if (block.timestamp < closesFrom) vm.warp(closesFrom);
        (uint256 sharesBefore, ) = lottery.totals();
        lottery.closeRound();
        (uint256 shares, uint256 principal) = lottery.totals();
        if (shares < sharesBefore) {
            yieldShares += sharesBefore - shares;
            assertGe(vault.convertToAssets(shares), principal, "a prize out of principal");
        }
        delete frozen;
        frozen.push(0);
        for (uint256 entry = 1; entry <= lottery.entryCount(); ++entry) {
            (, uint256 left, ) = lottery.entryOf(entry);
            frozen.push(left);
        }
        assertEq(lottery.roundOf(roundId).weight, _weight(lottery.roundOf(roundId)), "sum of weights");
    }

    function request() external {
        uint256 roundId = lottery.currentRound() - 1;
        ILotteryPool.Round memory round = lottery.roundOf(roundId);
        if (round.state != ILotteryPool.State.Closed) return;
        if (block.timestamp > round.end + lottery.rules().answerTime) return;
        lottery.requestDraw();
    }

    /// @dev Answers anything, at any time, again and again: only the first answer in time counts.
    function answer(uint256 requestId, uint256 word) external {
        requestId = bound(requestId, 0, coordinator.requests() + 1);
        _answer(requestId, word);
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

    function rollOver() external {
        ILotteryPool.Round memory round = lottery.roundOf(lottery.currentRound() - 1);
        if (round.state != ILotteryPool.State.Closed && round.state != ILotteryPool.State.Requested) return;
        uint256 deadline = round.end + lottery.rules().answerTime;
        if (block.timestamp <= deadline) vm.warp(deadline + 1);
        lottery.rollOver();
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
        asset.mint(address(strategy), bound(assets, 0, strategy.totalAssets() / 4));
        vault.report();
        vault.rebalance();
    }

    function lose(uint256 which, uint256 assets) external {
        MoodyStrategy strategy = strategies[which % 2];
        assets = bound(assets, 0, strategy.totalAssets() / 3);
        // Most campaigns lose nothing, so that what holds without a loss is tried for long.
        if (assets % 4 != 0 || assets == 0) return;
        strategy.lose(assets);
        lossSeen = true;
    }

    function dryUp(uint256 which, uint256 liquid) external {
        strategies[which % 2].setLiquid(bound(liquid, 0, 1e6 * unit));
    }

    function refill(uint256 which) external {
        strategies[which % 2].setLiquid(type(uint256).max);
    }

    function pass(uint32 time) external {
        skip(time % (3 days));
    }

    // ------------------------------------------------------------------------------------------------------- views

    function actorOf(uint256 who) public view returns (address) {
        return actors[who % ACTORS];
    }

    function entryAt(uint256 seed) public view returns (uint256 entry, address player, uint256 left) {
        uint256 count = lottery.entryCount();
        if (count == 0) return (0, address(0), 0);
        entry = (seed % count) + 1;
        (player, left, ) = lottery.entryOf(entry);
    }

    function isPending(ILotteryPool.State state) public pure returns (bool) {
        return
            state == ILotteryPool.State.Closed ||
            state == ILotteryPool.State.Requested ||
            state == ILotteryPool.State.Answered;
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function _answer(uint256 requestId, uint256 word) private {
        uint256 roundId = lottery.currentRound() - 1;
        ILotteryPool.Round memory before = lottery.roundOf(roundId);
        coordinator.answer(lottery, requestId, word);
        ILotteryPool.Round memory round = lottery.roundOf(roundId);
        bool counts =
            before.state == ILotteryPool.State.Requested &&
                before.requestId == requestId &&
                block.timestamp <= before.end + lottery.rules().answerTime;
        assertEq(round.state == before.state, !counts, "state after an answer");
        assertEq(round.word, counts ? word : before.word, "word after an answer");
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
}
