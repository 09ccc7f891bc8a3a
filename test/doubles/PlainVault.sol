// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice What gas is compared with: OpenZeppelin's ERC-4626 over one strategy, with nothing else.
contract PlainVault is ERC4626 {
    IERC4626 private immutable strategy;

    constructor(IERC4626 strategy_) ERC20("Plain", "PLAIN") ERC4626(IERC20(strategy_.asset())) {
        strategy = strategy_;
        IERC20(strategy_.asset()).approve(address(strategy_), type(uint256).max);
    }

    function totalAssets() public view override returns (uint256) {
        return strategy.convertToAssets(strategy.balanceOf(address(this)));
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        super._deposit(caller, receiver, assets, shares);
        strategy.deposit(assets, address(this));
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        strategy.withdraw(assets, address(this), address(this));
        super._withdraw(caller, receiver, owner, assets, shares);
    }
}
