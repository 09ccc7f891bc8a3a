// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {CircleLedger} from "./CircleLedger.sol";
import {CircleRules} from "./CircleRules.sol";
import {IRotatingPools} from "./IRotatingPools.sol";
import {PayoutQueue} from "./PayoutQueue.sol";

/// @title CircleForming
/// @notice What is done with a circle's books before its first round. A library of its own code, as {RoundSettlement}.
library CircleForming {
    using CircleRules for IRotatingPools.Circle;
    using PayoutQueue for address[];
    using SafeCast for uint256;

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
            bidDeposit: terms.bidDeposit,
            joinBy: terms.joinBy
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
    /// @return invested Whether it goes to the vault.
    /// @return collateral How much it is.
    function enter(
        CircleLedger storage ledger,
        uint256 circleId
    ) external returns (bool invested, uint256 collateral) {
        IRotatingPools.Circle storage circle = ledger.circles[circleId];
        IRotatingPools.Admission storage admission = ledger.admissions[circleId];
        _require(circleId, circle.state, IRotatingPools.State.Forming);
        if (block.timestamp > admission.deadline) {
            revert IRotatingPools.JoiningOver(circleId, admission.deadline);
        }
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (member.joined) revert IRotatingPools.AlreadyMember(circleId, msg.sender);
        member.joined = true;
        ++admission.memberCount;
        ledger.queues[circleId].push(msg.sender);
        return (circle.invested, admission.collateral);
    }

    /// @notice Enters the caller's collateral. If they are the last, the circle starts at once, unless its order has to
    /// be drawn or somebody's collateral has lost in the vault since they joined.
    /// @param assets What they paid.
    /// @param shares What that bought; none where it stays money.
    function admit(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        uint256 assets,
        uint256 shares
    ) external {
        IRotatingPools.Holdings memory held = ledger.holdings[circleId];
        if (assets > 0) {
            IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
            if (shares > 0) {
                member.shares = shares.toUint128();
                held.shares = (held.shares + shares).toUint128();
            } else {
                member.collateral = uint96(assets);
                held.cash += uint112(assets);
            }
            ledger.holdings[circleId] = held;
        }
        uint256 count = ledger.admissions[circleId].memberCount;
        emit IRotatingPools.UserJoined(circleId, msg.sender, assets, shares, count, held.cash, held.shares);
        if (count == ledger.circles[circleId].members) _fill(ledger, vault, circleId);
    }

    /// @notice Strikes the caller out.
    /// @return cash Their collateral in money.
    /// @return shares Their collateral in shares.
    /// @return assets What both are worth.
    function strike(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        address receiver
    ) external returns (uint256 cash, uint256 shares, uint256 assets) {
        _require(circleId, ledger.circles[circleId].state, IRotatingPools.State.Forming);
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (!member.joined) revert IRotatingPools.NotMember(circleId, msg.sender);
        (cash, shares) = (member.collateral, member.shares);
        (member.joined, member.collateral, member.shares) = (false, 0, 0);
        uint256 left = --ledger.admissions[circleId].memberCount;
        ledger.queues[circleId].remove(msg.sender);
        IRotatingPools.Holdings memory held = ledger.holdings[circleId];
        (held.cash, held.shares) = (held.cash - uint112(cash), held.shares - uint128(shares));
        ledger.holdings[circleId] = held;
        assets = cash;
        if (shares > 0) {
            (SharePrice memory price, ) = vault.certainPrice();
            assets += price.toAssetsDown(shares);
        }
        emit IRotatingPools.UserLeft(
            circleId,
            msg.sender,
            receiver,
            IRotatingPools.Leaving(assets, cash, shares, left, held.cash, held.shares)
        );
    }

    /// @notice Enters that a full circle's order is being drawn.
    /// @return deadline Until when the answer counts.
    function request(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        uint256 answerTime
    ) external returns (uint256 deadline) {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        if (circle.order != IRotatingPools.Order.Random) revert IRotatingPools.OrderNotRandom(circleId);
        _requireReady(ledger, vault, circleId, circle);
        deadline = block.timestamp + answerTime;
        ledger.circles[circleId].state = IRotatingPools.State.Requested;
        ledger.admissions[circleId].deadline = uint40(deadline);
    }

    /// @notice Enters the word that a circle's order is drawn from, if it was asked for and comes in time. From now on
    /// it is certain when the first round begins.
    function answer(CircleLedger storage ledger, uint256 circleId, uint256 requestId, uint256 word) external {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        bool late = block.timestamp > ledger.admissions[circleId].deadline;
        if (circle.state != IRotatingPools.State.Requested || late) {
            emit IRotatingPools.AnswerIgnored(requestId);
            return;
        }
        uint256 begin = block.timestamp + circle.startDelay();
        (circle.state, circle.start) = (IRotatingPools.State.Answered, uint40(begin));
        ledger.circles[circleId] = circle;
        ledger.words[circleId] = word;
        emit IRotatingPools.OrderAnswered(circleId, requestId, word, begin);
    }

    /// @notice Starts a circle whose order was drawn: its first round begins when that was said it would. Or one for
    /// which everybody's collateral is now worth what it has to be.
    function start(CircleLedger storage ledger, IKhipuVault vault, uint256 circleId) external {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        if (circle.state == IRotatingPools.State.Answered) {
            ledger.queues[circleId].shuffle(ledger.words[circleId]);
            return _run(ledger, circleId, circle, circle.start);
        }
        _requireReady(ledger, vault, circleId, circle);
        if (circle.order == IRotatingPools.Order.Random) revert IRotatingPools.OrderNotDrawn(circleId);
        _run(ledger, circleId, circle, block.timestamp + circle.startDelay());
    }

    /// @notice Ends a circle that did not become full, ready or answered in time. Of a full one only those whose
    /// collateral is short are struck out, while there is time for others to take their places.
    function abort(CircleLedger storage ledger, IKhipuVault vault, uint256 circleId) external {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        IRotatingPools.Admission storage admission = ledger.admissions[circleId];
        IRotatingPools.Reason reason = IRotatingPools.Reason.NoAnswer;
        if (circle.state == IRotatingPools.State.Full) reason = IRotatingPools.Reason.NotReady;
        else if (circle.state != IRotatingPools.State.Requested) {
            _require(circleId, circle.state, IRotatingPools.State.Forming);
            reason = IRotatingPools.Reason.NotFilled;
        }
        if (block.timestamp <= admission.deadline) {
            revert IRotatingPools.TooEarlyToAbort(circleId, admission.deadline);
        }
        if (
            reason == IRotatingPools.Reason.NotReady && block.timestamp <= admission.joinBy && circle.invested
        ) {
            if (_strikeOut(ledger, vault, circleId)) return;
        }
        ledger.circles[circleId].state = IRotatingPools.State.Aborted;
        IRotatingPools.Holdings memory held = ledger.holdings[circleId];
        emit IRotatingPools.CircleAborted(circleId, reason, admission.memberCount, held.cash, held.shares);
    }

    function _fill(CircleLedger storage ledger, IKhipuVault vault, uint256 circleId) private {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        if (circle.order != IRotatingPools.Order.Random) {
            (address short, ) = circle.invested ? _shortOf(ledger, vault, circleId) : (address(0), 0);
            if (short == address(0)) return _run(ledger, circleId, circle, block.timestamp);
        }
        uint256 deadline = block.timestamp + CircleRules.READY_TIME;
        ledger.circles[circleId].state = IRotatingPools.State.Full;
        ledger.admissions[circleId].deadline = uint40(deadline);
        emit IRotatingPools.CircleFilled(circleId, deadline);
    }

    function _run(
        CircleLedger storage ledger,
        uint256 circleId,
        IRotatingPools.Circle memory circle,
        uint256 begin
    ) private {
        (circle.state, circle.start) = (IRotatingPools.State.Running, uint40(begin));
        IRotatingPools.Circle storage stored = ledger.circles[circleId];
        (stored.state, stored.start) = (circle.state, circle.start);
        emit IRotatingPools.CircleStarted(circleId, begin, circle.end(), ledger.queues[circleId]);
        circle.announceRound(circleId);
    }

    function _strikeOut(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId
    ) private returns (bool reopened) {
        (SharePrice memory price, ) = vault.certainPrice();
        IRotatingPools.Admission storage admission = ledger.admissions[circleId];
        address[] memory queue = ledger.queues[circleId];
        for (uint256 i = 0; i < queue.length; ++i) {
            address account = queue[i];
            if (_missingOf(ledger, price, circleId, account) == 0) continue;
            reopened = true;
            IRotatingPools.Member storage member = ledger.members[circleId][account];
            uint112 claimable = member.claimable + member.collateral;
            uint128 claimableShares = member.claimableShares + member.shares;
            (member.joined, member.claimable, member.claimableShares) = (false, claimable, claimableShares);
            (member.collateral, member.shares) = (0, 0);
            ledger.queues[circleId].remove(account);
            uint256 left = --admission.memberCount;
            emit IRotatingPools.MemberStruckOut(circleId, account, claimable, claimableShares, left);
        }
        if (!reopened) return false;
        ledger.circles[circleId].state = IRotatingPools.State.Forming;
        admission.deadline = admission.joinBy;
    }

    function _requireReady(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        IRotatingPools.Circle memory circle
    ) private view {
        _require(circleId, circle.state, IRotatingPools.State.Full);
        uint256 deadline = ledger.admissions[circleId].deadline;
        if (block.timestamp > deadline) revert IRotatingPools.GettingReadyOver(circleId, deadline);
        if (!circle.invested) return;
        (address short, uint256 missing) = _shortOf(ledger, vault, circleId);
        if (short != address(0)) revert IRotatingPools.CollateralShort(circleId, short, missing);
    }

    /// @dev The first whose collateral is not worth what it has to be, if there is one. All are valued at one price, so
    /// that nobody's collateral counts for more because they joined before a loss.
    function _shortOf(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId
    ) private view returns (address short, uint256 missing) {
        (SharePrice memory price, bool complete) = vault.certainPrice();
        if (!complete) revert IRotatingPools.PriceUncertain(circleId);
        address[] storage queue = ledger.queues[circleId];
        uint256 length = queue.length;
        for (uint256 i = 0; i < length; ++i) {
            short = queue[i];
            missing = _missingOf(ledger, price, circleId, short);
            if (missing > 0) return (short, missing);
        }
        return (address(0), 0);
    }

    function _missingOf(
        CircleLedger storage ledger,
        SharePrice memory price,
        uint256 circleId,
        address account
    ) private view returns (uint256) {
        uint256 required = ledger.admissions[circleId].collateral;
        return CircleRules.missingOf(ledger.members[circleId][account], required, price);
    }

    function _require(
        uint256 circleId,
        IRotatingPools.State state,
        IRotatingPools.State needed
    ) private pure {
        if (state != needed) revert IRotatingPools.WrongState(circleId, state, needed);
    }
}
