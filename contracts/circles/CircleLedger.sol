// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRotatingPools} from "./IRotatingPools.sol";

/// @notice What the running round of a circle has beside its contributions. Two storage slots.
/// @param leader Who has revealed the best bid.
/// @param discount That bid.
/// @param penalties Paid for being late.
/// @param sealedBids How many bids are not revealed.
struct Round {
    address leader;
    uint96 discount;
    uint112 penalties;
    uint8 sealedBids;
}

/// @notice The books of all circles, by the circle's number.
///
/// A member's `paid` counts contributions round by round: the unit at place x is for round x / contribution. So it says
/// by itself for which rounds a member has not paid or has paid ahead, and, with the queue, to whom a late payment
/// belongs. Nobody owes their own round to themselves: once a member has been served, `paid` passes over it.
/// @param queues The members in the order of payout; at place r, once it is settled, who took the pot of round r.
/// @param words What orders are drawn from.
/// @param bids What was sealed and not revealed.
struct CircleLedger {
    mapping(uint256 circleId => IRotatingPools.Circle circle) circles;
    mapping(uint256 circleId => IRotatingPools.Admission admission) admissions;
    mapping(uint256 circleId => IRotatingPools.Holdings holdings) holdings;
    mapping(uint256 circleId => address[] queue) queues;
    mapping(uint256 circleId => Round round) rounds;
    mapping(uint256 circleId => mapping(address account => IRotatingPools.Member member)) members;
    mapping(uint256 circleId => uint256 word) words;
    mapping(uint256 circleId => mapping(uint256 round => mapping(address account => bytes32 bid))) bids;
}
