// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title GainLimit
/// @notice How much of what a strategy says it has gained is believed without anybody looking: at most as much again as
/// was booked, at once or bit by bit, and after that so much in a year. A strategy that lies can thus never take more
/// from the other strategies than what was in it.
/// @dev A "generic cell rate algorithm" with one time as its only state: each gain puts it further ahead of now, up to
/// one period.
library GainLimit {
    using Math for uint256;

    uint256 private constant BPS = 10_000;

    /// @notice The gain that can be booked now.
    /// @param booked What the strategy is booked at, in assets.
    /// @param gainTime When all that was gained would have been allowed bit by bit, in seconds.
    /// @param yearlyBps How much it may gain in a year, in basis points.
    function allowance(uint256 booked, uint256 gainTime, uint256 yearlyBps) internal view returns (uint256) {
        uint256 whole = period(yearlyBps);
        if (whole == 0) return 0;
        uint256 ahead = gainTime.saturatingSub(block.timestamp);
        return booked.mulDiv(whole.saturatingSub(ahead), whole);
    }

    /// @notice The next `gainTime`, once `gain` has been booked.
    function use(
        uint256 booked,
        uint256 gainTime,
        uint256 yearlyBps,
        uint256 gain
    ) internal view returns (uint256) {
        uint256 whole = period(yearlyBps);
        // What is still allowed is not more because more is booked: else many small gains would allow more than one.
        uint256 left = allowance(booked, gainTime, yearlyBps) - gain;
        return block.timestamp + whole - whole.mulDiv(left, booked + gain);
    }

    /// @notice In how many seconds a strategy may double what it holds; 0 if never.
    function period(uint256 yearlyBps) internal pure returns (uint256) {
        return yearlyBps == 0 ? 0 : (365 days * BPS) / yearlyBps;
    }
}
