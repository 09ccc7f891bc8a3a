// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IKhipuVault} from "./IKhipuVault.sol";

/// @notice What a strategy answered.
/// @param readable Whether it answered, with something that can be true.
/// @param shares How many of its counted shares the vault really has.
/// @param value What redeeming them would pay; nothing, if it cannot be read.
/// @param gain How much of what is above the booked value can be booked now. Filled in by the vault.
struct Reading {
    bool readable;
    uint256 shares;
    uint256 value;
    uint256 gain;
}

/// @title StrategyReader
/// @notice Reads strategies that may revert, answer nonsense or burn all gas, without ever failing itself.
library StrategyReader {
    /// @dev Larger answers are nonsense; sums of them stay far from overflowing.
    uint256 internal constant MAX_VALUE = type(uint112).max;

    /// @notice What the vault's shares of a strategy are worth: of those that were counted, those that are really
    /// there.
    /// @param counted How many shares the vault has counted.
    /// @param gasLimit Gas that all of it may use.
    function read(
        IERC4626 strategy,
        uint256 counted,
        uint256 gasLimit
    ) internal view returns (Reading memory reading) {
        reading.shares = counted;
        if (counted == 0) {
            reading.readable = true;
            return reading;
        }
        uint256 gasBefore = gasleft();
        (bool answered, uint256 answer) = _ask(
            strategy,
            abi.encodeCall(IERC20.balanceOf, (address(this))),
            gasLimit
        );
        if (!answered) return reading;
        // Shares that vanished are not there, also where nobody knows what the others are worth.
        if (answer < counted) reading.shares = answer;
        uint256 used = gasBefore - gasleft();
        (reading.readable, reading.value) = valueOf(
            strategy,
            reading.shares,
            used < gasLimit ? gasLimit - used : 0
        );
    }

    /// @notice What redeeming `shares` would pay.
    function valueOf(
        IERC4626 strategy,
        uint256 shares,
        uint256 gasLimit
    ) internal view returns (bool readable, uint256 value) {
        if (shares == 0) return (true, 0);
        (readable, value) = _ask(strategy, abi.encodeCall(IERC4626.previewRedeem, (shares)), gasLimit);
        if (value > MAX_VALUE) return (false, 0);
    }

    /// @notice What the vault could withdraw now; nothing, if the strategy does not say.
    function withdrawable(IERC4626 strategy, uint256 gasLimit) internal view returns (uint256 assets) {
        (, assets) = _ask(strategy, abi.encodeCall(IERC4626.maxWithdraw, (address(this))), gasLimit);
    }

    /// @notice What the strategy would take now; nothing, if it does not say.
    function depositable(IERC4626 strategy, uint256 gasLimit) internal view returns (uint256 assets) {
        (, assets) = _ask(strategy, abi.encodeCall(IERC4626.maxDeposit, (address(this))), gasLimit);
    }

    /// @notice Reverts if a call that failed could have failed for want of gas that the caller held back on purpose.
    /// @dev A call gets all but a 64th of what there is. One that ran out of gas, however deep inside, has used most of
    /// what it got; one that used less than a third of it failed for another reason.
    /// @param gasBefore The gas that there was before the call.
    /// @param gasLimit The gas that it was meant to get.
    function requireNotStarved(uint256 gasBefore, uint256 gasLimit) internal view {
        uint256 passed = gasBefore - gasBefore / 64;
        if (passed < gasLimit && (gasBefore - gasleft()) * 3 > passed) revert IKhipuVault.NotEnoughGas();
    }

    /// @dev Copies one word of the answer and no more, so that a huge answer costs the caller nothing.
    function _ask(
        IERC4626 strategy,
        bytes memory question,
        uint256 gasLimit
    ) private view returns (bool answered, uint256 answer) {
        uint256 gasBefore = gasleft();
        assembly ("memory-safe") {
            answered := staticcall(gasLimit, strategy, add(question, 0x20), mload(question), 0, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            if answered {
                answer := mload(0)
            }
        }
        if (!answered) requireNotStarved(gasBefore, gasLimit);
    }
}
