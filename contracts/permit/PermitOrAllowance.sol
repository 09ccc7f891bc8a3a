// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @title PermitOrAllowance
/// @notice Uses an EIP-2612 permit only where it is needed. Whoever copies a permit out of the mempool and spends it
/// first only sets the allowance that was wanted, so that must not be an error.
library PermitOrAllowance {
    /// @notice Makes the caller's allowance for this contract at least `assets`, if the permit is good for that.
    function ensure(address token, uint256 assets, uint256 deadline, uint8 v, bytes32 r, bytes32 s) internal {
        if (IERC20(token).allowance(msg.sender, address(this)) >= assets) return;
        IERC20Permit(token).permit(msg.sender, address(this), assets, deadline, v, r, s);
    }
}
