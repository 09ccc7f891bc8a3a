// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DrawNumber} from "../lottery/DrawNumber.sol";

/// @title PayoutQueue
/// @notice The members of a circle in the order of payout. Those who have been served stay in front, so that the member
/// at place r took the pot of round r.
library PayoutQueue {
    /// @notice Takes a member out; those behind move up.
    function remove(address[] storage queue, address member) internal {
        uint256 last = queue.length - 1;
        uint256 place = 0;
        while (queue[place] != member) ++place;
        for (; place < last; ++place) queue[place] = queue[place + 1];
        queue.pop();
    }

    /// @notice Moves the member at one place to an earlier one; those between move back by one.
    function advance(address[] storage queue, uint256 from, uint256 to) internal {
        address member = queue[from];
        for (; from > to; --from) queue[from] = queue[from - 1];
        queue[to] = member;
    }

    /// @notice The place of a member, who is behind `from` or at it.
    function placeOf(
        address[] storage queue,
        uint256 from,
        address member
    ) internal view returns (uint256 place) {
        place = from;
        while (queue[place] != member) ++place;
    }

    /// @notice Shuffles by Fisher and Yates: every order has the same chance, as the numbers have.
    function shuffle(address[] storage queue, uint256 word) internal {
        address[] memory members = queue;
        for (uint256 i = members.length - 1; i > 0; --i) {
            uint256 place;
            bool fair;
            for (uint256 attempt = 0; !fair; ++attempt) {
                (place, fair) = DrawNumber.below(word, i, attempt, i + 1);
            }
            (members[i], members[place]) = (members[place], members[i]);
        }
        for (uint256 i = 0; i < members.length; ++i) queue[i] = members[i];
    }
}
