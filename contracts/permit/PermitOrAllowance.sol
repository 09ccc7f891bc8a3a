// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20PermitBytes} from "./IERC20PermitBytes.sol";

/// @title PermitOrAllowance
/// @notice Uses a permit of the asset only where it is needed. Whoever copies a permit out of the mempool and spends
/// it first only sets the allowance that was wanted, so that must not be an error.
library PermitOrAllowance {
    /// @notice Makes the caller's allowance for this contract at least `assets`, by an EIP-2612 permit if need be.
    function ensure(address asset, uint256 assets, uint256 deadline, uint8 v, bytes32 r, bytes32 s) internal {
        if (_suffices(asset, assets)) return;
        IERC20Permit(asset).permit(msg.sender, address(this), assets, deadline, v, r, s);
    }

    /// @notice The same for assets that take any signature, so that a wallet that is a contract can sign (ERC-1271).
    function ensure(address asset, uint256 assets, uint256 deadline, bytes calldata signature) internal {
        if (_suffices(asset, assets)) return;
        IERC20PermitBytes(asset).permit(msg.sender, address(this), assets, deadline, signature);
    }

    function _suffices(address asset, uint256 assets) private view returns (bool) {
        return IERC20(asset).allowance(msg.sender, address(this)) >= assets;
    }
}
