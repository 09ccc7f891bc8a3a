// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {ILotteryPool} from "../../contracts/lottery/ILotteryPool.sol";
import {IVrfConsumer} from "../../contracts/lottery/IVrfConsumer.sol";
import {LotteryPool} from "../../contracts/lottery/LotteryPool.sol";
import {FickleCoordinator} from "../doubles/FickleCoordinator.sol";
import {Fixture} from "./Fixture.sol";
import {LotteryHandler} from "./LotteryHandler.t.sol";

/// @notice What is true of the lottery after any sequence of actions. The sentences are the specification. Those that
/// speak of single actions are checked in {LotteryHandler}: the weights of all entries add up to the round's; a prize
/// is never taken out of principal; each winner is the one whom a walk along all entries finds, and is drawn once; only
/// the first answer in time counts; without a loss, redeeming pays what was paid in.
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
        targetContract(address(handler));
    }

    /// @dev The campaign is not in vain: its actions lead through a whole draw.
    function test_theActionsReachADraw() public {
        handler.buy(0, 100 * unit);
        handler.buy(1, 300 * unit);
        skip(1);
        vault.rebalance();
        handler.earn(0, 50 * unit);
        handler.pass(2 days);
        handler.close();
        handler.request();
        handler.redeem(1, 10 * unit, false);
        handler.answerLast(uint256(keccak256("a word")));
        for (uint256 i = 0; i < 30; ++i) handler.finalize(8);
        assertGt(handler.wonShares(), 0, "nobody won");
        assertTrue(lottery.roundOf(1).state == ILotteryPool.State.Drawn, "not drawn");
        invariant_everySentenceHolds();
    }

    function invariant_everySentenceHolds() public view {
        _everyShareIsSomebodys();
        _principalAddsUp();
        _noPrizeOutOfNothing();
    }

    /// The pool holds exactly the shares of all tickets, of all prizes to claim and of the prizes still to win.
    function _everyShareIsSomebodys() private view {
        (uint256 shares, ) = lottery.totals();
        for (uint256 i = 0; i < 4; ++i) shares += lottery.playerOf(handler.actors(i)).prizeShares;
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
        assertEq(handler.wonShares() + toWin, handler.yieldShares() + handler.sponsoredShares(), "prizes");
        uint256 toClaim;
        for (uint256 i = 0; i < 4; ++i) toClaim += lottery.playerOf(handler.actors(i)).prizeShares;
        assertEq(handler.claimedShares() + toClaim, handler.wonShares(), "claims");
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
    }
}
