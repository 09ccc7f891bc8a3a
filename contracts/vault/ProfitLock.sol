// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice Profit that is released evenly between two moments.
/// @param amount What was locked at `start`.
struct ProfitLock {
    uint128 amount;
    uint64 start;
    uint64 end;
}

using ProfitLockLib for ProfitLock global;

/// @title ProfitLockLib
/// @notice Releases booked profit over time, so that nobody can step in just before a report and take it home.
library ProfitLockLib {
    using SafeCast for uint256;

    /// @notice What is still locked, rounded up.
    function remaining(ProfitLock memory lock) internal view returns (uint256) {
        if (block.timestamp >= lock.end) return 0;
        return
            Math.mulDiv(lock.amount, lock.end - block.timestamp, lock.end - lock.start, Math.Rounding.Ceil);
    }

    /// @notice Restarts the lock at this moment with `left` of the old profit and `added` for a whole `period`. The
    /// two share one end, each weighing as much as it is: new profit neither releases old profit nor holds it back.
    function restart(ProfitLock storage lock, uint256 left, uint256 added, uint256 period) internal {
        uint256 timeLeft = lock.end > block.timestamp ? lock.end - block.timestamp : 0;
        uint256 total = left + added;
        uint256 duration = total == 0 ? 0 : Math.ceilDiv(left * timeLeft + added * period, total);
        lock.amount = total.toUint128();
        lock.start = uint64(block.timestamp);
        lock.end = uint64(block.timestamp + duration);
    }
}
