// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "forge-std/console.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ICooperativePools} from "../../contracts/cooperative/ICooperativePools.sol";
import {Fixture} from "./Fixture.sol";
import {Handler} from "./Handler.t.sol";

/// @notice What is true after any sequence of actions, by anybody, with strategies that gain, lose, dry up and break.
/// The sentences are the specification. Those that speak of single actions are checked in {Handler}.
abstract contract Invariants is Fixture {
    Handler internal handler;

    function decimals() internal pure virtual returns (uint8);

    function setUp() public {
        deployProtocol(decimals(), 1_000);
        handler = new Handler(vault, savings, cooperatives, treasury, [first, second], unit);
        targetContract(address(handler));
    }

    /// @dev One campaign for all sentences: each is checked after every action.
    function invariant_everySentenceHolds() public {
        _theBooksAreCovered();
        _allSharesCanBePaid();
        _sharesAddUp();
        _lockedProfitIsReleasedInTime();
        _savingsAddUp();
        _cooperativesAddUp();
        _theCreatorHasASeat();
        _poolsHoldNoMoney();
        _theFeeIsCapped();
        _referrersEarnFromTheFeeOnly();
    }

    /// The vault has every asset and every strategy share that its books say it has.
    function _theBooksAreCovered() private view {
        assertGe(asset.balanceOf(address(vault)), vault.idle(), "idle money");
        assertGe(
            first.balanceOf(address(vault)),
            vault.holdingOf(IERC4626(address(first))).shares,
            "first's shares"
        );
        assertGe(
            second.balanceOf(address(vault)),
            vault.holdingOf(IERC4626(address(second))).shares,
            "second's shares"
        );
    }

    /// All shares together are never worth more than what the vault has.
    function _allSharesCanBePaid() private view {
        assertLe(vault.convertToAssets(vault.totalSupply()), vault.totalAssets(), "owed more than there is");
        assertLe(
            vault.totalAssets() + vault.lockedProfit(),
            vault.grossAssets(),
            "locked profit is paid out"
        );
    }

    /// Shares do not appear or vanish: the holders' sum is the total.
    function _sharesAddUp() private view {
        uint256 sum =
            vault.balanceOf(address(savings)) +
                vault.balanceOf(address(cooperatives)) +
                vault.balanceOf(address(treasury));
        for (uint256 i = 0; i < 4; ++i) sum += vault.balanceOf(handler.actors(i));
        assertEq(sum, vault.totalSupply(), "sum of shares");
    }

    /// Locked profit is released within thirty days.
    function _lockedProfitIsReleasedInTime() private {
        uint256 gross = vault.grossAssets();
        skip(30 days);
        assertEq(vault.lockedProfit(), 0, "still locked");
        assertEq(vault.totalAssets(), gross, "total");
        rewind(30 days);
    }

    /// The sums of the savings pool are the sums of its savers, and it holds exactly their shares.
    function _savingsAddUp() private view {
        uint256 shares;
        uint256 principal;
        for (uint256 i = 0; i < 4; ++i) {
            (uint256 own, uint256 mark, , ) = savings.positionOf(handler.actors(i));
            shares += own;
            principal += mark;
        }
        (uint128 totalShares, uint128 totalPrincipal) = savings.totals();
        assertEq(shares, totalShares, "shares");
        assertEq(principal, totalPrincipal, "principal");
        assertEq(vault.balanceOf(address(savings)), totalShares, "shares held");
    }

    /// The sums of each cooperative pool are the sums of its members, its count is their number and within its
    /// limit, and the contract holds exactly their shares.
    function _cooperativesAddUp() private view {
        uint256 held;
        for (uint256 poolId = 1; poolId <= cooperatives.poolCount(); ++poolId) {
            uint256 shares;
            uint256 principal;
            uint256 members;
            for (uint256 i = 0; i < 4; ++i) {
                (uint256 own, uint256 mark, , ) = cooperatives.positionOf(poolId, handler.actors(i));
                shares += own;
                principal += mark;
                if (cooperatives.isMember(poolId, handler.actors(i))) {
                    ++members;
                    assertGe(mark, unit, "member below the minimum");
                } else {
                    assertEq(own + mark, 0, "something left of who left");
                }
            }
            (uint256 totalShares, uint256 totalPrincipal) = cooperatives.totalsOf(poolId);
            assertEq(shares, totalShares, "shares");
            assertEq(principal, totalPrincipal, "principal");
            assertEq(members, cooperatives.poolOf(poolId).memberCount, "member count");
            assertLe(
                members,
                cooperatives.poolOf(poolId).maxMembers,
                "more members than the pool has room for"
            );
            held += totalShares;
        }
        assertEq(vault.balanceOf(address(cooperatives)), held, "shares held");
    }

    /// No pool keeps the asset itself, but what was thrown at it.
    function _poolsHoldNoMoney() private view {
        assertEq(asset.balanceOf(address(cooperatives)), 0, "cooperatives");
        assertEq(asset.balanceOf(address(treasury)), 0, "treasury");
    }

    /// The fee never exceeds the highest rate on the profit that was booked.
    function _theFeeIsCapped() private view {
        assertLe(handler.takenFee(), (handler.bookedProfit() * vault.maxFeeBps()) / 10_000 + 1, "fee");
    }

    /// What referrers are owed and were paid, with what they may yet be owed, is never more than their part of the fee
    /// that the vault took on referred savers' shares and gave the treasury; and what is not paid yet is there.
    function _referrersEarnFromTheFeeOnly() private view {
        uint256 reserve = savings.referralReserve();
        uint256 most = (handler.feeOnReferred() * savings.referralShareBps()) / 10_000;
        assertLe(reserve, most + 1, "more than a part of the fee");
        assertLe(savings.totalReferralEarned(), reserve, "counted more than was taken");
        uint256 owed;
        for (uint256 i = 0; i < 4; ++i) owed += treasury.owedTo(handler.actors(i));
        assertEq(owed, savings.totalReferralEarned() - treasury.totalClaimed(), "owed");
        assertLe(owed, vault.balanceOf(address(treasury)), "what is owed is not there");
        assertLe(
            reserve,
            vault.balanceOf(address(treasury)) + treasury.totalClaimed() + 1,
            "what may be owed is not there"
        );
    }

    /// A creator who is not in their pool has a seat in it.
    function _theCreatorHasASeat() private view {
        for (uint256 poolId = 1; poolId <= cooperatives.poolCount(); ++poolId) {
            ICooperativePools.Pool memory pool = cooperatives.poolOf(poolId);
            if (cooperatives.isMember(poolId, pool.creator)) continue;
            assertLt(pool.memberCount, pool.maxMembers, "the creator's seat is taken");
        }
    }

    /// @dev The campaign is not in vain: its actions reach every state that matters, and the sentences hold there.
    function test_theActionsReachEveryState() public {
        handler.setLimits(1e6 * unit);
        handler.save(3, 3, 1_000 * unit);
        handler.save(1, 1, 3e6 * unit);
        handler.spoilDeposit(0, 3, 5 * unit);
        for (uint256 i = 0; i < 4; ++i) handler.join(i, 0, 100 * unit);
        handler.contribute(0, 1, 0, 2e9 * unit);
        handler.pass(1);
        handler.rebalance();
        invariant_everySentenceHolds();
        // A fee, taken, collected before it is counted, counted, and paid in three ways.
        handler.pass(1 days);
        handler.earn(0, 1_000 * unit);
        handler.report();
        handler.collectFee(treasury.collectable());
        handler.pass(1 days);
        handler.claim(1, false);
        invariant_everySentenceHolds();
        handler.pullPart(0, 1);
        handler.pullReward(0);
        handler.earn(0, 1_000 * unit);
        handler.report();
        handler.pass(1 days);
        handler.claim(1, true);
        handler.takeRewardAsShares(0);
        invariant_everySentenceHolds();
        // A loss, made good, and a fee that somebody comes for.
        handler.lose(0, 500 * unit);
        handler.report();
        handler.earn(0, 600 * unit);
        handler.sandwichFee(1, 1e6 * unit);
        invariant_everySentenceHolds();
        string[12] memory states = [
            "a fee on referred shares",
            "a deposit was cut",
            "a contribution was cut",
            "a seat was kept",
            "the creator joined last",
            "a claim",
            "a claim of nothing",
            "collected before it was counted",
            "a part of a reward was claimed",
            "a reward was claimed",
            "a reward was taken out as shares",
            "a fee was sandwiched"
        ];
        for (uint256 i = 0; i < states.length; ++i) {
            console.log(states[i], handler.reached(states[i]));
            assertGt(handler.reached(states[i]), 0, string.concat("never reached: ", states[i]));
        }
        afterInvariant();
    }

    /// Everybody can leave, in every state: with the money if it is there, and if not with the shares and everything
    /// that stands behind them.
    function afterInvariant() public {
        for (uint256 i = 0; i < 4; ++i) {
            address actor = handler.actors(i);
            vm.startPrank(actor);
            (uint256 shares, uint256 principal, , ) = savings.positionOf(actor);
            if (shares + principal > 0) savings.takeOutShares(actor);
            for (uint256 poolId = 1; poolId <= cooperatives.poolCount(); ++poolId) {
                if (cooperatives.isMember(poolId, actor)) cooperatives.leaveWithShares(poolId, actor);
            }
            uint256 all = vault.balanceOf(actor);
            if (vault.previewRedeem(all) > 0) vault.redeemInKind(all, actor, actor, handler.blocked());
            // Once the strategies are well again, what could not be given in kind is paid as money.
            vm.stopPrank();
        }
        for (uint256 i = 0; i < 2; ++i) {
            handler.turnGood(i);
        }
        vault.report();
        for (uint256 i = 0; i < 4; ++i) {
            address actor = handler.actors(i);
            uint256 all = vault.balanceOf(actor);
            assertEq(vault.maxRedeem(actor), all, "not all can be redeemed");
            vm.prank(actor);
            vault.redeem(all, actor, actor);
            assertEq(vault.balanceOf(actor), 0, "shares left");
        }
    }
}

contract InvariantsWith6DecimalsTest is Invariants {
    function decimals() internal pure override returns (uint8) {
        return 6;
    }
}

contract InvariantsWith18DecimalsTest is Invariants {
    function decimals() internal pure override returns (uint8) {
        return 18;
    }
}
