// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircleLedger} from "./CircleLedger.sol";
import {CircleRules} from "./CircleRules.sol";
import {IRotatingPools} from "./IRotatingPools.sol";
import {PayoutQueue} from "./PayoutQueue.sol";

/// @title CircleForming
/// @notice What is done with a circle's books before its first round. A library of its own code, as {RoundSettlement}.
library CircleForming {
    using CircleRules for IRotatingPools.Circle;
    using PayoutQueue for address[];

    /// @notice Enters a new circle.
    function create(
        CircleLedger storage ledger,
        uint256 circleId,
        IRotatingPools.Terms calldata terms
    ) external returns (bytes32 termsHash) {
        CircleRules.requireSane(terms);
        IRotatingPools.Circle memory circle;
        circle.creator = msg.sender;
        circle.open = terms.open;
        circle.invested = terms.invested;
        circle.members = terms.members;
        circle.state = IRotatingPools.State.Forming;
        circle.order = terms.order;
        circle.contribution = terms.contribution;
        circle.period = terms.period;
        circle.grace = terms.grace;
        circle.penaltyBps = terms.penaltyBps;
        circle.deadline = terms.joinBy;
        circle.collateral = terms.collateral;
        circle.bidDeposit = terms.bidDeposit;
        ledger.circles[circleId] = circle;
        termsHash = keccak256(abi.encode(terms));
        emit IRotatingPools.CircleCreated(
            circleId,
            msg.sender,
            terms,
            termsHash,
            CircleRules.mostAtRisk(terms)
        );
    }

    /// @notice Enters the caller as a member, without their collateral.
    /// @return circle As it is then.
    function enter(
        CircleLedger storage ledger,
        uint256 circleId
    ) external returns (IRotatingPools.Circle memory circle) {
        circle = ledger.circles[circleId];
        _requireForming(circleId, circle);
        if (block.timestamp > circle.deadline) revert IRotatingPools.JoiningOver(circleId, circle.deadline);
        if (circle.memberCount == circle.members) {
            revert IRotatingPools.CircleIsFull(circleId, circle.members);
        }
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (member.joined) revert IRotatingPools.AlreadyMember(circleId, msg.sender);
        member.joined = true;
        ledger.circles[circleId].memberCount = ++circle.memberCount;
        ledger.queues[circleId].push(msg.sender);
    }

    /// @notice Strikes the caller out.
    /// @return invested Whether their shares are the vault's.
    /// @return shares How many they have.
    /// @return memberCount How many members are left.
    function strike(
        CircleLedger storage ledger,
        uint256 circleId
    ) external returns (bool invested, uint256 shares, uint256 memberCount) {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        _requireForming(circleId, circle);
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (!member.joined) revert IRotatingPools.NotMember(circleId, msg.sender);
        (invested, shares) = (circle.invested, member.shares);
        delete ledger.members[circleId][msg.sender];
        memberCount = --circle.memberCount;
        ledger.circles[circleId].memberCount = circle.memberCount;
        ledger.queues[circleId].remove(msg.sender);
        ledger.holdings[circleId].shares -= uint128(shares);
    }

    /// @notice Starts a full circle.
    /// @param shuffled Whether its order follows from a random word.
    /// @param word The word.
    function start(CircleLedger storage ledger, uint256 circleId, bool shuffled, uint256 word) external {
        if (shuffled) ledger.queues[circleId].shuffle(word);
        IRotatingPools.Circle storage stored = ledger.circles[circleId];
        stored.state = IRotatingPools.State.Running;
        stored.start = uint40(block.timestamp);
        IRotatingPools.Circle memory circle = stored;
        uint256 length = circle.settleFrom() - block.timestamp;
        emit IRotatingPools.CircleStarted(
            circleId,
            block.timestamp,
            block.timestamp + length * circle.members,
            ledger.queues[circleId]
        );
        circle.announceRound(circleId);
    }

    /// @notice Ends a circle that can no longer start.
    function abort(CircleLedger storage ledger, uint256 circleId) external {
        IRotatingPools.Circle storage circle = ledger.circles[circleId];
        bool forming = circle.state == IRotatingPools.State.Forming;
        if (!forming && circle.state != IRotatingPools.State.Requested) {
            revert IRotatingPools.WrongState(circleId, circle.state, IRotatingPools.State.Forming);
        }
        if (block.timestamp <= circle.deadline) {
            revert IRotatingPools.TooEarlyToAbort(circleId, circle.deadline);
        }
        circle.state = IRotatingPools.State.Aborted;
        emit IRotatingPools.CircleAborted(
            circleId,
            forming ? IRotatingPools.Reason.NotFilled : IRotatingPools.Reason.NoAnswer,
            circle.memberCount,
            ledger.holdings[circleId].shares
        );
    }

    function _requireForming(uint256 circleId, IRotatingPools.Circle memory circle) private pure {
        if (circle.state != IRotatingPools.State.Forming) {
            revert IRotatingPools.WrongState(circleId, circle.state, IRotatingPools.State.Forming);
        }
    }
}
