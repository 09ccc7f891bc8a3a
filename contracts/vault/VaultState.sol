// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
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
/// @param peak The highest value of one of its shares that was booked, times {VaultState.PEAK_SCALE}.
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

    /// @notice What its shares were worth at their best, rounded down. What is missing of it is lost.
    function peakAssets(Strategy storage strategy, uint256 shares) internal view returns (uint256) {
        return shares.mulDiv(strategy.peak, VaultState.PEAK_SCALE);
    }

    /// @notice Remembers the value of a share, if it is higher than ever before.
    function raisePeak(Strategy storage strategy) internal {
        uint128 value = peakOf(strategy.shares, strategy.assets);
        if (value > strategy.peak) strategy.peak = value;
    }

    /// @notice The value of one of `shares` shares that are worth `assets` together, in the unit of `peak`.
    function peakOf(uint256 shares, uint256 assets) internal pure returns (uint128) {
        if (shares == 0) return 0;
        return uint128(assets.mulDiv(VaultState.PEAK_SCALE, shares).min(type(uint128).max));
    }
}

/// @title VaultState
/// @notice Where the vault keeps its books: at a place of its own (ERC-7201), so that {StrategySettings}, which the
/// vault runs as a part of itself, finds the same.
library VaultState {
    /// @dev `erc7201:khipuvault.vault`
    bytes32 private constant LOCATION =
        keccak256(abi.encode(uint256(keccak256("khipuvault.vault")) - 1)) & ~bytes32(uint256(0xff));

    uint256 internal constant PEAK_SCALE = 1e27;

    /// @dev One line is one storage slot.
    /// @param idle Money that is not at work.
    /// @param grossBefore All assets at the end of the last earlier block in which money came or went.
    /// @param touchedAt In which block's second that was found out.
    /// @param lockedAmount Profit that was locked at `lockStart`.
    /// @param lockStart From when it is released, in seconds.
    /// @param lockEnd When all of it is released, in seconds, rounded up.
    /// @param lockEarly By how much `lockEnd` was rounded up, in 2^-24 seconds.
    /// @param depositsStopped Whether the guardian has stopped deposits.
    /// @param impairedCount How many strategies are impaired.
    /// @param anyLossToRecover Whether `lossToRecover` is not 0.
    /// @param lossToRecover Booked losses that profit has not made good yet.
    struct State {
        uint112 idle;
        uint112 grossBefore;
        uint32 touchedAt;
        uint112 lockedAmount;
        uint40 lockStart;
        uint40 lockEnd;
        uint24 lockEarly;
        bool depositsStopped;
        uint8 impairedCount;
        bool anyLossToRecover;
        uint256 lossToRecover;
        mapping(IERC4626 strategy => Strategy) strategies;
        IERC4626[] supplyOrder;
        IERC4626[] withdrawalOrder;
        address feeRecipient;
        uint16 feeBps;
        uint16 idleBufferBps;
    }

    function get() internal pure returns (State storage state) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            state.slot := location
        }
    }
}
