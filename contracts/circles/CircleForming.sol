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
        ledger.circles[circleId] = IRotatingPools.Circle({
            contribution: terms.contribution,
            period: terms.period,
            grace: terms.grace,
            penaltyBps: terms.penaltyBps,
            start: 0,
            settled: 0,
            members: terms.members,
            invested: terms.invested,
            state: IRotatingPools.State.Forming,
            order: terms.order
        });
        ledger.admissions[circleId] = IRotatingPools.Admission({
            creator: msg.sender,
            invitationEpoch: 0,
            open: terms.open,
            memberCount: 0,
            deadline: terms.joinBy,
            collateral: terms.collateral,
            bidDeposit: terms.bidDeposit
        });
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
    /// @return circle As it is.
    /// @return admission As it is then.
    function enter(
        CircleLedger storage ledger,
        uint256 circleId
    ) external returns (IRotatingPools.Circle memory circle, IRotatingPools.Admission memory admission) {
        circle = ledger.circles[circleId];
        admission = ledger.admissions[circleId];
        _requireForming(circleId, circle.state);
        if (block.timestamp > admission.deadline) {
            revert IRotatingPools.JoiningOver(circleId, admission.deadline);
        }
        if (admission.memberCount == circle.members) {
            revert IRotatingPools.CircleIsFull(circleId, circle.members);
        }
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (member.joined) revert IRotatingPools.AlreadyMember(circleId, msg.sender);
        member.joined = true;
        ledger.admissions[circleId].memberCount = ++admission.memberCount;
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
        IRotatingPools.Circle storage circle = ledger.circles[circleId];
        _requireForming(circleId, circle.state);
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (!member.joined) revert IRotatingPools.NotMember(circleId, msg.sender);
        (invested, shares) = (circle.invested, member.shares);
        delete ledger.members[circleId][msg.sender];
        memberCount = --ledger.admissions[circleId].memberCount;
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
        IRotatingPools.Admission storage admission = ledger.admissions[circleId];
        bool requested = circle.state == IRotatingPools.State.Requested;
        if (!requested) _requireForming(circleId, circle.state);
        if (block.timestamp <= admission.deadline) {
            revert IRotatingPools.TooEarlyToAbort(circleId, admission.deadline);
        }
        circle.state = IRotatingPools.State.Aborted;
        emit IRotatingPools.CircleAborted(
            circleId,
            requested ? IRotatingPools.Reason.NoAnswer : IRotatingPools.Reason.NotFilled,
            admission.memberCount,
            ledger.holdings[circleId].shares
        );
    }

    function _requireForming(uint256 circleId, IRotatingPools.State state) private pure {
        if (state != IRotatingPools.State.Forming) {
            revert IRotatingPools.WrongState(circleId, state, IRotatingPools.State.Forming);
        }
    }
}
