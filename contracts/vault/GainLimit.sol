// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title GainLimit
/// @notice How much of what a strategy says it has gained is believed without anybody looking: at most as much again as
/// was booked, at once or bit by bit, and after that so much in a year. A strategy that lies can thus never take more
/// from the other strategies than what was in it.
/// @dev A "generic cell rate algorithm" with time as its only state: a gain uses up time, and what passes gives it
/// back.
library GainLimit {
    using Math for uint256;

    uint256 private constant BPS = 10_000;

    /// @notice The gain that can be booked now.
    /// @param booked What the strategy is booked at, in assets.
    /// @param gainTime Up to when its time is used up, in seconds.
    /// @param yearlyBps How much it may gain in a year, in basis points.
    function allowance(uint256 booked, uint256 gainTime, uint256 yearlyBps) internal view returns (uint256) {
        uint256 period = _period(yearlyBps);
        if (period == 0) return 0;
        return booked.mulDiv((block.timestamp - gainTime).min(period), period);
    }

    /// @notice Up to when its time is used up once `gain` has been booked.
    function use(
        uint256 booked,
        uint256 gainTime,
        uint256 yearlyBps,
        uint256 gain
    ) internal view returns (uint256) {
        uint256 period = _period(yearlyBps);
        uint256 from = gainTime.max(block.timestamp.saturatingSub(period));
        return (from + gain.mulDiv(period, booked, Math.Rounding.Ceil)).min(block.timestamp);
    }

    /// @dev In how many seconds a strategy may double what it holds; 0 if never.
    function _period(uint256 yearlyBps) private pure returns (uint256) {
        return yearlyBps == 0 ? 0 : (365 days * BPS).ceilDiv(yearlyBps);
    }
}
