// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Strategy} from "./Strategy.sol";

/// @title VaultState
/// @notice Where the vault keeps its books: at a place of its own (ERC-7201), so that {StrategySettings}, which the
/// vault runs as a part of itself, finds the same.
library VaultState {
    /// @dev `erc7201:khipuvault.vault`
    bytes32 private constant LOCATION =
        keccak256(abi.encode(uint256(keccak256("khipuvault.vault")) - 1)) & ~bytes32(uint256(0xff));

    /// @dev One line is one storage slot.
    /// @param idle Money that is not at work.
    /// @param grossBefore All assets at the end of the last earlier block in which money came or went.
    /// @param touched In which second that was found out (31 bits), and a bit that changes each time.
    /// @param lockedAmount Profit that was locked at `lockStart`.
    /// @param lockStart From when it is released, in seconds.
    /// @param lockEnd When all of it is released, in seconds, rounded up.
    /// @param lockEarly By how much `lockEnd` was rounded up, in 2^-24 seconds.
    /// @param depositsStopped Whether the guardian has stopped deposits.
    /// @param impairedCount How many strategies are impaired.
    /// @param anyLossToRecover Whether `lossToRecover` is not 0.
    /// @param lossToRecover Booked losses that profit has not made good yet.
    /// @param feePerShare The fee that each recipient was ever given for one share, in fee shares x 2^96.
    struct State {
        uint112 idle;
        uint112 grossBefore;
        uint32 touched;
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
        mapping(address recipient => uint256) feePerShare;
    }

    function get() internal pure returns (State storage state) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            state.slot := location
        }
    }
}
