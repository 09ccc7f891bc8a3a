// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Profit that is released evenly between two moments.
/// @param amount What was locked at `start`.
/// @param start In seconds.
/// @param end In seconds, rounded up.
/// @param early By how much `end` was rounded up, in 2^-24 seconds. Without it each of many reports could hold the
/// release back by up to a second.
struct ProfitLock {
    uint256 amount;
    uint256 start;
    uint256 end;
    uint256 early;
}

using ProfitLockLib for ProfitLock global;

/// @title ProfitLockLib
/// @notice Releases booked profit over time, so that nobody can step in just before a report and take it home.
library ProfitLockLib {
    uint256 private constant SECOND = 1 << 24;

    /// @notice What is still locked, rounded up.
    function remaining(ProfitLock memory lock) internal view returns (uint256) {
        if (block.timestamp >= lock.end) return 0;
        return
            Math.mulDiv(lock.amount, lock.end - block.timestamp, lock.end - lock.start, Math.Rounding.Ceil);
    }

    /// @notice The lock from this moment on, with `left` of the old profit and `added` for a whole `period`. The two
    /// share one end, each weighing as much as it is: new profit neither releases old profit nor holds it back.
    function restarted(
        ProfitLock memory lock,
        uint256 left,
        uint256 added,
        uint256 period
    ) internal view returns (ProfitLock memory next) {
        uint256 timeLeft =
            lock.end > block.timestamp ? (lock.end - block.timestamp) * SECOND - lock.early : 0;
        uint256 total = left + added;
        uint256 duration = total == 0 ? 0 : (left * timeLeft + added * period * SECOND) / total;
        next.amount = total;
        next.start = block.timestamp;
        next.end = block.timestamp + Math.ceilDiv(duration, SECOND);
        next.early = (next.end - block.timestamp) * SECOND - duration;
    }
}
