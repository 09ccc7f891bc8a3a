// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRotatingPools} from "./IRotatingPools.sol";

/// @title CircleRules
/// @notice What follows from a circle's terms and the clock alone.
library CircleRules {
    using Math for uint256;

    uint256 internal constant MAX_MEMBERS = 50;

    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_PENALTY_BPS = 2_000;
    uint256 private constant MAX_NAME_LENGTH = 64;
    uint256 private constant SHORTEST = 1 minutes;
    uint256 private constant LONGEST = 366 days;

    /// @notice Reverts unless a circle can be made with these terms.
    function requireSane(IRotatingPools.Terms calldata terms) internal view {
        uint256 nameLength = bytes(terms.name).length;
        if (nameLength == 0 || nameLength > MAX_NAME_LENGTH) {
            revert IRotatingPools.NameOutOfRange(nameLength);
        }
        if (terms.members < 2 || terms.members > MAX_MEMBERS) {
            revert IRotatingPools.MembersOutOfRange(terms.members);
        }
        if (terms.contribution == 0) revert IRotatingPools.ContributionOutOfRange(terms.contribution);
        bool byBids = terms.order == IRotatingPools.Order.Bids;
        bool graceFits = terms.grace == 0 ? !byBids : terms.grace >= SHORTEST && terms.grace <= LONGEST;
        if (terms.period < SHORTEST || terms.period > LONGEST || !graceFits) {
            revert IRotatingPools.TimesOutOfRange(terms.period, terms.grace);
        }
        if (terms.joinBy < block.timestamp || terms.joinBy > block.timestamp + LONGEST) {
            revert IRotatingPools.JoinByOutOfRange(terms.joinBy);
        }
        if (terms.penaltyBps > MAX_PENALTY_BPS) {
            revert IRotatingPools.PenaltyOutOfRange(terms.penaltyBps, MAX_PENALTY_BPS);
        }
        if (byBids != (terms.bidDeposit > 0)) revert IRotatingPools.BidDepositOutOfRange(terms.bidDeposit);
        uint256 full = fullCollateral(terms.contribution, terms.penaltyBps, terms.members);
        if (terms.collateral > full) revert IRotatingPools.CollateralOutOfRange(terms.collateral, full);
        if (terms.open && terms.collateral < full) {
            revert IRotatingPools.OpenNeedsCollateral(terms.collateral, full);
        }
    }

    /// @notice All that one member could ever owe to others: a contribution and a penalty in every round but their own.
    function fullCollateral(
        uint256 contribution,
        uint256 penaltyBps,
        uint256 members
    ) internal pure returns (uint256) {
        return (members - 1) * (contribution + penaltyUp(contribution, penaltyBps));
    }

    /// @notice What a member who pays everything could lose: the others' contributions to their own round.
    function mostAtRisk(IRotatingPools.Terms calldata terms) internal pure returns (uint256) {
        uint256 full = fullCollateral(terms.contribution, terms.penaltyBps, terms.members);
        return terms.collateral < full ? (uint256(terms.members) - 1) * terms.contribution : 0;
    }

    /// @notice For whoever pays late: rounded against them.
    function penaltyUp(uint256 assets, uint256 penaltyBps) internal pure returns (uint256) {
        return (assets * penaltyBps).ceilDiv(BPS);
    }

    /// @notice For collateral: rounded so that the parts of a contribution never cost more than the whole.
    function penaltyDown(uint256 assets, uint256 penaltyBps) internal pure returns (uint256) {
        return (assets * penaltyBps) / BPS;
    }

    /// @notice When the round that is to be settled next began.
    function roundStart(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return circle.start + circle.settled * _roundLength(circle);
    }

    /// @notice Until when contributions to that round are in time.
    function payBy(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return roundStart(circle) + circle.period;
    }

    /// @notice From when that round can be settled.
    function settleFrom(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return roundStart(circle) + _roundLength(circle);
    }

    /// @notice Says that a round runs.
    function announceRound(IRotatingPools.Circle memory circle, uint256 circleId) internal {
        emit IRotatingPools.RoundStarted(
            circleId,
            circle.settled,
            roundStart(circle),
            payBy(circle),
            settleFrom(circle)
        );
    }

    /// @notice Whether a round waits to be settled.
    function isDue(IRotatingPools.Circle memory circle) internal view returns (bool) {
        return circle.state == IRotatingPools.State.Running && block.timestamp >= settleFrom(circle);
    }

    /// @notice What a member must have paid for all settled rounds.
    function dueBefore(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return uint256(circle.settled) * circle.contribution;
    }

    /// @notice What a member must have paid once the running round is over.
    function dueNow(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return Math.min(uint256(circle.settled) + 1, circle.members) * circle.contribution;
    }

    /// @notice What a member must have paid in the end.
    function dueInAll(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return uint256(circle.members) * circle.contribution;
    }

    /// @notice What must stay in a member's shares: what was paid ahead, and as much of the collateral as they could
    /// still owe to others.
    function lockedOf(
        IRotatingPools.Circle memory circle,
        IRotatingPools.Member storage member,
        uint256 collateral
    ) internal view returns (uint256) {
        if (circle.state != IRotatingPools.State.Running) return 0;
        uint256 owed = dueInAll(circle) - member.paid - member.ahead;
        return member.ahead + Math.min(collateral, owed + penaltyUp(owed, circle.penaltyBps));
    }

    function _roundLength(IRotatingPools.Circle memory circle) private pure returns (uint256) {
        return uint256(circle.period) + circle.grace;
    }
}
