// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "forge-std/console.sol";
import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {ILotteryPool} from "../../contracts/lottery/ILotteryPool.sol";
import {IVrfConsumer} from "../../contracts/lottery/IVrfConsumer.sol";
import {LotteryPool} from "../../contracts/lottery/LotteryPool.sol";
import {FickleCoordinator} from "../doubles/FickleCoordinator.sol";
import {Fixture} from "./Fixture.sol";
import {LotteryHandler} from "./LotteryHandler.t.sol";

/// @notice What is true of the lottery after any sequence of actions. The sentences are the specification. Those that
/// speak of single actions are checked in {LotteryHandler}: the weights of all entries add up to the round's; a prize
/// is never taken out of principal, nor out of what is not certain; each winner is the one whom a walk along all
/// entries finds, and is drawn once; only the first answer in time counts, and its time counts from the request;
/// without a loss, redeeming pays what was paid in; several entries at once are worth what they are one by one; who
/// makes a loss good pays what is missing and no more, and no prize grows by it; the lottery is wound down after eight
/// rounds in a row without an answer and in front of no draw; then no money comes in, what was to be won is behind the
/// tickets, everybody gets the principal and of the rest what they weighed in the last round, and the last one leaves
/// nothing behind.
contract LotteryInvariantsTest is Fixture {
    LotteryPool internal lottery;
    LotteryHandler internal handler;

    function setUp() public {
        deployProtocol(6, 1_000);
        ILotteryPool.Tier[] memory tiers = new ILotteryPool.Tier[](2);
        tiers[0] = ILotteryPool.Tier(1, 7_000);
        tiers[1] = ILotteryPool.Tier(2, 3_000);
        lottery = new LotteryPool(
            vault,
            ILotteryPool.Rules(7 days, 1 days, uint96(unit), 1),
            tiers,
            IVrfConsumer.Vrf(
                IVRFCoordinatorV2Plus(address(new FickleCoordinator())),
                bytes32(0),
                3,
                100_000,
                true
            )
        );
        handler = new LotteryHandler(lottery, [first, second], unit);
        for (uint256 i = 0; i < 4; ++i) asset.mint(handler.actors(i), 1e9 * unit);
        targetContract(address(handler));
    }

    /// @dev The campaign is not in vain: its actions reach every state that matters, and the sentences hold there.
    function test_theActionsReachEveryState() public {
        _aDraw();
        invariant_everySentenceHolds();
        _aLossThatIsMadeGood();
        invariant_everySentenceHolds();
        _theEnd();
        invariant_everySentenceHolds();
        string[20] memory states = [
            "bought",
            "harvested",
            "closed",
            "requested",
            "answered",
            "ignored",
            "drawn",
            "claimed",
            "redeemed",
            "several at once",
            "no answer",
            "lost",
            "unreadable",
            "unreadable and fallen",
            "covered",
            "wound down",
            "wound down while unreadable",
            "redeemed at the end",
            "came too late for the rest",
            "all left at the end"
        ];
        for (uint256 i = 0; i < states.length; ++i) {
            console.log(states[i], handler.reached(states[i]));
            assertGt(handler.reached(states[i]), 0, string.concat("never reached: ", states[i]));
        }
        afterInvariant();
    }

    function _aDraw() private {
        handler.buy(0, 0, 8 * 13 * unit + 4);
        handler.buy(1, 1, (1e6 * unit) + 1);
        handler.buy(1, 1, 300 * unit);
        skip(1);
        vault.rebalance();
        handler.earn(0, 50 * unit);
        handler.pass(2 days);
        handler.close(false);
        handler.close(true);
        // Asked for late, and given up when the time from the close is over: too early.
        handler.pass(20 hours);
        handler.request();
        handler.pass(20 hours);
        handler.rollOver(false);
        handler.redeem(0, 1, 8, false);
        handler.answer(5, 1);
        handler.answerLast(uint256(keccak256("a word")));
        for (uint256 i = 0; i < 30; ++i) handler.finalize(8);
        for (uint256 i = 0; i < 4; ++i) handler.claim(i, i % 2 == 0);
        assertTrue(lottery.roundOf(1).state == ILotteryPool.State.Drawn, "not drawn");
    }

    function _aLossThatIsMadeGood() private {
        handler.buy(2, 2, 8 * 100 * unit);
        handler.buy(2, 2, 8 * 200 * unit);
        handler.redeemSeveral(0, lottery.entryCount() - 1, lottery.entryCount(), true);
        skip(1);
        vault.rebalance();
        handler.lose(0, 40 * unit);
        handler.cover(3, 5);
        handler.sulk(0);
        handler.lose(0, 4 * unit);
        handler.cover(3, 4);
        handler.cheerUp();
        handler.cover(3, 4);
    }

    function _theEnd() private {
        handler.sponsor(3, 80 * unit);
        handler.windDown();
        handler.silence(7);
        handler.buy(3, 3, 8 * 1_000 * unit);
        handler.sulk(0);
        handler.sulk(1);
        handler.windDown();
        handler.buy(3, 3, 8 * 10 * unit);
        handler.sponsor(3, 8 * unit);
        handler.close(true);
        handler.cheerUp();
        invariant_everySentenceHolds();
        handler.redeem(0, lottery.entryCount(), 8, true);
        for (uint256 entry = lottery.entryCount(); entry > 0; --entry) {
            handler.redeem(0, entry, 4, true);
            invariant_everySentenceHolds();
        }
        assertEq(vault.balanceOf(address(lottery)), _prizesToClaim(), "left in the lottery");
    }

    function invariant_everySentenceHolds() public view {
        _everyShareIsSomebodys();
        _principalAddsUp();
        _noPrizeOutOfNothing();
        _theRestIsWhoseItWas();
    }

    /// The pool holds exactly the shares of all tickets, of all prizes to claim and of the prizes still to win.
    function _everyShareIsSomebodys() private view {
        (uint256 shares, ) = lottery.totals();
        shares += _prizesToClaim();
        uint256 current = lottery.currentRound();
        shares += lottery.roundOf(current).prize;
        ILotteryPool.Round memory last = lottery.roundOf(current - 1);
        if (handler.isPending(last.state)) shares += last.left;
        else assertEq(last.left, 0, "left in a round that is over");
        assertEq(vault.balanceOf(address(lottery)), shares, "shares");
    }

    /// The sum of what is left of all entries is the sum of what all players have, and the total.
    function _principalAddsUp() private view {
        (, uint256 total) = lottery.totals();
        uint256 entries;
        for (uint256 entry = 1; entry <= lottery.entryCount(); ++entry) {
            (, uint256 left, ) = lottery.entryOf(entry);
            entries += left;
        }
        uint256 players;
        for (uint256 i = 0; i < 4; ++i) players += lottery.playerOf(handler.actors(i)).principal;
        assertEq(entries, total, "entries");
        assertEq(players, total, "players");
    }

    /// What was ever won and is still to win is what yield and sponsors ever brought.
    function _noPrizeOutOfNothing() private view {
        uint256 current = lottery.currentRound();
        uint256 toWin = lottery.roundOf(current).prize + lottery.roundOf(current - 1).left;
        assertEq(
            handler.wonShares() + toWin + handler.returnedShares(),
            handler.yieldShares() + handler.sponsoredShares(),
            "prizes"
        );
        assertEq(handler.claimedShares() + _prizesToClaim(), handler.wonShares(), "claims");
    }

    /// Once the lottery is over, what the entries that are still in weighed in its last round adds up to the weight
    /// that is left, and what is divided by it is a part of what is behind the tickets. No round runs then.
    function _theRestIsWhoseItWas() private view {
        (uint256 weight, uint256 rest) = lottery.remainder();
        ILotteryPool.Round memory current = lottery.roundOf(lottery.currentRound());
        assertEq(current.state != ILotteryPool.State.Open, lottery.isWoundDown(), "a round after the end");
        if (!lottery.isWoundDown()) return assertEq(weight + rest, 0, "a rest before the end");
        (uint256 shares, ) = lottery.totals();
        assertLe(rest, shares, "more than there is");
        uint256 entries;
        for (uint256 entry = 1; entry <= lottery.entryCount(); ++entry) {
            (, uint256 left, ) = lottery.entryOf(entry);
            if (left > 0) entries += handler.lastWeightOf(entry, left);
        }
        assertEq(weight, entries, "weight that is left");
    }

    function _prizesToClaim() private view returns (uint256 shares) {
        for (uint256 i = 0; i < 4; ++i) shares += lottery.playerOf(handler.actors(i)).prizeShares;
    }

    /// Everybody can leave with everything, in whatever state the round, the oracle and the strategies are.
    function afterInvariant() public {
        for (uint256 entry = 1; entry <= lottery.entryCount(); ++entry) {
            (address player, uint256 left, ) = lottery.entryOf(entry);
            if (left == 0) continue;
            vm.prank(player);
            lottery.redeemTicketsAsShares(entry, left, player);
        }
        for (uint256 i = 0; i < 4; ++i) {
            address actor = handler.actors(i);
            if (lottery.playerOf(actor).prizeShares == 0) continue;
            vm.prank(actor);
            lottery.claimPrizeAsShares(actor);
        }
        (, uint256 principal) = lottery.totals();
        assertEq(principal, 0, "principal left");
        if (lottery.isWoundDown())
            assertEq(vault.balanceOf(address(lottery)), 0, "left in a lottery that is over");
    }
}
