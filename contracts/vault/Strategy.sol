// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice One strategy, as the vault knows it. Three storage slots; only the first is read whenever the vault is
/// valued.
/// @param shares Shares of the strategy that the vault has, counted when they came and went.
/// @param assets What they were booked at.
/// @param readGas Gas that reading the strategy may use, in units of 50,000.
/// @param moveGas Gas that moving money may use, in units of 50,000.
/// @param absoluteCap The most assets that it may hold.
/// @param relativeCapBps The largest part of the vault that it may hold, in basis points.
/// @param yearlyGainBps How much it may gain in a year before the curator has to look, in basis points.
/// @param market Strategies with the same number, if it is not 0, share one market's liquidity.
/// @param listed Whether it is in the vault.
/// @param supplyHalted Whether it gets no more money, because it has lost some, until the curator says so.
/// @param writtenDown Whether the curator has booked it below what it says it is worth.
/// @param impaired Whether nobody may deposit into the vault because of its loss: it was written down, or has lost more
/// than the vault has left.
/// @param peak The highest value of one of its shares that was booked, times {StrategyLib.PEAK_SCALE}.
/// @param bookedAt When a gain or loss was last booked in full, in seconds.
/// @param gainTime When all that it gained would have been allowed bit by bit, in seconds; see {GainLimit}.
struct Strategy {
    uint128 shares;
    uint112 assets;
    uint8 readGas;
    uint8 moveGas;
    uint128 absoluteCap;
    uint16 relativeCapBps;
    uint32 yearlyGainBps;
    uint8 market;
    bool listed;
    bool supplyHalted;
    bool writtenDown;
    bool impaired;
    uint128 peak;
    uint40 bookedAt;
    uint40 gainTime;
}

using StrategyLib for Strategy global;

/// @title StrategyLib
/// @notice What follows from a strategy's books alone.
library StrategyLib {
    using Math for uint256;

    uint256 internal constant PEAK_SCALE = 1e27;

    /// @dev In these units a strategy's gas is kept.
    uint256 internal constant GAS_UNIT = 50_000;

    /// @notice What its shares were worth at their best, rounded down. What is missing of it is lost.
    function peakAssets(Strategy storage strategy, uint256 shares) internal view returns (uint256) {
        return shares.mulDiv(strategy.peak, PEAK_SCALE);
    }

    /// @notice Remembers the value of a share, if it is higher than ever before.
    function raisePeak(Strategy storage strategy) internal {
        uint128 value = peakOf(strategy.shares, strategy.assets);
        if (value > strategy.peak) strategy.peak = value;
    }

    /// @notice The value of one of `shares` shares that are worth `assets` together, in the unit of `peak`.
    function peakOf(uint256 shares, uint256 assets) internal pure returns (uint128) {
        if (shares == 0) return 0;
        return uint128(assets.mulDiv(PEAK_SCALE, shares).min(type(uint128).max));
    }
}
