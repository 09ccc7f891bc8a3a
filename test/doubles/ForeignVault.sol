// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice A yield source of somebody else's: OpenZeppelin's ERC-4626 as it is. Its yield is what is sent to it.
contract ForeignVault is ERC4626 {
    constructor(IERC20 asset_) ERC20("Foreign vault", "fVAULT") ERC4626(asset_) {}
}
