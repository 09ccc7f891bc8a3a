// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IKhipuVault} from "./IKhipuVault.sol";

/// @title StrategyReader
/// @notice Reads strategies that may revert, answer nonsense or burn all gas, without ever failing itself.
library StrategyReader {
    /// @dev Enough for a vault of vaults; eight strategies that burn all of it still leave room in one transaction.
    uint256 internal constant READ_GAS = 1_000_000;

    /// @dev Larger answers are nonsense; sums of them stay far from overflowing.
    uint256 internal constant MAX_VALUE = type(uint112).max;

    /// @notice What redeeming `shares` would pay.
    function valueOf(IERC4626 strategy, uint256 shares) internal view returns (bool readable, uint256 value) {
        if (shares == 0) return (true, 0);
        (readable, value) = _read(strategy, abi.encodeCall(IERC4626.previewRedeem, (shares)));
        if (value > MAX_VALUE) return (false, 0);
    }

    /// @notice What the vault could withdraw now; nothing, if the strategy does not say.
    function withdrawable(IERC4626 strategy) internal view returns (uint256 assets) {
        (, assets) = _read(strategy, abi.encodeCall(IERC4626.maxWithdraw, (address(this))));
    }

    /// @notice What the strategy would take now; nothing, if it does not say.
    function depositable(IERC4626 strategy) internal view returns (uint256 assets) {
        (, assets) = _read(strategy, abi.encodeCall(IERC4626.maxDeposit, (address(this))));
    }

    /// @dev Copies one word of the answer and no more, so that a huge answer costs the caller nothing.
    function _read(
        IERC4626 strategy,
        bytes memory question
    ) private view returns (bool readable, uint256 answer) {
        uint256 gasBefore = gasleft();
        assembly ("memory-safe") {
            readable := staticcall(READ_GAS, strategy, add(question, 0x20), mload(question), 0, 0x20)
            readable := and(readable, gt(returndatasize(), 0x1f))
            if readable {
                answer := mload(0)
            }
        }
        // A caller could starve the strategy on purpose to hide its loss. All but a 64th of the gas is passed on.
        if (!readable && gasBefore - gasBefore / 64 < READ_GAS) revert IKhipuVault.NotEnoughGas();
    }
}
