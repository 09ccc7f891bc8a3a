// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {IRotatingPools} from "./IRotatingPools.sol";

/// @title CircleRules
/// @notice What follows from a circle's terms and the clock alone.
library CircleRules {
    using Math for uint256;

    uint256 internal constant MAX_MEMBERS = 50;

    /// @dev How long a full circle has until it must be ready: everybody's collateral worth what it has to be, and its
    /// order asked for.
    uint256 internal constant READY_TIME = 3 days;

    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_PENALTY_BPS = 2_000;
    uint256 private constant MAX_NAME_LENGTH = 64;
    uint256 private constant SHORTEST = 1 minutes;
    uint256 private constant LONGEST = 366 days;
    uint256 private constant LONGEST_WAIT = 7 days;
    uint256 private constant LONGEST_DELAY = 1 days;

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

    /// @notice The most that a member who pays everything can lose: what others owe to their round and no collateral
    /// covers. Where collateral is in the vault, the vault can lose all of it, their own included, and the unit by
    /// which its shares may cost more.
    function mostAtRisk(IRotatingPools.Terms calldata terms) internal pure returns (uint256) {
        uint256 others = (uint256(terms.members) - 1) * terms.contribution;
        if (!terms.invested || terms.collateral == 0) return others.saturatingSub(terms.collateral);
        return others + terms.collateral + 1;
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

    /// @notice From when that round can be settled: not in the last second in which contributions are in time.
    function settleFrom(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return roundStart(circle) + circle.period + Math.max(circle.grace, 1);
    }

    /// @notice When the last round can be settled.
    function end(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return circle.start + circle.members * _roundLength(circle) + (circle.grace == 0 ? 1 : 0);
    }

    /// @notice Until when its settlement waits at most while the vault cannot say for certain what its shares are
    /// worth.
    function waitsUntil(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return settleFrom(circle) + Math.min(LONGEST_WAIT, circle.period / 2);
    }

    /// @notice How long after its order is known, or after it was started by hand, the first round begins.
    function startDelay(IRotatingPools.Circle memory circle) internal pure returns (uint256) {
        return Math.min(LONGEST_DELAY, circle.period / 2);
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

    /// @notice What a member has not paid of the first rounds, own one not counted once they have been served.
    /// @param due The contributions to those rounds.
    function owedOf(
        IRotatingPools.Circle memory circle,
        IRotatingPools.Member storage member,
        uint256 due
    ) internal view returns (uint256 owed) {
        uint256 paid = member.paid;
        // Who was struck out before the start owes nothing, whatever they have not claimed yet.
        if (paid >= due || !member.joined) return 0;
        owed = due - paid;
        if (!member.served) return owed;
        uint256 own = uint256(member.turn) * circle.contribution;
        if (paid < own && own < due) owed -= circle.contribution;
    }

    /// @notice What must stay of a member's collateral: as much of it as they could still owe to others.
    function lockedOf(
        IRotatingPools.Circle memory circle,
        IRotatingPools.Member storage member,
        uint256 collateral
    ) internal view returns (uint256) {
        if (circle.state > IRotatingPools.State.Running) return 0;
        if (circle.state < IRotatingPools.State.Running) return type(uint256).max;
        uint256 owed = owedOf(circle, member, dueInAll(circle));
        return Math.min(collateral, owed + penaltyUp(owed, circle.penaltyBps));
    }

    /// @notice How much a member's collateral is short of what it has to be.
    function missingOf(
        IRotatingPools.Member storage member,
        uint256 required,
        SharePrice memory price
    ) internal view returns (uint256) {
        return required.saturatingSub(uint256(member.collateral) + price.toAssetsDown(member.shares));
    }

    /// @notice What so much money would pay of what a member owes for rounds up to a given one.
    function partsOf(
        IRotatingPools.Circle memory circle,
        IRotatingPools.Member storage member,
        uint256 round,
        uint256 assets
    ) internal view returns (IRotatingPools.Contribution memory parts) {
        parts.round = circle.settled;
        if (circle.state < IRotatingPools.State.Running || !member.joined) return parts;
        uint256 upTo = (round + 1) * circle.contribution;
        uint256 before = dueBefore(circle);
        parts.arrears = owedOf(circle, member, upTo.min(before)).min(assets);
        if (upTo <= before || circle.state > IRotatingPools.State.Running) return parts;
        uint256 paid = Math.max(member.paid, before);
        parts.due = dueNow(circle).saturatingSub(paid).min(assets - parts.arrears);
        parts.ahead = upTo.saturatingSub(paid + parts.due).min(assets - parts.arrears - parts.due);
    }

    /// @notice The penalty on what is paid for the running round, at this moment.
    function latePenalty(IRotatingPools.Circle memory circle, uint256 due) internal view returns (uint256) {
        return block.timestamp > payBy(circle) ? penaltyUp(due, circle.penaltyBps) : 0;
    }

    function _roundLength(IRotatingPools.Circle memory circle) private pure returns (uint256) {
        return uint256(circle.period) + circle.grace;
    }
}
